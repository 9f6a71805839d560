"""Two files or two tips side by side: pictures in step, and only the facts that differ.

`a` and `b` name a file (its id) or a tip (its reference, of which the first file with pictures is taken).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import categories, evidence, hints, tips
from tipline.domain.tips import Tip
from tipline.errors import N_, TiplineError
from tipline.web import current, filters, guard, media
from tipline.web.review import blueprint, facts, hinted, looking, pages
from tipline.web.review.looking import FileView
from tipline.web.review.saying import gettext

MATCHED, TRUE, POSITION = "matched", "true", "position"
LONGEST_S = 10_000_000.0


@dataclass
class Side:
    """One of the two: a tip, and the file of it that is shown, if it has any."""

    name: str  # a or b
    tip: Tip
    files: list[FileView]
    file: FileView | None
    at: float | None  # the moment that is shown first

    @property
    def value(self) -> str:
        return self.file.row.id if self.file else self.tip.reference

    @property
    def picture(self) -> str:
        """The keyframe nearest to the moment; empty when there is none."""
        if self.file is None or not self.file.frames:
            return ""
        frames = self.file.frames
        nearest = min(frames, key=lambda one: abs((one.t or 0.0) - (self.at or 0.0)))
        return media.rendition_url(nearest.full)

    @property
    def is_film(self) -> bool:
        return self.file is not None and self.file.player == "video"

    @property
    def pieces(self) -> str:
        """True time along the film for a script: begin, end, seconds since 1970, pace."""
        placed = self.file.truth.placement if self.file and self.file.truth else None
        pieces = placed.pieces if placed and not placed.is_about else ()
        found = [[one.start, one.end, one.true.timestamp(), one.pace] for one in pieces if one.true]
        return json.dumps(found)

    @property
    def has_true_time(self) -> bool:
        return self.pieces != "[]"


class Row(NamedTuple):
    """A fact of both; `is_long` for texts, which need the whole width."""

    label: str
    a: str
    b: str
    is_long: bool = False

    @property
    def differs(self) -> bool:
        return self.a != self.b


@blueprint.get("/desk/compare")
@guard.staff("tip:read")
def show_two() -> ResponseReturnValue:
    """The page; without a second one it asks for it."""
    with current.services().database.reading() as tx:
        a = _side(tx, "a")
        if a is None:
            raise TiplineError("compare:two-needed")
        b = _side(tx, "b")
        rows = _rows(a, b) if b else []
        return render_template(
            "review/compare.html", a=a, b=b, modes=_modes(a, b) if b else [],
            differing=[one for one in rows if one.differs and not one.is_long],
            texts=[one for one in rows if one.differs and one.is_long],
            equal=[one for one in rows if not one.differs],
            swapped=_address(b, a) if b else "", back=f"/desk/tips/{a.tip.reference}",
            typed=request.args.get("b", ""),
        )  # fmt: skip


@blueprint.get("/desk/tips/<reference>/compare/<other>")
@guard.staff("tip:read")
def show_tips(reference: str, other: str) -> ResponseReturnValue:
    """From a row of the queue: the files that the strongest hint between the two names, or the two tips."""
    with current.services().database.reading() as tx:
        mine, theirs = pages.read(tx, reference), pages.read(tx, other)
        between = [one for one in hints.list_of(tx, mine.id) if one.other_than(mine.id) == theirs.id]
        told = hints.seen_from(between[0], mine.id) if between else []
        return redirect(hinted.compare_address(mine, theirs, told), 303)


def _side(tx: Transaction, name: str) -> Side | None:
    """What the address names; None if it names nothing."""
    wanted = request.args.get(name, "").strip()
    if not wanted:
        return None
    tip = tips.find_tip(tx, wanted if not wanted.isdecimal() else f"T-{wanted}")
    if tip is None:
        tip = tx.get_one(Tip, evidence.read_evidence(tx, wanted).tip_id)
    tip = pages.read(tx, tip.reference)
    files = [one for one in looking.files_of(tx, tip) if one.row.arrived]
    chosen = next((one for one in files if one.row.id == wanted), None) or _first(files)
    return Side(name, tip, files, chosen, _seconds(f"{name}t"))


def _first(files: list[FileView]) -> FileView | None:
    """Footage with pictures before what can only be downloaded."""
    shown = [one for one in files if one.stage and one.row.purpose == "footage"]
    return next(iter(shown or files), None)


def _seconds(name: str) -> float | None:
    try:
        value = float(request.args.get(name, ""))
    except ValueError:
        return None
    return value if 0 <= value < LONGEST_S else None


def _modes(a: Side, b: Side) -> list[tuple[str, str]]:
    """Ways in which two films can run in step, the most telling first."""
    if not (a.is_film and b.is_film):
        return []
    found = []
    if a.at is not None and b.at is not None:
        found.append((MATCHED, gettext("same picture")))
    if a.has_true_time and b.has_true_time:
        found.append((TRUE, gettext("same true time")))
    return [*found, (POSITION, gettext("same position"))]


def _address(one: Side, other: Side) -> str:
    moments = "".join(
        f"&{name}={side.at:g}" for name, side in (("at", one), ("bt", other)) if side.at is not None
    )
    return f"/desk/compare?a={one.value}&b={other.value}{moments}"


def _rows(a: Side, b: Side) -> list[Row]:
    """Facts of the tips, then those of the files, in the order people ask for them."""
    told = zip(LABELS, _of_tip(a.tip), _of_tip(b.tip), strict=True)
    rows = [Row(gettext(label), mine, theirs) for label, mine, theirs in told]
    rows.append(Row(gettext("Text"), a.tip.text.strip(), b.tip.text.strip(), is_long=True))
    here, there = _of_file(a.file), _of_file(b.file)
    rows += [Row(label, here.get(label, "–"), there.get(label, "–")) for label in {**here, **there}]
    return rows


LABELS = (N_("Kind"), N_("Happened"), N_("Place"), N_("Position"), N_("Received at"))


def _of_tip(tip: Tip) -> list[str]:
    spot = f"{tip.lat:.6f}, {tip.lon:.6f}" if tip.lat is not None and tip.lon is not None else "–"
    times = [filters.plain_time(one) for one in (tip.occurred_at, tip.occurred_until) if one]
    received = filters.plain_time(tip.received_at) if tip.received_at else "–"
    kind = gettext(categories.read_category(tip.category).short)
    return [kind, " – ".join(times) or "–", tip.place or "–", spot, received]


def _of_file(file: FileView | None) -> dict[str, str]:
    """Label → value of every fact, with the digest and the true time."""
    if file is None:
        return {}
    found: dict[str, Any] = {}
    if file.truth and file.truth.start:
        said = file.truth.corrected
        at = filters.plain_time(file.truth.start)
        found[gettext("True time")] = f"{at} ({said})" if said else at
    for group in facts.of(file.row, file.media):
        for fact in group.facts:
            found.setdefault(gettext(fact.label), str(fact.value))
    found["SHA-256"] = file.row.sha256 or "–"
    return found
