"""Who is on duty in the invented district, what the pages of its beats say, who is away this week."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from tipline.db import Transaction
from tipline.domain import absences, accounts, beats, duties
from tipline.domain.actors import SYSTEM, Actor
from tipline.domain.beats import Described
from tipline.domain.duties import DEPUTY, OFFICER, ON_CALL, Line
from workers.demo.people import BEATS, CHEN, SUN, ZHOU

HANGHAI, NANBEI = BEATS
REACH = "派出所值班室 0371-6666 0110（工作时间 8:30–18:00 也可到航海路派出所一楼窗口）"
PAGES = {
    HANGHAI: Described(
        BEATS[HANGHAI], "陈警官",
        "我是航海路片区民警。邻里噪音、电梯困人、走失、办证问题都可以在这里找我；不在岗时由值班同事回复您。",
        REACH,
    ),
    NANBEI: Described(
        BEATS[NANBEI], "孙警官", "南北街的街坊您好，有事请直接留言，文字、语音、照片、视频都可以。", REACH
    ),
}  # fmt: skip
WEEKDAYS, WEEKEND, EVERY_DAY = "12345", "67", "1234567"
LINES = (
    Line(CHEN, OFFICER, HANGHAI, WEEKDAYS, "08:00", "23:30"),
    Line(SUN, DEPUTY, HANGHAI, EVERY_DAY, "08:00", "23:30"),
    Line(SUN, OFFICER, NANBEI, EVERY_DAY, "08:00", "20:00"),
    Line(CHEN, DEPUTY, NANBEI, WEEKDAYS, "08:00", "20:00"),
    Line(ZHOU, ON_CALL, None, EVERY_DAY, "20:00", "08:00"),
    Line(CHEN, ON_CALL, None, WEEKEND, "08:00", "20:00"),
)


def settle(tx: Transaction, actors: Mapping[str, Actor], now: datetime, zone: ZoneInfo) -> None:
    """The rota as it stands when the story begins to be read."""
    for code, said in PAGES.items():
        beats.describe(tx, SYSTEM, beats.read_beat(tx, code), said)
    for line in LINES:
        duties.add(tx, SYSTEM, line)
    monday = now.astimezone(zone).date() + timedelta(days=7 - now.astimezone(zone).weekday())
    since = datetime.combine(monday + timedelta(days=1), time(), zone)
    sun = accounts.read_account(tx, SUN)
    absences.add(
        tx, actors[SUN], sun, since=since, until=since + timedelta(days=2), stand_in=CHEN, words="市局培训"
    )  # fmt: skip
