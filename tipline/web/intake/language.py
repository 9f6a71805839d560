"""The language a reporter chose by a link stays chosen."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlencode

from flask import Response, request

from tipline import i18n
from tipline.settings import LOCALES
from tipline.web import current

YEAR_S = 365 * 24 * 3600


class Other(NamedTuple):
    """A link to this very page in another language."""

    href: str
    name: str
    tag: str


def others(page: str) -> list[Other]:
    """Links for `page`, the address that shows again what a form has just answered with."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return [
        Other(f"{page}?" + urlencode([*kept, ("lang", locale)]), i18n.NAMES[locale], i18n.HTML_LANG[locale])
        for locale in LOCALES
        if locale != current.locale()
    ]


def remember(response: Response) -> Response:
    chosen = i18n.nearest(request.args.get("lang"))
    if chosen:
        response.set_cookie(
            current.LANGUAGE_COOKIE, chosen, max_age=YEAR_S, samesite="Lax", httponly=True,
            secure=current.settings().secure,
        )  # fmt: skip
    return response
