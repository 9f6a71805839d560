"""Answered once for all: tips in which somebody asks, several answered with one topic."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import acts, answering, topics
from tipline.domain.tips import Tip, read_tip
from tipline.domain.topics import OPEN, TEMPLATE, Topic
from tipline.errors import TiplineError
from tipline.web import current, errors, guard
from tipline.web.cases.refused import Failed
from tipline.web.community import topics as public
from tipline.web.review import begun, notices
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext, ngettext
from tipline.web.service import blueprint, topic_words

HERE = "/desk/topics/tips"


@blueprint.get(HERE)
@guard.staff("topic:manage")
def list_asking() -> ResponseReturnValue:
    return make_response(_page())


@blueprint.post(HERE)
@guard.staff("topic:manage")
def answer_tips() -> ResponseReturnValue:
    """`tips` are references, `topic` a handle; `back` is the tip's own page where it came from there."""
    form = request.form
    chosen = list(dict.fromkeys(form.getlist("tips")))
    try:
        with current.services().database.transaction() as tx:
            topic = topics.read_topic(tx, form.get("topic", ""))
            asked = [read_tip(tx, one) for one in chosen[: answering.MOST + 1]]
            address = public.address_of(topic)
            answering.answer(
                tx,
                current.actor(),
                topic,
                asked,
                form.get("words", ""),
                address,
                is_done=bool(form.get("done")),
            )
            for one in asked:
                begun.sent(tx, f"tip:{one.reference}", "topic")
            act = acts.recorded(tx)
    except TiplineError as fault:
        page = _page(Failed.of("answer", fault), Notice(errors.sentence(fault), is_fault=True))
        return make_response(page, errors.status_of(fault))
    told = ngettext("%(num)s question answered.", "%(num)s questions answered.", len(asked))
    notices.keep(Notice(told, act=act.id if act else None))
    is_one = form.get("back") and len(asked) == 1
    return redirect(f"/desk/tips/{asked[0].reference}" if is_one else HERE, 303)


def _page(failed: Failed | None = None, notice: Notice | None = None) -> str:
    with current.services().database.reading() as tx:
        return render_template(
            "service/topic_tips.html", tips=answering.list_waiting(tx), topics=topics.list_topics(tx, OPEN),
            failed=failed or Failed(), notice=notice or notices.take(),
            greeting=gettext(topic_words.GREETING),
            chosen=request.form.getlist("tips"), most=answering.MOST,
        )  # fmt: skip


def offered(tip: Tip) -> dict[str, object] | None:
    """What a tip's page offers where somebody asks: open topics, templates, and the topic it has already."""
    if not answering.is_question(tip):
        return None

    def read(tx: Transaction) -> tuple[list[Topic], list[Topic], Topic | None]:
        return topics.list_topics(tx, OPEN), topics.list_topics(tx, TEMPLATE), answering.topic_of(tx, tip)

    with current.services().database.reading() as tx:
        found, templates, topic = read(tx)
    return {
        "topics": found, "templates": templates, "topic": topic, "greeting": gettext(topic_words.GREETING),
    }  # fmt: skip
