"""A bulletin on one sheet of A4, to be pinned up: its words, its stills, and a QR code that leads to it."""

from __future__ import annotations

import base64

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from tipline.domain import bulletins, stills, stored
from tipline.domain.bulletins import Bulletin
from tipline.domain.stills import Still
from tipline.web import bulletin_words, current, guard, limiting, posters
from tipline.web.community import blueprint
from tipline.web.community.bulletins import LIST, names_of
from tipline.web.limiting import Budget
from tipline.web.review.printing import qr

# A sheet costs a second of a processor; whoever pins up notices needs a few.
PRINTS = Budget("bulletin-prints", 20, "request:too-many")
MOST_ON_PAPER = 2


@blueprint.get(f"{LIST}/<handle>/poster.pdf")
@guard.public
def bulletin_poster(handle: str) -> ResponseReturnValue:
    limiting.spend(PRINTS)
    with current.services().database.reading() as tx:
        row = bulletins.read_public(tx, handle)
        page = sheet(row, stills.shown(tx, row)[:MOST_ON_PAPER], names_of(tx))
    return paper(row, page)


def paper(row: Bulletin, page: str) -> Response:
    response = posters.as_pdf(page, f"bulletin-{row.handle}.pdf")
    response.headers["Cache-Control"] = "no-cache"
    return response


def sheet(row: Bulletin, shown: list[Still], names: dict[str, str]) -> str:
    """The sheet as HTML; its pictures lie in it, since printing fetches nothing."""
    base = current.settings().base_url
    address = f"{base}{LIST}/{row.handle}"
    return render_template(
        "print/bulletin.html", row=row, word=bulletin_words.KIND[row.kind], names=names, address=address,
        qr=qr(address), pictures=[(one, _inside(one)) for one in shown],
    )  # fmt: skip


def _inside(still: Still) -> str:
    if still.picture is None:
        return ""
    with stored.shown(), current.services().store.open(still.picture.key) as reader:
        return "data:image/jpeg;base64," + base64.b64encode(reader.read()).decode()
