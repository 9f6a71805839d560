"""The desk's pages of the neighbourhood service: what is told to many, and what many wait for."""

from __future__ import annotations

from apiflask import APIBlueprint

from tipline.web.intake import language

blueprint = APIBlueprint("service", __name__, enable_openapi=False)
blueprint.after_request(language.remember)

# Views register themselves on the blueprint.
from tipline.web.service import (  # noqa: E402, F401
    bulletin_acts,
    bulletins,
    incident_acts,
    incident_list,
    incident_page,
    my_duty,
    partners,
    same_thing,
    topic_posters,
    topic_questions,
    topic_slots,
    topic_tips,
    topics,
)

blueprint.record_once(lambda state: state.app.jinja_env.globals.update(topics_for=topic_tips.offered))
