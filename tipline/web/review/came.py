"""How a tip came in: by which door, who took it on somebody's behalf, from which shop's poster."""

from __future__ import annotations

from typing import NamedTuple

from tipline.db import Transaction
from tipline.domain import triage
from tipline.domain.accounts import Account
from tipline.domain.shops import Shop
from tipline.domain.tips import Tip
from tipline.errors import N_
from tipline.web.review.saying import gettext

DOORS = {
    "web": N_("Report page"),
    "api": N_("Program of the sender"),
    "desk": N_("Taken at the desk"),
    "partner": N_("Partner"),
    "folder": N_("Drop folder"),
}
ORIGINS = {
    "walk-in": N_("In person"),
    "phone": N_("By phone"),
    "chat": N_("From a chat group"),
}


class Came(NamedTuple):
    """`way` in the reader's words; `others` counts the earlier and later tips of the same shop."""

    way: str
    taker: str
    shop: Shop | None
    others: int


def of(tx: Transaction, tip: Tip, people: dict[int, Account]) -> Came:
    taker = people.get(tip.taken_by_id) if tip.taken_by_id else None
    shop = tx.get(Shop, tip.shop) if tip.shop else None
    number = triage.count_by_shop(tx, shop.code).get(shop.code, 0) if shop else 0
    return Came(way(tip), taker.display_name if taker else "", shop, max(0, number - 1))


def way(tip: Tip) -> str:
    return gettext(ORIGINS[tip.origin]) if tip.origin in ORIGINS else gettext(DOORS.get(tip.door, tip.door))
