"""A page that was fetched ahead says that it is seen now; every other page is seen when it is sent."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from tipline.web import current, guard
from tipline.web.review import blueprint, pages, watching


@blueprint.post("/desk/tips/<reference>/opened")
@guard.staff("tip:read")
def shown(reference: str) -> ResponseReturnValue:
    with current.services().database.reading() as tx:
        pages.read(tx, reference)
    watching.note(reference)
    return "", 204
