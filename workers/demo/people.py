"""Who works at the invented station, its beats, and the shops where its posters hang."""

from __future__ import annotations

from typing import NamedTuple

BEATS = {"hanghai-lu": "航海路片区", "nanbei-jie": "南北街片区"}
# Their borders, longitude first, along streets that are as invented as the rest.
BORDERS = {
    "hanghai-lu": (
        (113.6606, 34.7178),
        (113.6668, 34.7169),
        (113.6741, 34.7174),
        (113.6802, 34.7187),
        (113.6809, 34.7226),
        (113.6797, 34.7258),
        (113.6722, 34.7262),
        (113.6655, 34.7259),
        (113.6611, 34.7263),
        (113.6598, 34.7221),
    ),
    "nanbei-jie": (
        (113.6515, 34.7262),
        (113.6611, 34.7263),
        (113.6655, 34.7259),
        (113.6662, 34.7301),
        (113.6651, 34.7352),
        (113.6597, 34.7366),
        (113.6531, 34.7358),
        (113.6508, 34.7309),
    ),
}


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


CHEN, ZHOU, SUN = "chenjian", "zhoumin", "sunlei"
PEOPLE = (
    Person(CHEN, "investigator", "陈建"),
    Person(ZHOU, "supervisor", "周敏"),
    Person(SUN, "investigator", "孙磊"),
    Person("liuyang", "admin", "刘洋"),
    Person("wuhui", "auditor", "吴慧"),
)
