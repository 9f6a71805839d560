"""Hints on the page of a tip: what each says, and which tip and cases it leads to.

Facts (same media, same number) stand open; an opinion (a likely series) waits behind a fold, so that nobody's
first look is steered. A case that the reader may not see is no part of a card.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tipline.db import Transaction
from tipline.domain import duplicates, hints, links, renditions
from tipline.domain.cases import Case
from tipline.domain.hints import Hint
from tipline.domain.renditions import Rendition
from tipline.domain.tips import Tip
from tipline.web import current, reasons
from tipline.web.review.saying import gettext

MOST_REASONS = 3


@dataclass
class Card:
    """One hint as this tip shows it."""

    hint: Hint
    other: Tip
    cases: list[Case]
    title: str
    speaks_for: list[str]
    against: list[str]
    pictures: list[Rendition] = field(default_factory=list)  # none, or one of each side
    compare: str = ""
    is_later: bool = False  # the other tip came after this one
    person: str = ""  # who answered

    @property
    def is_open(self) -> bool:
        return self.hint.state == hints.OPEN

    @property
    def band(self) -> str:
        """How much speaks for it, in a word."""
        return gettext(reasons.BANDS[self.hint.band])

    @property
    def why(self) -> str:
        """The reason that a link made from here begins with; a person completes it."""
        return gettext("; ").join([f"{self.title} ({self.other.reference})", *self.speaks_for])


@dataclass
class Hinted:
    """All of a tip's hints, and what it is a duplicate of."""

    facts: list[Card]
    series: list[Card]
    answered: list[Card]
    target: Tip | None
    root: Tip | None
    repeats: list[Tip]


def of(tx: Transaction, tip: Tip, people: dict[int, Any]) -> Hinted:
    """In a fixed number of queries."""
    rows = hints.list_of(tx, tip.id)
    tips = hints.tips_of(tx, rows)
    rows = [one for one in rows if one.other_than(tip.id) in tips]  # the rest is not the reader's to meet
    settled = hints.settled(tx, rows)
    standing = links.list_cases_of_many(tx, list(tips), current.actor())
    pictures = _pictures(tx, rows)
    cards = [
        _card(tip, row, tips[row.other_than(tip.id)], standing, pictures, people)
        for row in rows
        if row.state == hints.DISMISSED or (row.state == hints.OPEN and row.id not in settled)
    ]
    is_open = [one for one in cards if one.is_open]
    target = tx.get(Tip, tip.duplicate_of_id) if tip.duplicate_of_id else None
    return Hinted(
        [one for one in is_open if one.hint.is_fact],
        sorted((one for one in is_open if not one.hint.is_fact), key=lambda one: -one.hint.score),
        [one for one in cards if not one.is_open],
        target,
        duplicates.root_of(tx, target) if target else None,
        duplicates.list_of(tx, tip),
    )


def _card(
    tip: Tip, row: Hint, other: Tip, standing: dict[int, list[Case]],
    pictures: dict[tuple[str, str], Rendition], people: dict[int, Any],
) -> Card:  # fmt: skip
    told = hints.seen_from(row, tip.id)
    spoken = [(one["bits"], reasons.sentence(one, tip.text, other.text)) for one in told]
    against = [text for bits, text in spoken if bits < 0]
    if any(one["code"] == "shown:view" for one in told):
        against.append(gettext(reasons.VIEW_WARNS))
    seen = _seen(told)
    sides = [pictures.get(_small(seen.get(side))) for side in ("mine", "theirs")]
    by = people.get(row.decided_by_id or 0)
    return Card(
        row, other, standing.get(other.id, []), reasons.title(row.kind, told),
        [text for bits, text in spoken if bits > 0][: MOST_REASONS + 1], against,
        [one for one in sides if one] if all(sides) else [],
        compare_address(tip, other, told), other.id > tip.id, by.display_name if by else "",
    )  # fmt: skip


def compare_address(tip: Tip, other: Tip, told: list[dict[str, Any]]) -> str:
    """The page with both side by side: the files that a reason names, or the two tips."""
    seen = _seen(told)
    if seen:
        mine, theirs = seen["mine"], seen["theirs"]
        at = "".join(
            f"&{name}={side['t']}"
            for name, side in (("at", mine), ("bt", theirs))
            if side.get("t") is not None
        )
        return f"/desk/compare?a={mine['evidence']}&b={theirs['evidence']}{at}"
    return f"/desk/compare?a={tip.reference}&b={other.reference}"


def _seen(told: list[dict[str, Any]]) -> dict[str, Any]:
    """The first reason that is about files of both."""
    return next((one for one in told if one.get("mine") and one.get("theirs")), {})


def _small(side: dict[str, Any] | None) -> tuple[str, str]:
    """Which small picture shows that moment."""
    name = str((side or {}).get("picture", ""))
    return str((side or {}).get("evidence", "")), f"{name.rpartition('.')[0]}-320.webp"


def _pictures(tx: Transaction, rows: list[Hint]) -> dict[tuple[str, str], Rendition]:
    wanted = {
        _small(one[side])
        for row in rows
        for one in row.why[:1]
        for side in ("mine", "theirs")
        if one.get(side)
    }
    found = renditions.list_named(tx, wanted)
    return {(one.evidence_id, one.name): one for one in found}
