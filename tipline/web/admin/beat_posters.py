"""Posters of beats: one A4 sheet a beat, with its officer's name. The QR code leads to the beat's page."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from tipline.domain import beat_search
from tipline.domain.beats import Beat
from tipline.errors import TiplineError
from tipline.web import current, guard, posters
from tipline.web.admin import blueprint
from tipline.web.admin.posters import MOST_AT_ONCE


@blueprint.get("/beats/<code>/poster")
@guard.staff("beat:manage")
def show_beat_poster(code: str) -> ResponseReturnValue:
    """As a page; it prints without any part that makes PDFs."""
    return _sheets([_read(code)], is_page=True)


@blueprint.get("/beats/<code>/poster.pdf")
@guard.staff("beat:manage")
def print_beat_poster(code: str) -> ResponseReturnValue:
    beat = _read(code)
    return posters.as_pdf(_sheets([beat], is_page=False), f"poster-{beat.code}.pdf")


@blueprint.get("/beats/posters.pdf")
@guard.staff("beat:manage")
def print_beat_posters() -> ResponseReturnValue:
    """Those of all beats that have a page."""
    with current.services().database.reading() as tx:
        wanted = beat_search.list_listed(tx)
    if not wanted or len(wanted) > MOST_AT_ONCE:
        raise TiplineError("beat:posters-number", limit=MOST_AT_ONCE)
    return posters.as_pdf(_sheets(wanted, is_page=False), "posters-beats.pdf")


def _read(code: str) -> Beat:
    with current.services().database.reading() as tx:
        return beat_search.read_listed(tx, code)


def _sheets(wanted: list[Beat], *, is_page: bool) -> str:
    base = current.settings().base_url
    return posters.sheets("beat_poster", wanted, lambda beat: f"{base}/beats/{beat.code}", is_page=is_page)
