"""What several people of the invented district report as one thing: a stuck lift that goes on now, a pipe that was
mended yesterday, and noise that nobody has put together yet."""

# ruff: noqa: E501 - prose in Chinese counts two columns a character

from __future__ import annotations

from collections.abc import Callable, Mapping

from tipline.db import Transaction
from tipline.domain import concluding, incidents, progress
from tipline.domain.actors import Actor
from tipline.domain.tips import Tip
from workers.demo.people import CHEN, ZHOU
from workers.demo.terms import Act, Sent, When

LIFT, PIPE, NOISE = "lift", "outage", "noise"
_HOUSE = (34.7233, 113.6715)

_REPORTS = (
    (LIFT, When(minutes=26), "3号楼电梯停在七八楼之间，里面有人在拍门！", "锦绣苑3号楼", "hanghai-lu", _HOUSE),
    (LIFT, When(minutes=25), "电梯坏了，我妈困在里面，有高血压，请快一点。", "锦绣苑3号楼2单元", "hanghai-lu", None),
    (LIFT, When(minutes=23), "锦绣苑电梯又停了，听见有小孩哭。", "锦绣苑 3号楼", "hanghai-lu", (34.7234, 113.6716)),
    (LIFT, When(minutes=17), "3号楼电梯不动了，按铃没人接。", "锦绣苑3号楼", "hanghai-lu", None),
    (PIPE, When(1, "18:40"), "南北街36号院从下午开始停水，也没有通知。", "南北街36号院", "nanbei-jie", (34.7298, 113.6592)),
    (PIPE, When(1, "18:52"), "整栋楼都没水，做饭都没法做。", "南北街36号院", "nanbei-jie", None),
    (PIPE, When(1, "19:15"), "路口有水往外冒，是不是水管爆了？", "南北街36号院门口", "nanbei-jie", (34.7299, 113.6590)),
    (NOISE, When(minutes=9), "楼下烧烤店音响开得很大，孩子睡不着。", "航海路126号后院", "hanghai-lu", (34.7217, 113.6700)),
    (NOISE, When(minutes=6), "航海路后院放歌，吵得很。", "航海路126号 后院", "hanghai-lu", None),
)  # fmt: skip
SENT = tuple(
    Sent(
        key=f"shared-{kind}-{number}", when=when, happened=when, category=kind, text=text, place=place, beat=beat,
        position=position, anonymous=number % 2 == 1,
    )
    for number, (kind, when, text, place, beat, position) in enumerate(_REPORTS)
)  # fmt: skip
_KEYS = {kind: [one.key for one in SENT if one.category == kind] for kind in (LIFT, PIPE)}

# fmt: off
ACTS = (
    Act(When(1, "19:18"), ZHOU, "gather", tip=_KEYS[PIPE][0], text="停水 · 南北街36号院", more=" ".join(_KEYS[PIPE][1:])),
    Act(When(1, "19:19"), ZHOU, "take-note", tip=_KEYS[PIPE][0]),
    Act(When(1, "19:21"), ZHOU, "tell", tip=_KEYS[PIPE][0], text="已联系自来水公司，是院门口主管破裂，抢修车正在路上。"),
    Act(When(1, "20:05"), ZHOU, "tell", tip=_KEYS[PIPE][0], text="抢修人员已到现场，预计两小时恢复供水。院门口有临时取水点。"),
    Act(When(1, "21:48"), ZHOU, "conclude", tip=_KEYS[PIPE][0], text="已恢复供水。刚来水时可能发黄，请先放一会儿再用。", more="settled"),
    Act(When(minutes=22), CHEN, "gather", tip=_KEYS[LIFT][0], text="电梯困人 · 锦绣苑3号楼", more=" ".join(_KEYS[LIFT][1:3])),
    Act(When(minutes=22), CHEN, "take-note", tip=_KEYS[LIFT][0]),
    Act(When(minutes=21), CHEN, "tell", tip=_KEYS[LIFT][0], text="已收到，已联系物业和电梯维保，民警正在赶往现场。"),
    Act(When(minutes=16), CHEN, "gather", tip=_KEYS[LIFT][0], more=_KEYS[LIFT][3]),
    Act(When(minutes=12), CHEN, "tell", tip=_KEYS[LIFT][0], text="民警已到现场，和里面的人说上话了：共三人，都没有受伤。维保还有十分钟到。"),
    Act(When(minutes=3), CHEN, "tell", tip=_KEYS[LIFT][0], text="维保已到，正在手动盘车。"),
)
# fmt: on


def gather(tx: Transaction, actor: Actor, tip: Tip, act: Act, others: list[Tip]) -> None:
    """Open an incident of the tip, or go on with the one it belongs to, and put the others into it."""
    row = incidents.incident_of(tx, tip) or incidents.open_incident(tx, actor, tip, title=act.text)
    incidents.attach_all(tx, actor, row, others)


def take_note(tx: Transaction, actor: Actor, tip: Tip, _act: Act, _others: list[Tip]) -> None:
    incidents.acknowledge_tip(tx, actor, tip)


def tell(tx: Transaction, actor: Actor, tip: Tip, act: Act, _others: list[Tip]) -> None:
    row = incidents.incident_of(tx, tip)
    if row is not None:
        progress.post(tx, actor, row, act.text)


def conclude(tx: Transaction, actor: Actor, tip: Tip, act: Act, _others: list[Tip]) -> None:
    row = incidents.incident_of(tx, tip)
    if row is not None:
        concluding.close(tx, actor, row, act.more, act.text)


TOGETHER: Mapping[str, Callable[[Transaction, Actor, Tip, Act, list[Tip]], None]] = {
    "gather": gather, "take-note": take_note, "tell": tell, "conclude": conclude,
}  # fmt: skip
