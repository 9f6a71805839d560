"""What a tip's page asks and says beside its content: who else looks at it, and that it should stay unread.

A page that was fetched ahead asks at once when it is shown: only then it is read, and only then the notice of
the last act belongs on it.
"""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from tipline.domain import unread
from tipline.web import current, guard
from tipline.web.review import blueprint, notices, pages, wanted, watching
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext


@blueprint.get("/desk/tips/<reference>/lookers")
@guard.staff("tip:read")
def lookers(reference: str) -> ResponseReturnValue:
    """Asked every now and then while the page is seen; nothing at all (204) while nobody comes or goes."""
    with current.services().database.reading() as tx:
        row = pages.read(tx, reference)
        here, is_new = watching.of_tip(tx, row), watching.is_worth_noting(tx, row)
    if is_new:
        watching.note(row)
    notice = notices.take() if "ahead" in request.args else None
    if watching.told(here) == request.args.get("told", "") and notice is None:
        return "", 204
    return render_template(
        "review/tip_lookers_live.html", tip=row, lookers=here, notice=notice, told_of=watching.told,
        is_ahead_of_time=watching.is_ahead,
    )  # fmt: skip


@blueprint.post("/desk/tips/<reference>/unread")
@guard.staff("tip:read")
def leave_unread(reference: str) -> ResponseReturnValue:
    """Back to the queue; the tip stands there as if it had not been opened."""
    with current.services().database.transaction() as tx:
        row = pages.read(tx, reference)
        unread.forget(tx, current.staff().id, row)
    notices.keep(Notice(gettext("%(reference)s is unread again.", reference=row.reference)))
    return redirect(wanted.address(wanted.filter_of_request()), 303)
