"""What waits for me: tips of which the response clock has told me and that nobody has acknowledged yet."""

from __future__ import annotations

from flask import redirect, render_template
from flask.typing import ResponseReturnValue

from tipline.domain import escalations
from tipline.web import current, guard
from tipline.web.review import blueprint, notices, responding


@blueprint.get("/desk/waiting")
@guard.staff("tip:read")
def waiting() -> ResponseReturnValue:
    with current.services().database.reading() as tx:
        found = escalations.list_waiting(tx, current.staff().id)
        return render_template(
            "review/waiting.html", found=found, steps=responding.ESCALATION, notice=notices.take()
        )


@blueprint.post("/desk/waiting/seen")
@guard.staff("tip:read")
def all_waiting_seen() -> ResponseReturnValue:
    with current.services().database.transaction() as tx:
        escalations.see(tx, current.staff().id)
    return redirect("/desk/waiting", 303)
