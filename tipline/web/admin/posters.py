"""Posters: one A4 sheet a shop, as a PDF or as a page to print. Its QR code carries the shop's code alone."""

from __future__ import annotations

from urllib.parse import urlsplit

import flask_babel
import segno
from flask import Response, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from tipline import i18n, printing
from tipline.domain import shops
from tipline.domain.shops import Shop
from tipline.errors import TiplineError
from tipline.web import current, guard
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
    return as_pdf(_sheets([shop], is_page=False), f"poster-{shop.code}.pdf")


@blueprint.get("/shops/posters.pdf")
@guard.staff("shop:manage")
def print_posters() -> ResponseReturnValue:
    """Those of all shops in use that the words of the list find."""
    with current.services().database.reading() as tx:
        found = shops.list_shops(tx, words=request.args.get("q", "")[:100], limit=MOST_AT_ONCE + 1)
    wanted = [one for one in found if one.active]
    if not wanted or len(wanted) > MOST_AT_ONCE:
        raise TiplineError("shop:posters-number", limit=MOST_AT_ONCE)
    return as_pdf(_sheets(wanted, is_page=False), "posters.pdf")


def _read(code: str) -> Shop:
    with current.services().database.reading() as tx:
        return shops.read_shop(tx, code)


def as_pdf(html: str, name: str) -> Response:
    response = make_response(printing.pdf(html))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _sheets(wanted: list[Shop], *, is_page: bool) -> str:
    speak()
    base = current.settings().base_url

    def address(shop: Shop) -> str:
        return f"{base}/?shop={shop.code}"

    return render_template(
        "print/poster.html", shops=wanted, is_page=is_page, address=address, host=urlsplit(base).netloc,
        draw=lambda shop: qr(address(shop)), languages=i18n.NAMES, spoken=g.locale,
    )  # fmt: skip


def speak() -> None:
    """A poster speaks the language it is printed for, whatever the desk speaks."""
    g.locale = i18n.nearest(request.args.get("in")) or "zh_Hans_CN"
    flask_babel.refresh()


def qr(address: str) -> Markup:
    """Readable even where a quarter of it is scratched or stuck over."""
    drawn = segno.make(address, error="q", micro=False)
    svg = drawn.svg_inline(border=0, omitsize=True, svgclass="code", lineclass=None, dark="#0b2d52")
    return Markup(svg)  # noqa: S704 - drawn by us, the address is inside as squares alone
