"""Two topics that are open, one of them with appointments and questions, and a template for the next time."""

# ruff: noqa: E501 - prose in Chinese counts two columns a character

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from tipline.domain import appointments, clock, discarding, questions, topics
from tipline.domain.actors import Actor
from tipline.domain.grids import Grid
from tipline.domain.topics import Described, Topic
from tipline.services import Services
from workers.demo.people import CHEN, SUN

GRADUATES = Described(
    "应届毕业生落户",
    """毕业两年内、在本辖区有住所或单位集体户的，可以在本所落户。档案没到也能先办，凭学校证明即可。

办理步骤：
1. 在本页选一个时间预约
2. 按下面的清单备齐材料，备好一项勾一项
3. 按预约时间到一楼户籍窗口，约二十分钟办完

来不了请在“我的预约和提问”里改期或取消，把名额让给别人。""",
    papers=[
        ("毕业证", "原件和一份复印件"),
        ("本人身份证", "正反面复印件一份"),
        ("户口迁移证", "学校集体户的同学需要；市内迁移不用"),
        ("住所证明", "房产证、租赁备案或单位集体户同意落户证明，任选一种"),
    ],
)
BIKES = Described(
    "电动自行车上牌",
    """新国标电动自行车免费上牌，当场领取。

- 带上车、购车发票和合格证
- 发票丢了，带身份证到窗口写一份来历说明
- 周一至周六都能办，不用预约""",
    papers=[("购车发票", ""), ("产品合格证", "贴在说明书里的那张"), ("身份证", "")],
)
RESIDENCE = Described(
    "居住证办理",
    "租住满半年就可以办居住证，首次办理不收费。\n\n1. 预约\n2. 带齐材料到户籍窗口\n3. 十五个工作日后来取，也可以邮寄",
    papers=[("身份证", ""), ("租赁备案或房东证明", ""), ("一寸白底照片", "两张")],
)
ANSWERED = (
    ("我是今年毕业的，档案还在学校没转过来，能先落户吗？", "档案没转过来，能先落户吗？", "可以。带学校开具的档案在校证明，先办落户，档案到了再补登记。"),
    ("住宿舍没有房产证，落在单位集体户行不行", "没有住房，能落在单位集体户吗？", "可以。请单位出具同意落户证明，并带集体户首页复印件。"),
)  # fmt: skip
WAITING = "我叫王小雨，电话138 0000 1234，妈妈能不能带材料替我去办？"
BOOKED = (("小陈", 0), ("王同学", 1), ("", 5))
OPENED_AGO, ASKED_AGO = timedelta(days=3), timedelta(hours=20)


def steps(
    services: Services, actors: Mapping[str, Actor], now: datetime, zone: ZoneInfo
) -> list[tuple[datetime, Callable[[], None]]]:
    """Opened three days ago; what is asked and booked came since then."""
    made: list[Topic] = []
    return [
        (now - OPENED_AGO, lambda: made.extend(_open(services, actors, now, zone))),
        (now - ASKED_AGO, lambda: _use(services, actors[CHEN], made[0], zone)),
    ]


def _open(services: Services, actors: Mapping[str, Actor], now: datetime, zone: ZoneInfo) -> list[Topic]:
    with services.database.transaction() as tx:
        today = clock.now().astimezone(zone).date()
        closing = (now + timedelta(days=35)).astimezone(zone).date()
        said = Described(GRADUATES.title, GRADUATES.answer, closes_on=closing, papers=GRADUATES.papers)
        made = []
        for who, one in ((CHEN, said), (SUN, BIKES)):
            topic = topics.begin(tx, actors[who], one.title)
            topics.change(tx, actors[who], topic, one, today)
            topics.open_topic(tx, actors[who], topic, today)
            made.append(topic)
        template = topics.begin(tx, actors[CHEN], RESIDENCE.title)
        topics.change(tx, actors[CHEN], template, RESIDENCE, today)
        topics.keep_as_template(tx, actors[CHEN], template, RESIDENCE.title)
        discarding.discard(tx, actors[CHEN], template)
        return made


def _use(services: Services, actor: Actor, known: Topic, zone: ZoneInfo) -> None:
    with services.database.transaction() as tx:
        topic, today = topics.read_topic(tx, known.handle), clock.now().astimezone(zone).date()
        first, last = today + timedelta(days=1), today + timedelta(days=12)
        working = frozenset(range(1, 6))
        grid = Grid(first, last, working, time(9), time(11, 30), 30, capacity=2, place="一楼户籍窗口")
        appointments.plan(tx, actor, topic, grid, zone)
        slots = [one.slot.id for one in appointments.list_slots(tx, topic)]
        for name, at in BOOKED:
            appointments.book(tx, services.key, topic, slots[at], name, today)
        for asked, text, words in ANSWERED:
            question, _ = questions.ask(tx, services.key, topic, asked, today)
            questions.answer(tx, actor, question, text, words)
        questions.ask(tx, services.key, topic, WAITING, today)
