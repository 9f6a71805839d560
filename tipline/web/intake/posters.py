"""A report begun from a shop's poster: what the poster knows is filled in, and may be changed.

A code that no poster in use has fills in nothing and keeps nobody from reporting.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from tipline.db import Transaction
from tipline.domain import shops
from tipline.domain.shops import Shop
from tipline.web import current
from tipline.web.intake.answers import Answers


@dataclass(frozen=True)
class Poster:
    """`shop` is None for a code that is not known; `is_filled` while the report still names the shop."""

    shop: Shop | None
    is_filled: bool


def scan(answers: Answers) -> None:
    """Fill in what the poster of this visit knows, where nothing was written yet."""
    code = request.args.get("shop", "")
    if not code or answers.shop or answers.place:
        return
    with current.services().database.reading() as tx:
        shop = shops.find_shop(tx, code)
    if shop and shop.active:
        answers.shop, answers.place = shop.code, shop.words
        answers.beat = answers.beat or shop.beat or ""


def settle(answers: Answers) -> None:
    """Before a report is saved: it belongs to the shop only while it still says that it happened there."""
    if not answers.shop:
        return
    with current.services().database.reading() as tx:
        shop = shops.find_shop(tx, answers.shop)
    is_there = shop is not None and (not answers.place or shop.name in answers.place)
    answers.shop = shop.code if shop and is_there else ""


def shown(tx: Transaction, answers: Answers) -> Poster | None:
    """What the form says of the poster; None when there was none."""
    if answers.shop:
        shop = shops.find_shop(tx, answers.shop)
        return Poster(shop, is_filled=bool(shop and shop.name in answers.place))
    code = request.args.get("shop", "") if request.method == "GET" else ""
    if not code:
        return None
    found = shops.find_shop(tx, code)
    # The draft of this browser already says something else; that is no fault of the code.
    return None if found and found.active else Poster(None, is_filled=False)
