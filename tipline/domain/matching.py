"""Compares one tip with all others, through indices alone: what it shares with which, in three lanes.

The lanes are kept apart: the same media and the same code are facts to open and compare, a series is an
opinion. Nothing is ever attached here.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from tipline.db import Transaction
from tipline.domain import codes, evidence, hints, likenesses, series, sketches, traits, weights
from tipline.domain.codes import Code
from tipline.domain.evidence import NOT_HERE, Evidence
from tipline.domain.hints import Found
from tipline.domain.likenesses import PICTURE, RECORDING, VIEW, Likeness
from tipline.domain.messages import Message
from tipline.domain.tips import Tip

MOST_OF_A_LANE = 5
FILE_BITS = 40.0
# A fixed camera shows the same wall for years: a view says where, not who.
MEDIA_BITS = {RECORDING: 30.0, PICTURE: 20.0, VIEW: 3.0}
# Of a code the whole, or an end of it that somebody remembered.
CODE_BITS, END_BITS = 14.0, 9.0
SERIES_WITHIN = timedelta(days=180)
NO_SERIES = ("draft", "withdrawn", "not_used")
MOST_REASONS, MOST_AGAINST = 3, 3


def index(tx: Transaction, tip: Tip) -> None:
    """Make a tip findable by others."""
    likenesses.keep_missing(tx, tip.id)
    traits.keep(tx, sketches.of(tip), named_in(tx, tip))


def compare(tx: Transaction, tip: Tip) -> list[Found]:
    """Everything found of this tip, each lane bounded; `index` comes first."""
    same = same_files(tx, tip)
    media = same_media(tx, tip, {one.other_id for one in same})
    found = [*same, *media, *same_codes(tx, tip)]
    # Of two tips that share a fact an opinion is no news; a camera view is only a reason more for one.
    known = {one.other_id for one in found if one.score > MEDIA_BITS[VIEW]}
    series = [one for one in like_series(tx, tip) if one.other_id not in known]
    return _joined(found, series)


def _joined(facts: list[Found], series: list[Found]) -> list[Found]:
    """A view of a tip that also looks like a series stands among the reasons of that."""
    seen = {one.other_id: one for one in facts if one.score <= MEDIA_BITS[VIEW]}
    joined = [
        one._replace(reasons=[*one.reasons, *seen[one.other_id].reasons[:1]]) if one.other_id in seen else one
        for one in series
    ]
    taken = {one.other_id for one in series if one.other_id in seen}
    return [*(one for one in facts if one.other_id not in taken or one.score > MEDIA_BITS[VIEW]), *joined]


def same_files(tx: Transaction, tip: Tip) -> list[Found]:
    """Other tips of which a file has the very same bytes."""
    mine, other = aliased(Evidence), aliased(Evidence)
    query = (
        select(mine.id, mine.number, other.id, other.number, other.tip_id, other.filename)
        .join(other, other.sha256 == mine.sha256)
        .join(Tip, Tip.id == other.tip_id)
        .where(mine.tip_id == tip.id, other.tip_id != tip.id, other.state.not_in(NOT_HERE))
        .where(Tip.state != "draft")
        .order_by(other.tip_id, mine.number, other.number)
        .limit(500)
    )
    reasons = defaultdict(list)
    for mine_id, number, other_id, other_number, other_tip, filename in tx.execute(query):
        reasons[other_tip].append(
            {
                "code": "file:same", "bits": FILE_BITS, "values": {"name": filename},
                "mine": {"evidence": mine_id, "number": number},
                "theirs": {"evidence": other_id, "number": other_number},
            }
        )  # fmt: skip
    nearest = sorted(reasons, key=lambda one: abs(tip.id - one))[:MOST_OF_A_LANE]
    return [Found(one, hints.FILE, FILE_BITS, reasons[one]) for one in nearest]


def same_media(tx: Transaction, tip: Tip, known: set[int]) -> list[Found]:
    """Other tips that show the same recording, picture or camera view. `known` share a file with it."""
    of_tip = defaultdict(list)
    for one in likenesses.find(tx, tip.id):
        of_tip[one.other_tip].append(one)
    files = {one for many in of_tip.values() for like in many for one in (like.mine, like.other)}
    numbers = _numbers(tx, files)
    found = []
    for other_id, many in of_tip.items():
        best = many[0]
        # Where the bytes are the same, that the pictures are is no news.
        if other_id in known and not _is_news(tx, best):
            continue
        reasons = [_told(one, numbers) for one in many[:3]]
        found.append(Found(other_id, hints.MEDIA, MEDIA_BITS[best.kind], reasons))
    handed_in = set(tx.scalars(select(Tip.id).where(Tip.id.in_(of_tip), Tip.state != "draft")))
    found = [one for one in found if one.other_id in handed_in]
    return sorted(found, key=lambda one: (-one.score, abs(tip.id - one.other_id)))[:MOST_OF_A_LANE]


def _is_news(tx: Transaction, likeness: Likeness) -> bool:
    """Whether it is about files that are not the same byte for byte, and more than a view."""
    digests = tx.scalars(select(Evidence.sha256).where(Evidence.id.in_([likeness.mine, likeness.other])))
    return likeness.kind != VIEW and len(set(digests)) > 1


def _told(likeness: Likeness, numbers: dict[str, int]) -> dict[str, Any]:
    first = likeness.pairs[0]
    sides = {
        side: {
            "evidence": one.evidence_id,
            "number": numbers[one.evidence_id],
            "picture": one.name,
            "t": one.t,
        }
        for side, one in (("mine", first.mine), ("theirs", first.other))
    }
    values = {"pictures": len(likeness.pairs), "lasts_s": round(likeness.lasts_s, 1), "apart": first.distance}
    return {
        "code": f"shown:{likeness.kind}", "bits": MEDIA_BITS[likeness.kind], "values": values, **sides,
    }  # fmt: skip


def _numbers(tx: Transaction, evidence_ids: set[str]) -> dict[str, int]:
    query = select(Evidence.id, Evidence.number).where(Evidence.id.in_(evidence_ids))
    return {evidence_id: number for evidence_id, number in tx.execute(query)}


def named_in(tx: Transaction, tip: Tip) -> list[Code]:
    """Codes in what the reporter wrote, at first and since, and in what stands written in pictures."""
    said = tx.scalars(select(Message.text).where(Message.tip_id == tip.id, Message.by_reporter))
    found = [code for text in (tip.text, *said) for code in codes.found_in(text)]
    # Cameras write their own names (CAM02) into pictures; what else stands there is named by nobody.
    seen = (str(line) for file in evidence.list_of_tip(tx, tip) for line in file.facts.get("texts") or [])
    found += [code for line in seen for code in codes.found_in(line) if code.kind != "number"]
    return list(dict.fromkeys(found))[: codes.MOST]


def same_codes(tx: Transaction, tip: Tip) -> list[Found]:
    """Other tips that name the same plate, phone or serial."""
    shared = traits.sharing_a_code(tx, tip.id, named_in(tx, tip))
    handed_in = set(tx.scalars(select(Tip.id).where(Tip.id.in_(shared), Tip.state != "draft")))
    found = []
    for other in handed_in:
        reasons = [
            {
                "code": f"code:{one.code.kind}", "bits": CODE_BITS if one.is_whole else END_BITS,
                "values": {"code": min(one.code.text, one.there, key=len), "whole": one.is_whole},
            }
            for one in shared[other][:3]
        ]  # fmt: skip
        score = CODE_BITS if any(one.is_whole for one in shared[other]) else END_BITS
        found.append(Found(other, hints.CODE, score, reasons))
    return sorted(found, key=lambda one: (-one.score, abs(tip.id - one.other_id)))[:MOST_OF_A_LANE]


def like_series(tx: Transaction, tip: Tip) -> list[Found]:
    """Earlier tips that look like one series with this one, at most a few, above what chance brings."""
    if tip.state in NO_SERIES:
        return []
    mine = sketches.of(tip)
    rarity = traits.rarity(tx, mine)
    others = traits.nearby(tx, mine, rarity)
    if tip.shop:
        of_shop = select(Tip.id).where(Tip.shop == tip.shop, Tip.id < tip.id).order_by(Tip.id.desc())
        others.update(tx.scalars(of_shop.limit(traits.MOST_OF_A_WAY)))
    since = (tip.received_at or tip.created_at) - SERIES_WITHIN
    query = select(Tip).where(Tip.id.in_(others), Tip.state.not_in(NO_SERIES), Tip.received_at > since)
    tags = traits.methods_of(tx, others)
    weighed = [
        (one.id, *series.weigh(mine, sketches.of(one, tags[one.id]), rarity)) for one in tx.scalars(query)
    ]
    least = weights.threshold(len(weighed))
    best = sorted((one for one in weighed if one[1] >= least), key=lambda one: (-one[1], -one[0]))
    return [
        Found(other, hints.SERIES, score, told(reasons)) for other, score, reasons in best[:MOST_OF_A_LANE]
    ]


def told(reasons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The strongest reasons, and what speaks against: both are shown, and no more of either than is read."""
    for_it = [one for one in reasons if one["bits"] > 0.3][:MOST_REASONS]
    against = [one for one in reasons if one["bits"] < -0.3][-MOST_AGAINST:]
    return [*for_it, *against]
