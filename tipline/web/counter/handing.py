"""Handing back: the receipt code once, a slip to print, and the place where files are dropped.

Only whoever took the tip gets here; the code is gone as soon as it was handed over.
"""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tipline.domain import tips
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.counter import blueprint, kept
from tipline.web.counter.kept import Kept
from tipline.web.counter.pages import ORIGINS, open_uploads
from tipline.web.intake import pages as reporters
from tipline.web.intake import slips, steps, telling, words
from tipline.web.intake.picture import picture

PAPERS = ("a4", "a5")


@blueprint.get("/<reference>")
@guard.staff("intake:take")
def hand(reference: str) -> ResponseReturnValue:
    return _page(_own(reference), {})


@blueprint.post("/<reference>/files")
@guard.staff("intake:take")
def send_files(reference: str) -> ResponseReturnValue:
    """Files without JavaScript, read as they arrive."""
    tip, me = _own(reference), current.staff()
    address = url_for("counter.hand", reference=tip.reference)
    return steps.receive_into(tip, _page, address, sent_by_id=me.id)


@blueprint.get("/<reference>/slip")
@guard.staff("intake:take")
def show_slip(reference: str) -> ResponseReturnValue:
    """The slip for whoever brought the tip, on A4 or A5."""
    tip = _own(reference)
    paper = request.args.get("paper", "")
    return render_template(
        "counter/slip.html",
        **_values(tip),
        paper=paper if paper in PAPERS else PAPERS[0],
        papers=PAPERS,
    )


@blueprint.get("/<reference>/receipt.pdf")
@guard.staff("intake:take")
def show_receipt(reference: str) -> ResponseReturnValue:
    """The signed receipt: what was handed in so far, with sizes and digests. It bears no code."""
    return slips.pdf(_own(reference), current.staff().actor)


@blueprint.post("/<reference>/handed")
@guard.staff("intake:take")
def hand_over(reference: str) -> ResponseReturnValue:
    """The code is with whoever it belongs to; this browser forgets it."""
    tip = _own(reference)
    kept.forget_code(tip.reference)
    return redirect(f"/desk/tips/{tip.reference}", 303)


def _own(reference: str) -> Tip:
    """The tip that this member of staff took; anybody else's is not here."""
    with current.services().database.reading() as tx:
        tip = tips.read_tip(tx, reference)
    if tip.door != "desk" or tip.taken_by_id != current.staff().id:
        raise TiplineError("tip:not-found")
    return tip


def _page(tip: Tip, faults: dict[str, str]) -> str:
    settings = current.settings()
    return render_template(
        "counter/hand.html",
        **_values(tip),
        faults=faults,
        access=_access(tip),
        words_of_script=words.of_script(),
        file_limit=settings.max_file_bytes,
        files_limit=settings.max_tip_files,
    )


def _values(tip: Tip) -> dict[str, Any]:
    told, held = telling.tell(tip), kept.find(tip.reference)
    return {
        "tip": told.tip,
        "told": told,
        "code": held.code if held else "",
        "picture": picture,
        "origin": ORIGINS[tip.origin][0] if tip.origin in ORIGINS else "",
        "status_url": f"{current.settings().base_url}/status",
        "script_files": reporters.script_files(told),
    }


def _access(tip: Tip) -> str:
    """This browser's access for uploads; a new one after signing in again."""
    if tip.state in tips.ENDED:
        return ""
    held = kept.find(tip.reference)
    if held:
        return held.token
    with current.services().database.transaction() as tx:
        token = open_uploads(tx, tip)
    kept.keep(tip.reference, Kept("", token))
    return token
