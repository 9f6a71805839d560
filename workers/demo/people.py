"""Who works at the invented station, and its beats."""

from __future__ import annotations

from typing import NamedTuple

BEATS = {"hanghai-lu": "航海路片区", "nanbei-jie": "南北街片区"}


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
