"""Topics for programs: what everybody may read, and for the desk writing, opening and closing one.

Its appointments and questions are `topic_parts`; booking and asking, for residents, `topic_visits`.
"""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from tipline.db import Transaction
from tipline.domain import answers, appointments, clock, questions, topics
from tipline.domain.topics import PUBLIC, Described, Topic
from tipline.web import current, guard
from tipline.web.api.topic_models import (
    AnswerList,
    AnswersQuery,
    DeskTopicList,
    TopicList,
    TopicWhole,
    TopicWritten,
)
from tipline.web.community.answers import BY_ADDRESS
from tipline.web.community.today import today
from tipline.web.community.topics import address_of
from tipline.web.limiting import limiter

blueprint = APIBlueprint("api_topics", __name__, url_prefix="/api/v1", tag="Topics")


@blueprint.get("/public/topics")
@guard.public
@limiter.limit(BY_ADDRESS)
@blueprint.output(TopicList)
def list_public_topics() -> dict[str, Any]:
    """Topics that are open, newest first."""
    with current.services().database.reading() as tx:
        found = topics.list_topics(tx, topics.OPEN)
        return {"items": [told(one) for one in found if one.is_open(today())]}


@blueprint.get("/public/topics/<handle>")
@guard.public
@blueprint.output(TopicWhole)
def get_public_topic(handle: str) -> dict[str, Any]:
    """One topic with all that everybody may read of it."""
    with current.services().database.reading() as tx:
        return _whole(tx, topics.read_public(tx, handle))


@blueprint.get("/public/answers")
@guard.public
@limiter.limit(BY_ADDRESS)
@blueprint.input(AnswersQuery, location="query")
@blueprint.output(AnswerList)
def search_answers(query_data: AnswersQuery) -> dict[str, Any]:
    """Published answers, the best first. Closed topics stand behind open ones."""
    with current.services().database.reading() as tx:
        hits = answers.find(tx, query_data.q, beat=query_data.beat)
    return {
        "items": [
            {
                "topic": told(one.topic),
                "question": one.question and one.question.text,
                "excerpt": one.excerpt,
            }
            for one in hits
        ]
    }


@blueprint.get("/topics")
@guard.staff("topic:manage")
@blueprint.output(DeskTopicList)
def list_all_topics() -> dict[str, Any]:
    """All topics of the station, drafts and templates included, with the questions that wait under each."""
    with current.services().database.reading() as tx:
        waiting = questions.count_waiting(tx)
        return {"items": [{**told(one), "waiting": waiting.get(one.id, 0)} for one in topics.list_topics(tx)]}


@blueprint.post("/topics")
@guard.staff("topic:manage")
@blueprint.input(TopicWritten)
@blueprint.output(TopicWhole, 201)
def post_topic(json_data: TopicWritten) -> Any:
    """A draft. Nobody outside sees it before it is opened."""
    with current.services().database.transaction() as tx:
        topic = topics.begin(tx, current.actor(), json_data.title)
        topics.change(tx, current.actor(), topic, _said(json_data), today())
        return _whole(tx, topic), 201


@blueprint.get("/topics/<handle>")
@guard.staff("topic:manage")
@blueprint.output(TopicWhole)
def get_topic(handle: str) -> dict[str, Any]:
    """One topic in any state."""
    with current.services().database.reading() as tx:
        return _whole(tx, topics.read_topic(tx, handle))


@blueprint.put("/topics/<handle>")
@guard.staff("topic:manage")
@blueprint.input(TopicWritten)
@blueprint.output(TopicWhole)
def put_topic(handle: str, json_data: TopicWritten) -> dict[str, Any]:
    """Write it anew."""
    with current.services().database.transaction() as tx:
        topic = topics.read_topic(tx, handle)
        topics.change(tx, current.actor(), topic, _said(json_data), today())
        return _whole(tx, topic)


@blueprint.post("/topics/<handle>/open")
@guard.staff("topic:manage")
@blueprint.output(TopicWhole)
def open_topic(handle: str) -> dict[str, Any]:
    """Everybody sees it from now on. Numbers that may be somebody's have to be confirmed on the page."""
    with current.services().database.transaction() as tx:
        topic = topics.read_topic(tx, handle)
        topics.open_topic(tx, current.actor(), topic, today())
        return _whole(tx, topic)


@blueprint.post("/topics/<handle>/close")
@guard.staff("topic:manage")
@blueprint.output(TopicWhole)
def close_topic(handle: str) -> dict[str, Any]:
    """Nobody asks or books any more; the answer stays."""
    with current.services().database.transaction() as tx:
        topic = topics.read_topic(tx, handle)
        topics.close(tx, current.actor(), topic)
        return _whole(tx, topic)


def _said(data: TopicWritten) -> Described:
    papers = [(one.text, one.note) for one in data.papers]
    return Described(data.title, data.answer, data.beat, data.closes_on, papers, data.confirmed)


def told(topic: Topic) -> dict[str, Any]:
    """A topic as everybody may read it in a list."""
    names = ("handle", "title", "state", "beat", "closes_on", "changed_at")
    facts = {name: getattr(topic, name) for name in names}
    is_over = topic.state in PUBLIC and not topic.is_open(today())
    return {**facts, "state": topics.CLOSED if is_over else topic.state, "url": address_of(topic)}


def _whole(tx: Transaction, topic: Topic) -> dict[str, Any]:
    rows = appointments.list_slots(tx, topic, since=clock.now())
    return {
        **told(topic),
        "answer": topic.answer,
        "papers": [{"text": one.text, "note": one.note} for one in topics.papers_of(tx, topic)],
        "questions": [
            {"id": one.id, "question": one.text, "answer": one.answer}
            for one in questions.list_published(tx, topic)
        ],
        "times": [
            {
                "id": one.slot.id, "starts_at": one.slot.starts_at, "ends_at": one.slot.ends_at,
                "place": one.slot.place, "free": one.free,
            }
            for one in rows
            if one.slot.cancelled_at is None
        ],
    }  # fmt: skip
