"""A district of any size, written straight into the tables: what `bench desk` looks at.

Invented from a seed, so that two runs look at the same. The log is a true chain; originals and pictures have
rows but no bytes, for nothing here opens them.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import insert, text

from tipline.db import Base, Database
from tipline.domain import accounts, custody, search
from tipline.domain.actors import SYSTEM
from tipline.domain.beats import Beat
from tipline.domain.cases import Case
from tipline.domain.custody import Custody
from tipline.domain.evidence import Evidence
from tipline.domain.links import Link
from tipline.domain.messages import Message
from tipline.domain.renditions import Rendition
from tipline.domain.shops import Shop
from tipline.domain.tips import FIRST_NUMBER, Tip
from tipline.domain.unread import Look

NEWEST = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
BATCH = 5_000
OFFICERS, BEATS, SHOPS, HEAVY = 20, 12, 200, 200
# State → share of all tips. What waits is little of what ever came, or, after a flood, half of it.
CALM = {
    "received": 0.004, "triage": 0.003, "need_info": 0.002, "linked": 0.09, "duplicate": 0.06,
    "not_used": 0.30, "snoozed": 0.004, "closed": 0.52, "withdrawn": 0.017,
}  # fmt: skip
FLOOD = {**CALM, "received": 0.4, "closed": 0.124}
WORDS = (  # noqa: SIM905 - read as words
    "店里 收银台 被盗 男子 蓝色 外套 包间 预订 手机 电瓶 电动车 门口 监控 拍到 昨晚 超市 饭店 结账 逃走 两人"
    " 摩托 楼道 快递 烟酒 货架 偷拿 口罩 帽子 巷子 小区 车牌 半夜 凌晨 仓库 撬锁 幸福路 航海路 学院街"
).split()


@dataclass(frozen=True)
class Crowd:
    """What the pages that are measured show."""

    tip: str
    heavy_case: str
    officer: str
    beat: str


class Came(NamedTuple):
    """When tips came: the last of them, and how far one is from the next."""

    newest: datetime
    every: timedelta


USUAL = Came(NEWEST, timedelta(minutes=5))


def fill(
    database: Database, tips: int, *, password_hash: str, flood: bool = False, seed: int = 7,
    came: Came = USUAL, is_counted_only: bool = False,
) -> Crowd:  # fmt: skip
    """Write so many tips with their files, pictures, messages, cases and log; or, if they are only counted,
    what figures are made of."""
    chance = random.Random(seed)  # noqa: S311 - an invented district, not a secret
    with database.transaction() as tx:
        staff = [
            accounts.add(tx, SYSTEM, f"officer{at}", role="investigator", password_hash=password_hash)
            for at in range(OFFICERS)
        ]
        people = [(one.id, one.username) for one in staff]
        tx.add_all([Beat(code=f"beat-{at}", name=f"第{at + 1}片区") for at in range(BEATS)])
        tx.add_all(
            [Shop(code=f"shop{at}", name=f"便民超市 {at + 1}", created_at=NEWEST) for at in range(SHOPS)]
        )
    shares = FLOOD if flood else CALM
    cases = max(20, tips // 50)
    for table, rows in (
        (Case, _cases(cases, people)),
        (Tip, _tips(tips, shares, people, chance, came)),
        (Evidence, _evidence(tips, chance)),
        (Link, _links(tips, cases)),
    ):
        _write(database, table, rows)
    if not is_counted_only:
        _describe(database, tips, people, chance)
    database.learn()
    if not database.is_sqlite:
        with database.transaction() as tx:
            tx.execute(text("ANALYZE"))  # what its own housekeeping does within a minute
    return Crowd(f"T-{FIRST_NUMBER + tips - 3}", "A-2026-1", people[0][1], "beat-3")


def _describe(database: Database, tips: int, people: list[tuple[int, str]], chance: random.Random) -> None:
    """What is looked at and searched, beside what is counted."""
    for table, rows in (
        (Rendition, _renditions(tips)),
        (Message, _messages(tips, chance)),
        (Look, _looks(tips, people[0][0])),
        (Custody, _log(database, tips, people)),
    ):
        _write(database, table, rows)
    with database.transaction() as tx:
        search.index_everything(tx.connection())


def _write(database: Database, table: type[Base], rows: Iterator[dict[str, Any]]) -> None:
    with database.transaction() as tx:
        connection = tx.connection()
        for some in _batches(rows):
            connection.execute(insert(table), some)
        if database.engine.dialect.name == "postgresql" and hasattr(table, "id") and table is not Evidence:
            name = table.__tablename__
            connection.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT MAX(id) FROM {name}))")
            )


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    some: list[dict[str, Any]] = []
    for row in rows:
        some.append(row)
        if len(some) == BATCH:
            yield some
            some = []
    if some:
        yield some


def _cases(number: int, people: list[tuple[int, str]]) -> Iterator[dict[str, Any]]:
    for at in range(1, number + 1):
        opened = NEWEST - timedelta(hours=at)
        yield {
            "id": at, "number": f"A-2026-{at}", "title": f"幸福路便利店系列盗窃 {at}", "summary": "",
            "version": 1, "state": "open" if at < number // 10 else "closed", "access": "station",
            "lead_id": people[at % OFFICERS][0], "opened_at": opened, "changed_at": opened,
        }  # fmt: skip


def _tips(
    number: int, shares: dict[str, float], people: list[tuple[int, str]], chance: random.Random, when: Came
) -> Iterator[dict[str, Any]]:
    states, weights = list(shares), list(shares.values())
    for at in range(1, number + 1):
        came = when.newest - when.every * (number - at)
        state = chance.choices(states, weights)[0]
        assigned = people[chance.randrange(OFFICERS)][0] if state != "received" else None
        yield {
            "id": at, "reference": f"T-{FIRST_NUMBER + at}", "state": state, "door": "web",
            "category": chance.choice(("theft", "footage", "recognised", "other")), "language": "zh_Hans_CN",
            "text": _sentence(chance, 24), "place": f"幸福路{chance.randrange(1, 400)}号", "anonymous": False,
            "lat": 34.74 + chance.random() / 20, "lon": 113.62 + chance.random() / 20,
            "beat": f"beat-{chance.randrange(BEATS)}", "occurred_at": came - timedelta(hours=2),
            "assignee_id": assigned, "created_at": came, "received_at": came, "news_at": came,
            "ack_due_at": came + timedelta(minutes=2), "changed_at": came + timedelta(minutes=30),
            "acknowledged_at": None if state == "received" else came + timedelta(seconds=at * 7919 % 240),
            "shop": f"shop{at * 31 % SHOPS}" if at % 4 == 0 else None,
            "rating": (1, 1, -1)[at % 3] if state == "closed" and at % 5 == 0 else None, "rating_words": "",
            "paused_s": 0.0, "snoozed_until": NEWEST + timedelta(days=3) if state == "snoozed" else None,
            "version": 3, "revision": 9,
        }  # fmt: skip


def _sentence(chance: random.Random, length: int) -> str:
    return "".join(chance.choice(WORDS) for _ in range(length // 2)) + "。"


def _evidence(tips: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    facts = json.dumps(
        {
            "kind": "video", "mime": "video/mp4", "container": "mp4", "duration_s": 75.0, "width": 1280,
            "height": 720, "fps": 25.0, "frame_count": 1875, "playable": "original", "warnings": [],
            "keyframes": [], "activity": {"step_s": 1.0, "score": [0.1] * 75, "events": []}, "tags": {},
        }
    )  # fmt: skip
    for at in range(1, tips + 1):
        for number in range(1, _files_of(at) + 1):
            identity = f"E{at:020d}{number:05d}"
            yield {
                "id": identity, "tip_id": at, "number": number, "filename": f"cam{number}_{at}.mp4",
                "declared_type": "video/mp4", "size": 9_000_000, "state": "ready", "kind": "video",
                "sha256": hashlib.sha256(identity.encode()).hexdigest(), "purpose": "footage",
                "progress": 1.0, "media": facts, "duration_s": 20 + chance.random() * 90, "camera": "",
                "created_at": NEWEST, "received_at": NEWEST, "derived_at": NEWEST,
            }  # fmt: skip


def _files_of(tip: int) -> int:
    """Every tip has a film, every third a second, every hundredth six."""
    return 6 if tip % 100 == 0 else 2 if tip % 3 == 0 else 1


def _renditions(tips: int) -> Iterator[dict[str, Any]]:
    row = 0
    for at in range(1, tips + 1):
        for number in range(1, _files_of(at) + 1):
            for picture in range(3):
                for kind, side in (("keyframe", 1280), ("preview", 640), ("thumbnail", 160)):
                    row += 1
                    yield {
                        "id": row, "evidence_id": f"E{at:020d}{number:05d}", "kind": kind,
                        "name": f"{kind}-{picture:04d}.webp", "mime": "image/webp", "size": 9_000,
                        "sha256": "0" * 64, "width": side, "height": side * 9 // 16, "t": picture * 9.0,
                        "frame": picture * 225, "reason": "scene", "sharpness": 0.5, "provenance": "{}",
                        "made_at": NEWEST,
                    }  # fmt: skip


def _messages(tips: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    row = 0
    for at in range(1, tips + 1, 2):
        for by_reporter in (False, True):
            row += 1
            yield {
                "id": row, "tip_id": at, "kind": "message", "by_reporter": by_reporter,
                "author": "officer1", "text": _sentence(chance, 16), "at": NEWEST,
            }  # fmt: skip


def _links(tips: int, cases: int) -> Iterator[dict[str, Any]]:
    """The newest tips belong to the heavy case; of the others every twelfth to one of the rest."""
    heavy = range(max(1, tips - HEAVY // 2 + 1), tips + 1)
    others = ((at, 2 + at % (cases - 1)) for at in range(12, heavy[0], 12))
    for row, (tip, case) in enumerate([*((at, 1) for at in heavy), *others], 1):
        yield {
            "id": row, "case_id": case, "tip_id": tip, "reason": "同一件外套", "author": "officer1",
            "at": NEWEST,
        }  # fmt: skip


def _looks(tips: int, account_id: int) -> Iterator[dict[str, Any]]:
    for at in range(1, tips + 1, 2):
        yield {"account_id": account_id, "tip_id": at, "at": NEWEST}


def _log(database: Database, tips: int, people: list[tuple[int, str]]) -> Iterator[dict[str, Any]]:
    with database.reading() as tx:
        last = custody.list_latest(tx, limit=1)[0]
        seq, previous = last.seq, last.hash
    for at in range(1, tips + 1):
        reference = f"T-{FIRST_NUMBER + at}"
        for action in ("tip:create", "tip:submit", "evidence:receive", "tip:acknowledge", "tip:assign"):
            seq += 1
            who = f"staff:{people[at % OFFICERS][1]}" if action[4] == "a" else f"reporter:{reference}"
            entry = Custody(
                seq=seq, at=NEWEST, actor=who, action=action, subject=f"tip:{reference}", tip=reference,
                reason=None, detail="{}", previous=previous, hash="",
            )  # fmt: skip
            previous = entry.hash = custody.digest(entry)
            yield {name: getattr(entry, name) for name in Custody.__table__.columns.keys()}  # noqa: SIM118
