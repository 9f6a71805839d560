"""What the form of a share says, as the domain takes it; and what it offers before anybody has chosen."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any

from flask import request

from tipline.db import Transaction
from tipline.domain import cases, categories, evidence, links, sharing
from tipline.domain.cases import Case
from tipline.domain.evidence import Evidence
from tipline.domain.renditions import Rendition
from tipline.domain.sharing import CATEGORY, ORIGINAL, PLACE, TIME, Wish
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, purposes

_PLACE_IN_FILM = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,6}(?:[.,]\d{1,6})?)")
UNREADABLE = math.nan  # which the domain refuses beside the field


@dataclass(frozen=True)
class Choice:
    """One thing that can be shared: a covered copy, or the original."""

    value: str
    copy: Rendition | None
    is_film: bool

    @property
    def begins_s(self) -> float:
        """Where in the original it begins."""
        part = json.loads(self.copy.provenance).get("range") if self.copy else None
        return float(part[0]) if part else 0.0


def choices(tx: Transaction, file: Evidence) -> list[Choice]:
    """Covered copies first, for they are the safer choice."""
    found = [Choice(one.name, one, one.mime.startswith("video/")) for one in sharing.offered(tx, file)]
    return [*found, Choice(ORIGINAL, None, file.kind == "video")]


def of_form(tx: Transaction, tip: Tip, file: Evidence) -> Wish:
    """All fields; what cannot be read is refused by the domain with the others."""
    form = request.form
    start = position(form.get("t", ""))
    source = next((one for one in choices(tx, file) if one.value == form.get("source")), None)
    return Wish(
        id=form.get("share", ""),
        recipient=form.get("recipient", ""),
        reason=" – ".join(one for one in (form.get(name, "").strip() for name in ("usual", "reason")) if one),
        source=form.get("source", ""),
        still=form.get("as") == "still",
        t=start,
        until=position(form.get("until", "")),
        sound=form.get("sound") == "1",
        facts=_facts(tx, tip, file, (start or 0.0) + (source.begins_s if source else 0.0)),
        message=form.get("message", ""),
        days=_whole(form.get("days", "")) or 0,
        most_views=_whole(form.get("most_views", "")) if form.get("most_views", "").strip() else None,
        with_second=form.get("second") == "1",
        zone=current.settings().timezone,
    )


def case_of_form(tx: Transaction) -> Case | None:
    """The case it is made for, if one was chosen."""
    number = request.form.get("case", "").strip()
    try:
        return cases.read_case(tx, number, current.actor()) if number else None
    except TiplineError:
        raise TiplineError("purpose:case-unknown", fields={"case": "purpose:case-unknown"}) from None


def prompt(tx: Transaction, tip: Tip, faults: dict[str, str] | None) -> purposes.Prompt:
    """The question why; the tip's case stands in it until somebody writes another."""
    asked = purposes.prompt("share", faults=faults)
    of_tip = links.list_cases_of(tx, tip, current.actor())
    return asked._replace(case=of_tip[0][1].number) if faults is None and of_tip else asked


def _facts(tx: Transaction, tip: Tip, file: Evidence, t: float) -> dict[str, str]:
    """Only what was ticked. The time is ours, never typed."""
    form, told = request.form, {}
    if form.get("show_place") == "1":
        told[PLACE] = form.get("place", "")
    if form.get("show_category") == "1":
        told[CATEGORY] = categories.read_category(tip.category).code
    if form.get("show_time") == "1" and not math.isnan(t) and file.kind == "video":
        told[TIME] = sharing.true_time(tx, file, t, current.settings().timezone)
    return told


def position(typed: str) -> float | None:
    """`1:02:03.5`, `2:03`, `123.5`: seconds; None for nothing, not a number for anything else."""
    if not typed.strip():
        return None
    found = _PLACE_IN_FILM.fullmatch(typed.strip())
    if found is None:
        return UNREADABLE
    hours, minutes, seconds = found.groups()
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds.replace(",", "."))


def _whole(typed: str) -> int:
    """A whole number, or one that the domain refuses."""
    text = typed.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1


def read_file(tx: Transaction, tip: Tip, evidence_id: str) -> Evidence:
    """A file of this very tip."""
    row = evidence.read_evidence(tx, evidence_id)
    if row.tip_id != tip.id:
        raise TiplineError("evidence:not-found")
    return row


def defaults(tip: Tip) -> dict[str, Any]:
    """What stands in the form at first. A voice tells who speaks: no sound where that must stay unknown."""
    return {
        "sound": "" if tip.anonymous else "1",
        "place": tip.place,
        "days": "7",
    }
