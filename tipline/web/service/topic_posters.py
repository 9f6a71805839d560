"""A topic's poster: one A4 sheet whose QR code leads to its public page."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from tipline.domain import appointments, clock, topics
from tipline.errors import TiplineError
from tipline.web import current, guard, posters
from tipline.web.community import topics as public
from tipline.web.service import blueprint


@blueprint.get("/desk/topics/<handle>/poster")
@guard.staff("topic:manage")
def show_topic_poster(handle: str) -> ResponseReturnValue:
    return _sheet(handle, is_page=True)


@blueprint.get("/desk/topics/<handle>/poster.pdf")
@guard.staff("topic:manage")
def print_topic_poster(handle: str) -> ResponseReturnValue:
    return posters.as_pdf(_sheet(handle, is_page=False), "poster.pdf")


def _sheet(handle: str, *, is_page: bool) -> str:
    with current.services().database.reading() as tx:
        topic = topics.read_topic(tx, handle)
        has_times = bool(appointments.list_slots(tx, topic, since=clock.now()))
    if topic.state not in topics.PUBLIC:
        raise TiplineError("topic:unpublished")
    return posters.sheets("poster_topic", [topic], public.address_of, is_page=is_page, has_times=has_times)
