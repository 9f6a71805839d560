"""Leaving in a hurry: the visit ends, the device forgets, and another page stands where this one was."""

from __future__ import annotations

from flask import make_response, render_template
from flask.typing import ResponseReturnValue

from tipline.web import current, guard
from tipline.web.intake import blueprint, visit

FORGET = '"cache", "cookies", "storage"'


@blueprint.post("/exit")
@guard.public
def leave_quickly() -> ResponseReturnValue:
    """End the visit and go to a harmless page. A page that stood open for days can do it, too."""
    visit.leave()
    response = make_response(render_template("intake/exit.html", address=current.settings().exit_url))
    response.headers["Clear-Site-Data"] = FORGET
    return response
