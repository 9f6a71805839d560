"""Who works at the invented station, its beats, and the shops where its posters hang."""

from __future__ import annotations

from typing import NamedTuple

BEATS = {"hanghai-lu": "航海路片区", "nanbei-jie": "南北街片区"}


class Place(NamedTuple):
    """A shop with a poster. Tips whose place is its name and address were begun from that poster."""

    name: str
    place: str
    beat: str
    position: tuple[float, float]


SHOPS = (
    Place("好邻便利店", "航海路88号", "hanghai-lu", (34.7209, 113.6677)),
    Place("清源茶庄", "航海路159号", "hanghai-lu", (34.7218, 113.6708)),
    Place("湘满楼", "航海路126号", "hanghai-lu", (34.7216, 113.6702)),
    Place("康健药房", "南北街17号", "nanbei-jie", (34.7311, 113.6579)),
    Place("蜀味小院", "南北街58号", "nanbei-jie", (34.7295, 113.6588)),
)


class Person(NamedTuple):
    username: str
    role: str
    name: str


CHEN, ZHOU = "chenjian", "zhoumin"
PEOPLE = (
    Person(CHEN, "investigator", "陈建"),
    Person(ZHOU, "supervisor", "周敏"),
    Person("liuyang", "admin", "刘洋"),
    Person("wuhui", "auditor", "吴慧"),
)
