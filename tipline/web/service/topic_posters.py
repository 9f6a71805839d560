"""A topic's poster: one A4 sheet whose QR code leads to its public page."""

from __future__ import annotations

from urllib.parse import urlsplit

import flask_babel
import segno
from flask import g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from tipline import i18n, printing
from tipline.domain import appointments, clock, topics
from tipline.domain.topics import Topic
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.community import topics as public
from tipline.web.service import blueprint


@blueprint.get("/desk/topics/<handle>/poster")
@guard.staff("topic:manage")
def show_topic_poster(handle: str) -> ResponseReturnValue:
    return _sheet(handle, is_page=True)


@blueprint.get("/desk/topics/<handle>/poster.pdf")
@guard.staff("topic:manage")
def print_topic_poster(handle: str) -> ResponseReturnValue:
    response = make_response(printing.pdf(_sheet(handle, is_page=False)))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = 'inline; filename="poster.pdf"'
    return response


def _sheet(handle: str, *, is_page: bool) -> str:
    """A poster speaks the language it is printed for, whatever the desk speaks."""
    with current.services().database.reading() as tx:
        topic = topics.read_topic(tx, handle)
        has_times = bool(appointments.list_slots(tx, topic, since=clock.now()))
    if topic.state not in topics.PUBLIC:
        raise TiplineError("topic:unpublished")
    g.locale = i18n.nearest(request.args.get("in")) or "zh_Hans_CN"
    flask_babel.refresh()
    return render_template(
        "print/poster_topic.html", topic=topic, is_page=is_page,
        host=urlsplit(current.settings().base_url).netloc,
        address=public.address_of(topic), drawn=_drawn(topic), has_times=has_times, languages=i18n.NAMES,
        spoken=g.locale, is_public=bool(current.settings().public_url),
    )  # fmt: skip


def _drawn(topic: Topic) -> Markup:
    """Readable even where a quarter of it is scratched or stuck over."""
    made = segno.make(public.address_of(topic), error="q", micro=False)
    svg = made.svg_inline(border=0, omitsize=True, svgclass="code", lineclass=None, dark="#0b2d52")
    return Markup(svg)  # noqa: S704 - drawn by us, the address is inside as squares alone
