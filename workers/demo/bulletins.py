"""What the invented station tells its neighbourhood: advice, a warning, news, an appeal for information."""

# ruff: noqa: E501 - Chinese counts double
from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from tipline.domain import posting
from tipline.domain.actors import Actor
from tipline.domain.posting import Said
from tipline.services import Services
from workers.demo.play import Step


class Told(NamedTuple):
    """`days` before now it was published; None: it waits for whoever publishes."""

    days: float | None
    said: Said


BULLETINS = (
    Told(8, Said("advice", "谨防电信网络诈骗",
                 "凡是自称“公检法”要求转账到安全账户的，都是诈骗。\n凡是刷单返利、先垫付后返现的，都是诈骗。\n"
                 "不轻信、不透露、不转账。已经转账的，请立即拨打 110。")),
    Told(3, Said("news", "本周六上午社区警务室开放日",
                 "本周六 9:00–11:30，社区警务室开放：居住证、犬证咨询，电动自行车上牌，孩子们可以看警车。")),
    Told(1.5, Said("warning", "近期夜间有人拉车门盗窃车内财物",
                   "停车后请锁好车门、关好车窗，包和手机不要留在车里。\n看到有人挨个拉车门，请不要上前，立即拨打 110。")),
    Told(0.6, Said("appeal", "本周多家便利店收银台被盗",
                   "本周晚间，辖区多家便利店收银台现金被盗。\n如果您的店里有监控，或见过可疑人员，请点“我知道情况”告诉我们。"
                   "可以匿名。")),
    Told(None, Said("advice", "室内盗窃防范提示", "出门、睡前请锁好门窗。\n店铺打烊不留过夜现金，收银抽屉敞开放空。")),
)  # fmt: skip


def steps(services: Services, now: datetime, author: Actor, chief: Actor) -> list[Step]:
    """Each at its time, by its people."""
    return [
        Step(now - timedelta(days=one.days or 0.1), partial(_tell, services, one, author, chief))
        for one in BULLETINS
    ]


def _tell(services: Services, one: Told, author: Actor, chief: Actor) -> None:
    with services.database.transaction() as tx:
        row = posting.draft(tx, author, one.said)
        posting.propose(tx, author, row)
        if one.days is not None:
            posting.publish(tx, chief, row)
