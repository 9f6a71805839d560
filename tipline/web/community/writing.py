"""Write to the beat officer on one page: what goes on now, a question, a request. The receipt comes at once.

Footage of what is over has the four steps of the report; here nothing stands before the officer.
With a script files follow after the receipt; without one they come in the same form.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import beat_search, beats, categories, clock, limits
from tipline.domain.beats import Beat
from tipline.domain.reports import Report
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, guard, limiting
from tipline.web.community import beats as beat_pages
from tipline.web.community import blueprint, onduty
from tipline.web.intake import multipart, opening, pages, taking, telling, visit
from tipline.web.intake.answers import Answers
from tipline.web.intake.opening import Opened

# The same words from the same browser within this time are the same report, sent twice by a shaking hand.
TWICE = timedelta(minutes=5)
GROUPS = (categories.NOW, categories.QUESTION, categories.REQUEST)


class Written(NamedTuple):
    """What the form said, and whether files are to follow once the receipt is there."""

    answers: Answers
    files_follow: bool


@blueprint.get("/write/<group>")
@guard.public
def show_form(group: str) -> ResponseReturnValue:
    """`beat` and `kind` may stand in the address, as on a beat's page."""
    _require_group(group)
    answers = Answers(category=request.args.get("kind", ""), beat=request.args.get("beat", ""))
    return _form(group, answers, {})


@blueprint.post("/write/<group>")
@guard.public
def send(group: str) -> ResponseReturnValue:
    _require_group(group)
    try:
        limiting.spend(limiting.TIPS)
    except TiplineError as fault:
        return _crowded(group, fault)
    draft = _Draft(group)
    taken = taking.take_form(draft.of)
    draft.go_on(taken.fields)
    draft.visit()
    written = _read(group, taken.fields)
    try:
        if taken.ended:
            raise TiplineError(taken.ended.code, fields={"text": taken.ended.code})
        report = _report(group, written, has_files=draft.has_files)
    except TiplineError as fault:
        faults = {**pages.faults_of(fault), **pages.faults_of_files(taken.refused)}
        return pages.refusal(_form(group, written.answers, faults, told=draft.told()), fault)
    if not draft.is_open and _is_repeated(report):
        return redirect(url_for("intake.show_receipt"), 303)
    draft.hand_in(report)
    draft.visit()
    if taken.refused:
        return pages.receipt(telling.tell(draft.tip), refused=taken.refused), 201
    return redirect(url_for("intake.show_receipt"), 303)


def _crowded(group: str, fault: TiplineError) -> ResponseReturnValue:
    """What was typed stays in sight while one waits; files are not read for that."""
    if (request.content_length or 0) > multipart.MOST_FIELD_BYTES:
        raise fault
    typed = {one.name: one.text for one in multipart.parts() if not one.is_file}
    return pages.refusal(_form(group, _read(group, typed).answers, pages.faults_of(fault)), fault)


def _require_group(group: str) -> None:
    if group not in GROUPS:
        abort(404)


class _Draft:
    """The tip of this form: opened by its first file, so that the file is safe whatever else is wrong.

    It is gone on with when the form comes back corrected.
    """

    def __init__(self, group: str) -> None:
        self._group = group
        self._tip: Tip | None = None
        self._opened: Opened | None = None

    @property
    def is_open(self) -> bool:
        return self._tip is not None

    @property
    def tip(self) -> Tip:
        if self._tip is None:
            raise RuntimeError("no tip has been opened yet")
        return self._tip

    @property
    def has_files(self) -> bool:
        return bool(self._tip and telling.tell(self._tip).arrived)

    def told(self) -> telling.Told | None:
        return telling.tell(self._tip) if self._tip else None

    def of(self, fields: dict[str, str]) -> Tip:
        self.go_on(fields)
        if self._tip is None:
            try:
                report = _report(self._group, _read(self._group, fields), has_files=True)
            except TiplineError:
                report = Report(category=_usual(self._group))
            self._open(report)
        return self.tip

    def go_on(self, fields: dict[str, str]) -> None:
        """The form names the draft it belongs to, which must be the one this browser visits."""
        if self._tip is None and fields.get("draft"):
            visited = visit.find_tip()
            if visited and visited.state == "draft" and visited.reference == fields["draft"]:
                self._tip = visited

    def hand_in(self, report: Report) -> None:
        if self._tip is None:
            self._open(report, submit=True)
            return
        opening.correct(self._tip, report)
        opening.submit(self._tip)

    def _open(self, report: Report, *, submit: bool = False) -> None:
        self._opened = opening.open_tip(report, door="web", submit=submit)
        self._tip = self._opened.tip

    def visit(self) -> None:
        if self._opened:
            visit.begin(self._opened.token, self._opened.code)


def _usual(group: str) -> str:
    """A question is a question; what goes on now is chosen, and is anything until then."""
    return group if group != categories.NOW else categories.OTHER


def _read(group: str, fields: dict[str, str]) -> Written:
    answers = Answers.of_form(fields)
    if group != categories.NOW:
        answers.category = group
    return Written(answers, bool(fields.get("files_follow")))


def _report(group: str, written: Written, *, has_files: bool) -> Report:
    """Checked; a kind and a place are enough of what goes on now, a question needs its words or its sound."""
    answers = written.answers
    report = answers.report()
    if not categories.is_of(answers.category, group):
        raise TiplineError("tip:category-unknown", fields={"category": "tip:category-unknown"})
    says_enough = report.text or has_files or written.files_follow
    if not says_enough and not (group == categories.NOW and report.place):
        raise TiplineError("tip:say-something", fields={"text": "tip:say-something"})
    if group == categories.NOW and report.occurred_at is None:
        report.occurred_at = clock.now()
    if report.beat and not _is_beat(report.beat):
        report.beat = None  # an old poster keeps nobody from being heard
    return report


def _is_beat(code: str) -> bool:
    with current.services().database.reading() as tx:
        return tx.get(Beat, code) is not None


def _is_repeated(report: Report) -> bool:
    tip = visit.find_tip()
    if tip is None or tip.received_at is None or not visit.code():
        return False
    is_same = (tip.category, tip.text, tip.place, tip.beat) == (
        report.category, report.text, report.place, report.beat or tip.beat,
    )  # fmt: skip
    return is_same and clock.now() - tip.received_at < TWICE


def _form(group: str, answers: Answers, faults: pages.Faults, *, told: telling.Told | None = None) -> str:
    with current.services().database.reading() as tx:
        values = _shown(tx, answers.beat)
    draft = visit.find_tip()
    return pages.frame(
        "community/write", f"/write/{group}", group=group, answers=answers, faults=faults, told=told,
        kinds=beat_pages.disturbances(), text_limit=limits.TEXT, voice_limit_s=limits.VOICE_S,
        begun=draft if draft and draft.state == "draft" and not told else None, code=visit.code(), **values,
    )  # fmt: skip


def _shown(tx: Transaction, code: str) -> dict[str, Any]:
    beat: Beat | None = tx.get(Beat, code) if code and beats.is_code(code) else None
    beat = beat if beat and beat.listed else None
    return {
        "beat": beat,
        "beats": beat_search.list_listed(tx),
        "on_duty": onduty.now(tx, beat.code if beat else None),
    }
