"""After a decision the next tip of the queue, for whoever has switched that on."""

from __future__ import annotations

from flask import Response, make_response, redirect, request
from flask.typing import ResponseReturnValue

from tipline.domain import preferences
from tipline.web import current, guard
from tipline.web.review import blueprint, notices, pages, wanted
from tipline.web.review.notices import Notice

# The last word of an act's address, for acts that settle a tip; a state by hand only if it ends the review.
SETTLING = ("assign", "state", "links", "duplicate")
STAYING = ("received", "triage", "need_info")


@blueprint.post("/desk/tips/<reference>/advance")
@guard.staff("tip:read")
def switch(reference: str) -> ResponseReturnValue:
    """On or off; the page stays."""
    with current.services().database.transaction() as tx:
        pages.read(tx, reference)
        preferences.choose(tx, current.staff(), advance="on" in request.form)
    return redirect(wanted.address(wanted.filter_of_request(), f"/desk/tips/{reference.upper()}"), 303)


def is_wanted() -> bool:
    return preferences.of(current.staff()).advance


def instead(reference: str, notice: Notice) -> Response | None:
    """The next tip in the place of the answer, with the notice and its way back; None to stay."""
    settles = request.path.rsplit("/", 1)[-1] in SETTLING and request.form.get("state") not in STAYING
    if not settles or not is_wanted():
        return None
    with current.services().database.reading() as tx:
        row = pages.read(tx, reference)
        _above, below = wanted.neighbours(tx, row, wanted.filter_of_request())
    if below is None:
        return None
    notice.text, notice.link = f"{row.reference}: {notice.text}", f"/desk/tips/{row.reference}"
    notices.keep(notice)
    if not request.headers.get("HX-Request"):
        return redirect(below, 303)  # type: ignore[return-value]
    answer = make_response("", 200)
    answer.headers["HX-Redirect"] = below
    return answer
