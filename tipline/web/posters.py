"""What all posters share: the language they are printed in, the QR code, the file that comes of the sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import flask_babel
import segno
from flask import Response, g, make_response, render_template, request
from markupsafe import Markup

from tipline import i18n, printing
from tipline.web import current


def sheets(
    template: str, things: Sequence[Any], address: Callable[[Any], str], *, is_page: bool, **values: Any
) -> str:
    """One sheet for each thing, as a page or for paper; its QR code leads to the thing's address.

    A poster speaks the language it is printed for, whatever the desk speaks.
    """
    g.locale = i18n.nearest(request.args.get("in")) or "zh_Hans_CN"
    flask_babel.refresh()
    return render_template(
        f"print/{template}.html", things=things, address=address, is_page=is_page, qr=qr,
        host=urlsplit(current.settings().base_url).netloc, languages=i18n.NAMES, spoken=g.locale, **values,
    )  # fmt: skip


def qr(address: str) -> Markup:
    """Readable even where a quarter of it is scratched or stuck over."""
    drawn = segno.make(address, error="q", micro=False)
    svg = drawn.svg_inline(border=0, omitsize=True, svgclass="code", lineclass=None, dark="#0b2d52")
    return Markup(svg)  # noqa: S704 - drawn by us, the address is inside as squares alone


def as_pdf(html: str, name: str) -> Response:
    response = make_response(printing.pdf(html))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
