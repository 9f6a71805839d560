"""Sightings on the page of a tip: what was marked in its files, and the form that marks another one.

`said` reads such a form, here and on the page of the case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tipline.db import Transaction
from tipline.domain import evidence, positions, sightings, subjects
from tipline.domain.cases import Case
from tipline.domain.evidence import Evidence
from tipline.domain.links import Link
from tipline.domain.positions import Position
from tipline.domain.sightings import Said, Sighting
from tipline.domain.subjects import Subject
from tipline.errors import TiplineError
from tipline.web import current
from tipline.web.review.looking import FileView

NEW = "new"
# 1:02:03.4, 2:03.4 or 123.4: as the player shows it, or as people write it.
_POSITION = re.compile(r"(?:(\d{1,3}):)?(?:(\d{1,3}):)?(\d{1,6}(?:[.,]\d{1,6})?)")
_FRAME = re.compile(r"\d{1,9}")


@dataclass(frozen=True)
class Marks:
    """`cases` are open ones of this tip with their subjects; `marked` stands under its case and file."""

    cases: list[tuple[Case, list[Subject]]]
    marked: list[tuple[Sighting, Case, FileView]]
    files: list[FileView]


def of(tx: Transaction, links: list[tuple[Link, Case]], files: list[FileView]) -> Marks:
    shown = [one for one in files if one.row.arrived and one.row.purpose == "footage"]
    by_case = {case.id: case for _link, case in links}
    by_file = {one.row.id: one for one in shown}
    rows = sightings.list_of_files(tx, list(by_file), list(by_case)) if by_case and by_file else []
    open_ones = [case for _link, case in links if case.state == "open"]
    described = subjects.list_of_many(tx, open_ones)
    return Marks(
        [(case, described[case.id]) for case in open_ones],
        [(one, by_case[one.case_id], by_file[one.evidence_id or ""]) for one in rows],
        shown,
    )


def said(tx: Transaction, form: Mapping[str, str], case: Case) -> Said:
    """What the form says. The file must be one of a tip of the case; a new subject is described first."""
    file = _file(tx, form, case)
    return Said(
        evidence=file,
        t=seconds_of(form.get("t", "")) if file else None,
        frame=_frame(form.get("frame", "")),
        typed_at=_time(form.get("at", "")),
        place=form.get("place", ""),
        position=_position(form),
        text=form.get("text", ""),
        subject_id=_subject(tx, form, case),
    )


def seconds_of(typed: str) -> float | None:
    """A position in a film; raises sighting:moment-unclear."""
    typed = typed.strip()
    if not typed:
        return None
    found = _POSITION.fullmatch(typed)
    if found is None:
        raise TiplineError("sighting:moment-unclear", fields={"t": "sighting:moment-unclear"})
    first, second = found[1], found[2]
    hours, minutes = (first, second) if second is not None else (None, first)
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(found[3].replace(",", "."))


def _file(tx: Transaction, form: Mapping[str, str], case: Case) -> Evidence | None:
    chosen = form.get("evidence", "").strip()
    if not chosen:
        return None
    file = evidence.read_evidence(tx, chosen)
    if not sightings.is_of(tx, case, file):
        raise TiplineError("evidence:not-found")
    return file


def _position(form: Mapping[str, str]) -> Position | None:
    typed = form.get("position", "").strip()
    return positions.read_typed(typed, form.get("system", positions.WGS84)) if typed else None


def _time(typed: str) -> datetime | None:
    """On the walls of the station."""
    typed = typed.strip().replace("/", "-")
    if not typed:
        return None
    try:
        moment = datetime.fromisoformat(typed)
        return moment if moment.tzinfo else moment.replace(tzinfo=current.zone())
    except ValueError:
        raise TiplineError("tip:time-unclear", fields={"at": "tip:time-unclear"}) from None


def _frame(typed: str) -> int | None:
    return int(typed) if _FRAME.fullmatch(typed.strip()) else None


def _subject(tx: Transaction, form: Mapping[str, str], case: Case) -> int | None:
    chosen = form.get("subject", "").strip()
    if chosen == NEW:
        kind, label = form.get("subject_kind", "person"), form.get("subject_label", "")
        return subjects.add(tx, current.actor(), case, kind, label).id
    if not chosen:
        return None
    number = int(chosen) if chosen.isdecimal() and len(chosen) < 18 else 0
    return subjects.read_subject(tx, case, number).id
