"""Topics at the desk: the list, the editor with its preview, opening, closing, templates."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import answering, beats, discarding, personal, questions, topics
from tipline.domain.tips import Tip, read_tip
from tipline.domain.topics import CLOSED, DRAFT, OPEN, TEMPLATE, Described, Topic
from tipline.errors import TiplineError
from tipline.web import current, errors, guard, prose
from tipline.web.cases.refused import Failed
from tipline.web.community import topics as public
from tipline.web.community.today import today
from tipline.web.review import begun, notices
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext
from tipline.web.service import blueprint, topic_words

HERE = "/desk/topics"
FORM = "topic"


@blueprint.get(HERE)
@guard.staff("topic:manage")
def list_desk_topics() -> ResponseReturnValue:
    """`state` is open, draft, closed or template."""
    return _list()


def _list(failed: Failed | None = None, status: int = 200) -> ResponseReturnValue:
    state = request.args.get("state", OPEN)
    state = state if state in topics.STATES else OPEN
    with current.services().database.reading() as tx:
        page = render_template(
            "service/topics.html", topics=topics.list_topics(tx, state), state=state,
            counts=topics.count_by_state(tx), unanswered=questions.count_waiting(tx), today=today(),
            asked=len(answering.list_waiting(tx)), templates=topics.list_topics(tx, TEMPLATE),
            beats={one.code: one.name for one in beats.list_beats(tx)}, failed=failed or Failed(),
            notice=notices.take(), topic_words=topic_words,
        )  # fmt: skip
    return make_response(page, status)


@blueprint.post(HERE)
@guard.staff("topic:manage")
def begin_topic() -> ResponseReturnValue:
    """From scratch, from a template, or with `tip` out of what somebody asked in it."""
    form = request.form
    try:
        with current.services().database.transaction() as tx:
            of = topics.read_topic(tx, form["template"]) if form.get("template") else None
            if reference := form.get("tip"):
                tip = read_tip(tx, reference)
                topic = answering.begin_from(tx, current.actor(), tip, of=of)
            else:
                title = form.get("title", "").strip() or (of.title if of else "")
                topic = topics.begin(tx, current.actor(), title, of=of)
    except TiplineError as fault:
        if fault.code in ("topic:not-found", "tip:not-found", "tip:erased"):
            raise
        return _list(Failed.of("begin", fault), errors.status_of(fault))
    return redirect(f"{HERE}/{topic.handle}", 303)


@blueprint.get("/desk/topics/<handle>")
@guard.staff("topic:manage")
def edit_topic(handle: str) -> ResponseReturnValue:
    with current.services().database.reading() as tx:
        return make_response(editor(tx, topics.read_topic(tx, handle)))


@blueprint.post("/desk/topics/<handle>")
@guard.staff("topic:manage")
def save_topic(handle: str) -> ResponseReturnValue:
    """`do` is save, preview (shows what was typed and keeps nothing) or open (saves, then opens)."""
    do = request.form.get("do", "save")
    try:
        said = _described()
        if do == "preview":
            begun.keep_all()
            with current.services().database.reading() as tx:
                return make_response(editor(tx, topics.read_topic(tx, handle), shown=said))
        with current.services().database.transaction() as tx:
            topic = topics.read_topic(tx, handle)
            topics.change(tx, current.actor(), topic, said, today(), revision=_revision())
            told = _open(tx, topic, said) if do == "open" else topic_words.SAVED
    except TiplineError as fault:
        return _refused(handle, fault)
    notices.keep(Notice(gettext(told)))
    return redirect(f"{HERE}/{handle}", 303)


def _open(tx: Transaction, topic: Topic, said: Described) -> str:
    topics.open_topic(tx, current.actor(), topic, today(), confirmed=said.confirmed)
    joined = answering.list_joined(tx, topic)
    if joined and request.form.get("answer_tips"):
        words, address = gettext(topic_words.GREETING), public.address_of(topic)
        answering.answer(tx, current.actor(), topic, joined, words, address)
        return topic_words.OPENED_AND_TOLD
    return topic_words.OPENED


@blueprint.post("/desk/topics/<handle>/<any(close,reopen,template,discard):act>")
@guard.staff("topic:manage")
def act_on_topic(handle: str, act: str) -> ResponseReturnValue:
    """One act of those that stand beside the editor."""
    there = f"/{handle}"
    try:
        with current.services().database.transaction() as tx:
            topic, actor = topics.read_topic(tx, handle), current.actor()
            if act == "close":
                topics.close(tx, actor, topic)
            elif act == "reopen":
                topics.open_topic(tx, actor, topic, today(), confirmed=bool(request.form.get("confirmed")))
            elif act == "template":
                kept = topics.keep_as_template(tx, actor, topic, request.form.get("title", ""))
                there = f"/{kept.handle}"
            else:
                discarding.discard(tx, actor, topic)
                there = f"?state={DRAFT}"
    except TiplineError as fault:
        return _refused(handle, fault)
    notices.keep(Notice(gettext(topic_words.DONE[act])))
    return redirect(f"{HERE}{there}", 303)


@blueprint.get("/desk/topics/<handle>/preview")
@guard.staff("topic:manage")
def preview_topic(handle: str) -> ResponseReturnValue:
    """The whole page as residents see it, of what is saved."""
    with current.services().database.reading() as tx:
        return make_response(public.page(tx, topics.read_topic(tx, handle), is_preview=True))


def editor(
    tx: Transaction, topic: Topic, *, failed: Failed | None = None, notice: Notice | None = None,
    shown: Described | None = None,
) -> str:  # fmt: skip
    """The form beside what residents would see of it."""
    said = shown or Described(
        topic.title, topic.answer, topic.beat or "", topic.closes_on,
        [(one.text, one.note) for one in topics.papers_of(tx, topic)],
    )  # fmt: skip
    texts = (said.title, said.answer, *(part for one in said.papers for part in one))
    return render_template(
        "service/topic.html", said=said, lines=_lines(said.papers), failed=failed or Failed(),
        notice=notice or notices.take(), is_typed=shown is not None, beats=beats.list_beats(tx),
        papers=[{"id": 0, "text": text, "note": note} for text, note in said.papers], blocks=prose.blocks,
        found=[one.text for text in texts for one in personal.found_in(text)], joined=_joined(tx, topic),
        limit=topics.ANSWER, **frame(tx, topic),
    )  # fmt: skip


def frame(tx: Transaction, topic: Topic) -> dict[str, Any]:
    """What the head of each page of a topic needs."""
    return {
        "topic": topic, "unanswered": questions.count_waiting(tx).get(topic.id, 0),
        "topic_words": topic_words,
        "is_open": topic.is_open(today()), "address": public.address_of(topic), "today": today(),
        "is_public": topic.state in (OPEN, CLOSED),
    }  # fmt: skip


def _joined(tx: Transaction, topic: Topic) -> list[Tip]:
    return answering.list_joined(tx, topic) if topic.state == DRAFT else []


def _refused(handle: str, fault: TiplineError) -> ResponseReturnValue:
    if fault.code == "topic:not-found":
        raise fault
    with current.services().database.reading() as tx:
        topic = topics.read_topic(tx, handle)
        notice = Notice(errors.sentence(fault), is_fault=True)
        shown = _typed() if "answer" in request.form else None
        page = editor(tx, topic, failed=Failed.of(FORM, fault), notice=notice, shown=shown)
    return make_response(page, errors.status_of(fault))


def _described() -> Described:
    typed = request.form.get("closes_on", "").strip()
    try:
        day = date.fromisoformat(typed) if typed else None
    except ValueError:
        raise TiplineError("topic:day-unclear", fields={"closes_on": "topic:day-unclear"}) from None
    return _typed(day)


def _typed(day: date | None = None) -> Described:
    form = request.form
    return Described(
        form.get("title", ""), form.get("answer", "").replace("\r\n", "\n"), form.get("beat", ""), day,
        _papers(form.get("papers", "")), bool(form.get("confirmed")),
    )  # fmt: skip


def _papers(typed: str) -> list[tuple[str, str]]:
    """A paper a line; behind a bar a word on it."""
    found = []
    for line in typed.splitlines():
        text, _, note = line.replace("｜", "|").partition("|")
        if text.strip():
            found.append((text.strip(), note.strip()))
    return found


def _lines(papers: list[tuple[str, str]]) -> str:
    return "\n".join(f"{text} | {note}" if note else text for text, note in papers)


def _revision() -> int | None:
    seen = request.form.get("seen", "")
    return int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else None
