"""Posters: one A4 sheet a shop, as a PDF or as a page to print. Its QR code carries the shop's code alone."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from tipline.domain import shops
from tipline.domain.shops import Shop
from tipline.errors import TiplineError
from tipline.web import current, guard, posters
from tipline.web.admin import blueprint

# So many sheets in one file; a whole district is printed street by street.
MOST_AT_ONCE = 40


@blueprint.get("/shops/<code>/poster")
@guard.staff("shop:manage")
def show_poster(code: str) -> ResponseReturnValue:
    """The poster as a page; it prints without any part that makes PDFs."""
    return _sheets([_read(code)], is_page=True)


@blueprint.get("/shops/<code>/poster.pdf")
@guard.staff("shop:manage")
def print_poster(code: str) -> ResponseReturnValue:
    shop = _read(code)
    return posters.as_pdf(_sheets([shop], is_page=False), f"poster-{shop.code}.pdf")


@blueprint.get("/shops/posters.pdf")
@guard.staff("shop:manage")
def print_posters() -> ResponseReturnValue:
    """Those of all shops in use that the words of the list find."""
    with current.services().database.reading() as tx:
        found = shops.list_shops(tx, words=request.args.get("q", "")[:100], limit=MOST_AT_ONCE + 1)
    wanted = [one for one in found if one.active]
    if not wanted or len(wanted) > MOST_AT_ONCE:
        raise TiplineError("shop:posters-number", limit=MOST_AT_ONCE)
    return posters.as_pdf(_sheets(wanted, is_page=False), "posters.pdf")


def _read(code: str) -> Shop:
    with current.services().database.reading() as tx:
        return shops.read_shop(tx, code)


def _sheets(wanted: list[Shop], *, is_page: bool) -> str:
    base = current.settings().base_url
    return posters.sheets("poster", wanted, lambda shop: f"{base}/?shop={shop.code}", is_page=is_page)
