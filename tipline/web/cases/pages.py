"""The list of cases, the page of one case, and its print sheet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import accounts, cases, links, triage
from tipline.domain.cases import Case
from tipline.domain.evidence import Evidence
from tipline.domain.links import Link
from tipline.domain.triage import Row
from tipline.errors import TiplineError
from tipline.web import current, errors, guard
from tipline.web.cases import blueprint
from tipline.web.review import history, notices, printing
from tipline.web.review.notices import Notice

A_PAGE = 50


@dataclass
class Failed:
    """A form that was refused: its name, what was typed, and the sentence beside each faulty field."""

    form: str = ""
    typed: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


class Linked(NamedTuple):
    """A tip of the case with what its row shows."""

    link: Link
    row: Row


class Exhibit(NamedTuple):
    """A file of the case under its number in it."""

    number: str
    link: Link
    row: Row
    file: Evidence


@blueprint.get("/desk/cases")
@guard.staff("case:read")
def case_list() -> ResponseReturnValue:
    return show_list()


@blueprint.get("/desk/cases/<number>")
@guard.staff("case:read")
def case(number: str) -> ResponseReturnValue:
    return show(number)


@blueprint.get("/desk/cases/<number>/print")
@guard.staff("case:read")
def case_print(number: str) -> ResponseReturnValue:
    with current.services().database.reading() as tx:
        row = cases.read_case(tx, number, current.actor())
        address = f"{current.settings().base_url}/desk/cases/{row.number}"
        return render_template(
            "cases/case_print.html", **_gather(tx, row), address=address, qr=printing.qr(address)
        )


def show_list(*, failed: Failed | None = None, notice: Notice | None = None, status: int = 200) -> Response:
    state = request.args.get("state", "open")
    words = request.args.get("q", "").strip()[:200]
    before = request.args.get("before", "")
    with current.services().database.reading() as tx:
        found = cases.list_cases(
            tx, current.actor(), state=None if state == "all" else state, q=words, limit=A_PAGE + 1,
            before=int(before) if before.isdecimal() and len(before) < 18 else None,
        )  # fmt: skip
        shown = found[:A_PAGE]
        page = render_template(
            "cases/list.html",
            cases=shown,
            tips=links.count_tips(tx, [one.id for one in shown]),
            people=accounts.names(tx, {one.lead_id for one in shown if one.lead_id}),
            state=state,
            words_typed=words,
            next_url=_older(state, words, shown[-1].id) if len(found) > A_PAGE else None,
            open_count=cases.count_open(tx, current.actor()),
            failed=failed or Failed(),
            notice=notice or notices.take(),
        )
    return make_response(page, status)


def show(
    number: str, *, failed: Failed | None = None, notice: Notice | None = None, status: int = 200
) -> Response:
    with current.services().database.reading() as tx:
        row = cases.read_case(tx, number, current.actor())
        values = _gather(tx, row)
        page = render_template(
            "cases/case.html", **values, failed=failed or Failed(), notice=notice or notices.take()
        )
    return make_response(page, status)


def refusal(form: str, fault: TiplineError) -> tuple[Failed, Notice, int]:
    """What a page needs to show why a form was refused, with all that was typed."""
    faults = {name: errors.field_sentence(code, fault) for name, code in fault.fields.items()}
    failed = Failed(form, dict(request.form), faults)
    return failed, Notice(errors.sentence(fault), is_fault=True), errors.status_of(fault)


def _gather(tx: Transaction, row: Case) -> dict[str, Any]:
    standing = links.list_tips_of(tx, row)
    rows = {one.tip.id: one for one in triage.rows_of(tx, [tip for _link, tip in standing], current.actor())}
    linked = [Linked(link, rows[tip.id]) for link, tip in standing]
    ended = links.list_ended(tx, row)
    staff = accounts.list_accounts(tx)
    return {
        "case": row,
        "linked": linked,
        "exhibits": _exhibits(linked, [link for link, _tip in standing + ended]),
        "ended": ended,
        "history": history.of_case(tx, row.number),
        "people": {one.id: one for one in staff},
        "author_names": {one.username: one.display_name for one in staff},
    }


def _exhibits(linked: list[Linked], ever: list[Link]) -> list[Exhibit]:
    """`2-1` is the first file of the second tip ever linked; a link that ends keeps its number."""
    order = {link.id: at for at, link in enumerate(sorted(ever, key=lambda one: one.id), 1)}
    return [
        Exhibit(f"{order[link.id]}-{file.number}", link, row, file)
        for link, row in linked
        for file in row.files
        if file.arrived
    ]


def _older(state: str, words: str, before: int) -> str:
    query = {"state": state, "q": words, "before": before}
    return "/desk/cases?" + urlencode({name: value for name, value in query.items() if value})
