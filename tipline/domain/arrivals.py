"""What happens with a tip as it reaches the desk: it finds its beat, and is put before who is on duty there.

The reporter's own choice counts most, then the shop whose poster was scanned, then the place on the map.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from typing import Protocol

from tipline.db import Transaction
from tipline.domain import areas, beats, bulletins, clock, custody, duties, shops
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM
from tipline.domain.custody import Custody
from tipline.domain.positions import Position
from tipline.domain.reports import Report
from tipline.domain.shops import Shop

CHOICE, SHOP, SHAPE = WAYS = ("choice", "shop", "shape")
PUT_BEFORE, SUBMITTED = "tip:on-duty", "tip:submit"


class Arriving(Protocol):
    """A tip; tips arrive by this module, so theirs cannot be asked here."""

    reference: str
    beat: str | None
    shop: str | None
    lat: float | None
    lon: float | None
    assignee_id: int | None


def complete(tx: Transaction, report: Report) -> None:
    """Check a report, and fill in what its poster or bulletin knows."""
    report.checked()
    shops.fill_in(tx, report)
    bulletins.fill_in(tx, report)
    if report.beat:
        beats.read_beat(tx, report.beat)


def find_beat(tx: Transaction, tip: Arriving) -> dict[str, str]:
    """Give the tip its beat, if one is to be found; what the log says of it: `beat`, `beat_by` of WAYS."""
    way = _look(tx, tip)
    return {"beat": tip.beat, "beat_by": way} if tip.beat and way else {}


def _look(tx: Transaction, tip: Arriving) -> str | None:
    shop = tx.get(Shop, tip.shop) if tip.shop else None
    if tip.beat:
        return SHOP if shop and shop.beat == tip.beat else CHOICE
    if tip.lat is None or tip.lon is None:
        return None
    place = Position(tip.lat, tip.lon)
    for one in beats.list_drawn(tx):
        if one.shape and areas.holds(areas.read_shape(one.shape), place):
            tip.beat = one.code
            return SHAPE
    return None


def put_before_duty(tx: Transaction, tip: Arriving, zone: tzinfo | None) -> None:
    """Give a tip of a beat that nobody has to the first who is on duty there, or on call; told in custody.

    Without a zone nobody can say who is on duty. It is an assignment like any other: whoever has it may give
    it to somebody else, or back to nobody.
    """
    if zone is None or not tip.beat or tip.assignee_id is not None:
        return
    chain = duties.chain(tx, tip.beat, clock.now(), zone)
    if chain.first is None:
        return
    tip.assignee_id = chain.first
    who = tx.get_one(Account, chain.first).username
    part = chain.part_of(chain.first)
    custody.append(
        tx, SYSTEM, PUT_BEFORE, f"tip:{tip.reference}", tip=tip.reference,
        assignee=who, part=part, beat=tip.beat,
    )  # fmt: skip


def how_found(tip: Arriving, told: Iterable[Custody]) -> str | None:
    """How the tip came to the beat it has, as `told` in its log: one of WAYS, or None once the desk chose."""
    facts = next((one.facts() for one in told if one.action == SUBMITTED), {})
    way: str | None = facts.get("beat_by")
    return way if tip.beat and facts.get("beat") == tip.beat else None
