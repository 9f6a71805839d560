"""The whole report in one form: `POST /report`, for machines without JavaScript, cookies or patience.

Fields and files may come in any order. What has arrived when a field turns out wrong is kept in a draft.
"""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from tipline.domain import categories
from tipline.domain.reports import Report
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import guard, limiting
from tipline.web.intake import blueprint, opening, pages, posters, taking, telling, visit
from tipline.web.intake.answers import Answers
from tipline.web.intake.opening import Opened


@blueprint.post("/report")
@guard.public
def send_report() -> ResponseReturnValue:
    limiting.spend(limiting.TIPS)
    draft = _Draft()
    taken = taking.take_form(draft.of)
    draft.visit()
    answers = Answers.of_form(taken.fields)
    try:
        if taken.ended:
            raise TiplineError(taken.ended.code, fields={"text": taken.ended.code})
        posters.settle(answers)
        report = answers.report()
        if not report.text and not taken.received:
            raise TiplineError("tip:empty", fields={"text": "tip:empty"})
    except TiplineError as fault:
        faults = {**pages.faults_of(fault), **pages.faults_of_files(taken.refused)}
        return pages.refusal(pages.what(answers, faults, told=draft.told()), fault)
    draft.hand_in(report)
    draft.visit()
    return pages.receipt(telling.tell(draft.tip), refused=taken.refused), 201


class _Draft:
    """The tip of this one request: opened by its first file, or when all fields are known."""

    def __init__(self) -> None:
        self._opened: Opened | None = None
        self._report: Report | None = None

    @property
    def tip(self) -> Tip:
        if self._opened is None:
            raise RuntimeError("no tip has been opened yet")
        return self._opened.tip

    def of(self, fields: dict[str, str]) -> Tip:
        """Open it with what is known when the first file comes; faults are told when the file is safe."""
        answers = Answers.of_form(fields)
        try:
            self._report = answers.report()
        except TiplineError:
            self._report = Report(category=categories.OTHER)
        self._opened = opening.open_tip(self._report, door="web")
        return self.tip

    def hand_in(self, report: Report) -> None:
        if self._opened is None:
            self._opened = opening.open_tip(report, door="web", submit=True)
            return
        if report != self._report:
            opening.correct(self.tip, report)
        opening.submit(self.tip)

    def visit(self) -> None:
        if self._opened:
            visit.begin(self._opened.token, self._opened.code)

    def told(self) -> telling.Told | None:
        return telling.tell(self.tip) if self._opened else None
