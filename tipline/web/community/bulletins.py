"""Bulletins as residents read them: the list, one of them, its pictures. Nothing of officers, cases or tips.

A picture's address is the digest of its bytes and says nothing else. It is asked for again each time, so that
one whose bulletin ended, or whose covering was taken back, is gone from that moment on.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, make_response, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import beats, bulletins, clock, stills
from tipline.domain.bulletins import Bulletin
from tipline.domain.stills import Still
from tipline.errors import TiplineError
from tipline.web import bulletin_words, current, errors, guard, media
from tipline.web.community import blueprint, reading
from tipline.web.community.frame import render

LIST = "/bulletins"


@blueprint.get(LIST)
@guard.public
def bulletin_list() -> ResponseReturnValue:
    kind, beat = request.args.get("kind", ""), request.args.get("beat", "")
    with current.services().database.reading() as tx:
        require_filter(tx, kind, beat)
        before = cursor_of(request.args.get("before", ""))
        found = bulletins.list_public(tx, kind=kind, beat=beat, before=before, limit=bulletins.A_PAGE + 1)
        shown = found[: bulletins.A_PAGE]
        return render(
            "bulletins", LIST, rows=shown, kind=kind, beat=beat, kinds=bulletin_words.KIND,
            beats=beats.list_beats(tx), names=names_of(tx),
            pictures={one.id: stills.shown(tx, one)[:1] for one in shown if one.kind == bulletins.APPEAL},
            older=_address(kind, beat, before=cursor(shown[-1])) if len(found) > len(shown) else "",
            link=_address, picture_of=picture_of, feed=feed_address(beat),
        )  # fmt: skip


@blueprint.get(f"{LIST}/<handle>")
@guard.public
def bulletin_page(handle: str) -> ResponseReturnValue:
    """One of them; of one that is over a sentence says so, and if it was withdrawn why."""
    with current.services().database.reading() as tx:
        row = bulletins.find_shown(tx, handle)
        if row is None:
            raise TiplineError("bulletin:not-found")
        state = bulletins.state_of(row)
        address = f"{LIST}/{row.handle}"
        values = {"row": row, "word": bulletin_words.KIND[row.kind], "names": names_of(tx)}
        if state != bulletins.PUBLISHED:
            fault = TiplineError(f"bulletin:{state}")
            page = render("bulletin_over", address, message=errors.sentence(fault), state=state, **values)
            return make_response(page, errors.status_of(fault))
        page = render("bulletin", address, stills=stills.shown(tx, row), picture_of=picture_of, **values)
    reading.note(row)
    return page


@blueprint.get(f"{LIST}/pictures/<name>")
@guard.public
def bulletin_picture(name: str) -> Response:
    """A still that a bulletin shows now; of one that did, a sentence says that it is gone."""
    digest, _, ending = name.partition(".")
    with current.services().database.reading() as tx:
        picture = stills.read_shown(tx, digest if ending == "jpg" else "")
    return send_picture(picture)


def picture_of(still: Still) -> str:
    return f"{LIST}/pictures/{still.name}"


def send_picture(picture: Any) -> Response:
    """The bytes and nothing of where they are from. Browsers ask again each time whether they still may."""
    response = media.send_file(picture.key, picture.size, picture.sha256, picture.mime)
    response.headers["Content-Disposition"] = media.disposition(f"{picture.sha256[:16]}.jpg", inline=True)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Robots-Tag"] = "noindex, noimageindex"
    return response


def require_filter(tx: Transaction, kind: str, beat: str) -> None:
    """A filter that says nothing known is answered as such, not with an empty list."""
    known_beats = {one.code for one in beats.list_beats(tx)} if beat else set()
    if (kind and kind not in bulletins.KINDS) or (beat and beat not in known_beats):
        raise TiplineError("bulletin:filter-unclear")


def names_of(tx: Transaction) -> dict[str, str]:
    """Code of a beat → how residents call it."""
    return {one.code: one.name for one in beats.list_beats(tx)}


def cursor(row: Bulletin) -> str:
    """Where a page of the list ends."""
    return f"{clock.stamp(row.publishes_at)}~{row.id}" if row.publishes_at else ""


def cursor_of(typed: str) -> tuple[datetime, int] | None:
    """As our own link says it; raises cursor:unclear of anything else."""
    if not typed:
        return None
    stamp, _, number = typed.partition("~")
    try:
        at = datetime.fromisoformat(stamp).astimezone(UTC)
    except (ValueError, OverflowError):
        at = None
    is_number = number.isascii() and number.isdigit() and len(number) < 10
    if at is None or not stamp.endswith(("Z", "+00:00")) or not is_number:
        raise TiplineError("cursor:unclear")
    return at, int(number)


def feed_address(beat: str) -> str:
    return f"{LIST}/feed.atom" + (f"?{urlencode({'beat': beat})}" if beat else "")


def _address(kind: str = "", beat: str = "", before: str = "") -> str:
    given = {"kind": kind, "beat": beat, "before": before}
    query = urlencode({name: said for name, said in given.items() if said})
    return f"{LIST}?{query}" if query else LIST
