"""The tab of evidence: the numbered list, sorted, narrowed, a page at a time, and as a table to save."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import custody, exhibits
from tipline.domain.cases import Case
from tipline.domain.exhibits import SORTS, Exhibit, Wanted
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.api.case_parts import page_of
from tipline.web.cases import blueprint, frame, tables
from tipline.web.review import truth, words
from tipline.web.review.saying import gettext


@blueprint.get("/desk/cases/<number>/evidence")
@guard.staff("case:read")
def evidence(number: str) -> ResponseReturnValue:
    return frame.show(number, "evidence", "cases/evidence.html", listed)


def listed(tx: Transaction, row: Case) -> dict[str, Any]:
    wanted = wanted_of_request()
    numbering = exhibits.places(tx, row)
    cursor = request.args.get("cursor", "")
    page = page_of(tx, row, wanted, cursor=cursor, numbering=numbering)
    return {
        "exhibits": page.exhibits,
        "made": exhibits.made_of(tx, [one.file.id for one in page.exhibits]),
        "truths": truth.of_many(tx, [(one.file, one.tip) for one in page.exhibits]),
        "integrity_of": exhibits.integrity_of,
        "gaps": exhibits.gaps(tx, row, numbering),
        "wanted": wanted,
        "found": exhibits.count(tx, row, wanted) if wanted.is_narrowed else None,
        "is_first": not cursor,
        "first_url": address(row, wanted),
        "next_url": address(row, wanted, cursor=page.next_cursor) if page.next_cursor else None,
        "csv_url": address(row, wanted, ".csv"),
        "sorted_url": lambda name: address(row, wanted, sort=_turned(wanted, name)),
        "made_none": exhibits.Made(),
    }


@blueprint.get("/desk/cases/<number>/evidence.csv")
@guard.staff("case:read")
def evidence_csv(number: str) -> ResponseReturnValue:
    """The whole list as it is narrowed and sorted now, for a spreadsheet. Saving it stands in the log."""
    wanted = wanted_of_request()
    with current.services().database.transaction() as tx:
        row = frame.read(tx, number)
        found = page_of(tx, row, wanted, limit=None).exhibits
        custody.append(tx, current.actor(), "case:list", f"case:{row.number}", files=len(found))
        made = exhibits.made_of(tx, [one.file.id for one in found])
        truths = truth.of_many(tx, [(one.file, one.tip) for one in found])
    lines = [_line(one, made.get(one.file.id, exhibits.Made()), truths[one.file.id]) for one in found]
    head = [
        gettext("No."), gettext("File"), gettext("Tip"), gettext("Place"), gettext("Received at"),
        gettext("Size"), "SHA-256", gettext("Integrity"), gettext("State"), gettext("Stills"),
        gettext("Clips"), gettext("Camera"), gettext("True time"), gettext("Rests on"),
    ]  # fmt: skip
    answer = Response(tables.csv([head, *lines]), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{row.number}-evidence.csv"'
    return answer


def _line(one: Exhibit, made: exhibits.Made, when: truth.Truth) -> list[str]:
    file = one.file
    received = (
        current.local(file.received_at).isoformat(sep=" ", timespec="seconds") if file.received_at else ""
    )
    return [
        one.number, file.filename or gettext("(erased)"), one.tip.reference, one.tip.place, received,
        str(file.size),
        file.sha256 or "", gettext(words.INTEGRITY[exhibits.integrity_of(file)].text),
        gettext(words.FILE[file.state].text), str(made.stills), str(made.clips), file.camera,
        current.local(when.start).isoformat(sep=" ", timespec="seconds") if when.start else "",
        " · ".join(dict.fromkeys([gettext(when.word.text), when.corrected])).strip(" ·"),
    ]  # fmt: skip


def wanted_of_request() -> Wanted:
    """From the address; raises request:invalid for an order that is none."""
    sort = request.args.get("sort", "number")
    if sort.removeprefix("-") not in SORTS:
        raise TiplineError("request:invalid", fields={"sort": "request:field-unclear"})
    given = {name: request.args.get(name, "").strip()[:200] for name in ("q", "kind", "integrity")}
    return Wanted(sort=sort, **given)


def address(row: Case, wanted: Wanted, ending: str = "", **more: str) -> str:
    kept = {"q": wanted.q, "kind": wanted.kind, "integrity": wanted.integrity, "sort": wanted.sort, **more}
    query = urlencode({name: one for name, one in kept.items() if one and (name, one) != ("sort", "number")})
    return f"/desk/cases/{row.number}/evidence{ending}" + (f"?{query}" if query else "")


def _turned(wanted: Wanted, name: str) -> str:
    """A second click on the same column turns its order round."""
    return f"-{name}" if wanted.sort == name else name
