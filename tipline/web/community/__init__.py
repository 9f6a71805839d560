"""What residents read and use of the neighbourhood service: pages for a phone that need no script."""

from __future__ import annotations

from apiflask import APIBlueprint

from tipline.web.community import today
from tipline.web.intake import language

blueprint = APIBlueprint("community", __name__, enable_openapi=False)
blueprint.after_request(language.remember)
blueprint.record_once(
    lambda state: state.app.jinja_env.globals.update(
        day_of=today.day_of,
        span_of=today.span_of,
        weekday=today.weekday,
        plain_day=today.plain_day,
        day_name=today.day_name,
    )
)

# Views register themselves on the blueprint.
from tipline.web.community import (  # noqa: E402, F401
    answers,
    beats,
    bulletin_poster,
    bulletins,
    feed,
    helping,
    mine,
    topics,
    writing,
)
