"""Questions under a topic at the desk: worded anew and published, or hidden with a reason."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import personal, questions, topics
from tipline.domain.topics import Topic
from tipline.errors import TiplineError
from tipline.web import current, errors, guard, prose
from tipline.web.cases.refused import Failed
from tipline.web.review import notices
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext, ngettext
from tipline.web.service import blueprint
from tipline.web.service.topics import frame

MOST_CHOSEN = 200


@blueprint.get("/desk/topics/<handle>/questions")
@guard.staff("topic:manage")
def show_questions(handle: str) -> ResponseReturnValue:
    with current.services().database.reading() as tx:
        return make_response(_page(tx, topics.read_topic(tx, handle)))


@blueprint.post("/desk/topics/<handle>/questions/<int:number>")
@guard.staff("topic:manage")
def moderate(handle: str, number: int) -> ResponseReturnValue:
    """`do` is answer, hide or restore."""
    form, do = request.form, request.form.get("do", "answer")
    try:
        with current.services().database.transaction() as tx:
            question = questions.read_question(tx, topics.read_topic(tx, handle), number)
            if do == "hide":
                questions.hide(tx, current.actor(), question, form.get("reason", ""))
                told = gettext("Not published. Whoever asked reads your reason.")
            elif do == "restore":
                questions.restore(tx, current.actor(), question)
                told = gettext("It waits for an answer again.")
            else:
                questions.answer(
                    tx, current.actor(), question, form.get("text", ""), form.get("answer", ""),
                    confirmed=bool(form.get("confirmed")),
                )  # fmt: skip
                told = gettext(
                    "Published: everybody reads it under the topic, whoever asked reads it by the code."
                )
    except TiplineError as fault:
        if fault.code in ("topic:not-found", "question:not-found"):
            raise
        return _refused(handle, f"q{number}", fault)
    notices.keep(Notice(told))
    return redirect(f"/desk/topics/{handle}/questions", 303)


@blueprint.post("/desk/topics/<handle>/questions/hide")
@guard.staff("topic:manage")
def hide_many(handle: str) -> ResponseReturnValue:
    """Refuse what was ticked with one reason: a flood is answered in one go."""
    form = request.form
    try:
        with current.services().database.transaction() as tx:
            topic = topics.read_topic(tx, handle)
            chosen = [
                int(one)
                for one in form.getlist("chosen")
                if one.isascii() and one.isdigit() and len(one) < 10
            ]
            if not chosen:
                raise TiplineError("question:needed", fields={"chosen": "question:needed"})
            rows = questions.list_questions(tx, topic, questions.WAITING, among=chosen[:MOST_CHOSEN])
            for one in rows:
                questions.hide(tx, current.actor(), one, form.get("reason", ""))
    except TiplineError as fault:
        if fault.code == "topic:not-found":
            raise
        return _refused(handle, "many", fault)
    told = ngettext("%(num)s question is not published.", "%(num)s questions are not published.", len(rows))
    notices.keep(Notice(told))
    return redirect(f"/desk/topics/{handle}/questions", 303)


def _refused(handle: str, form: str, fault: TiplineError) -> ResponseReturnValue:
    with current.services().database.reading() as tx:
        topic, notice = topics.read_topic(tx, handle), Notice(errors.sentence(fault), is_fault=True)
        page = _page(tx, topic, Failed.of(form, fault), notice)
    return make_response(page, errors.status_of(fault))


def _page(tx: Transaction, topic: Topic, failed: Failed | None = None, notice: Notice | None = None) -> str:
    asked = questions.list_questions(tx, topic)
    ahead = {questions.WAITING: 0, questions.ANSWERED: 1, questions.HIDDEN: 2}
    return render_template(
        "service/topic_questions.html", questions=sorted(asked, key=lambda one: ahead[one.state]),
        failed=failed or Failed(), ticked=request.form.getlist("chosen"),
        waiting=sum(one.state == questions.WAITING for one in asked), is_full=questions.is_full(tx, topic),
        notice=notice or notices.take(), blocks=prose.blocks,
        found_in=lambda text: [one.text for one in personal.found_in(text)], number_of=questions.number_of,
        longest=questions.LONGEST, longest_answer=questions.LONGEST_ANSWER, **frame(tx, topic),
    )  # fmt: skip
