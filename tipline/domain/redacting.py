"""From boxes to a covered copy: searching faces, following a box, burning in, and saying that it holds.

A result is a rendition of its own and replaces nothing. It may leave the house only after a person has looked
at all of it and said so; `may_leave` is asked by whatever hands pictures out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tipline.db import Transaction
from tipline.domain import acts, clock, covers, custody, derivatives, outbox, redactions, renditions
from tipline.domain.actors import Actor
from tipline.domain.derivatives import FACES, REDACTION, TRACK, Derivative
from tipline.domain.evidence import Evidence
from tipline.domain.renditions import Rendition
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

LONGEST_BURN_S = 20 * 60  # of a film in one go
LONGEST_SEARCH_S = 60 * 60
# A large film takes three times as long as it runs, at 60 pictures a second more: a long one is made smaller.
LONGEST_LARGE_S = 5 * 60
LARGE_SIDE, USUAL_SIDE = 3840, 1920
CONFIRM = "redaction:confirm"  # the kind of act that saying so is


def search(tx: Transaction, ring: outbox.Ring, actor: Actor, file: Evidence, part: Any = None) -> Derivative:
    """Have faces looked for, in all of it or in a range."""
    redactions.require_coverable(file)
    wanted = {"range": _part(file, covers.range_of(part), LONGEST_SEARCH_S), "length": _length(file)}
    return derivatives.ask(tx, ring, actor, file, FACES, wanted)


def follow(
    tx: Transaction,
    ring: outbox.Ring,
    actor: Actor,
    file: Evidence,
    *,
    t: Any,
    box: Any,
    until: Any = None,
    back: bool = False,
) -> Derivative:
    """Have a box followed from a moment on, or ``back`` from it."""
    redactions.require_coverable(file)
    start = covers.moment(t)
    if file.kind != "video" or start is None:
        raise TiplineError("redaction:range-unclear")
    wanted = {
        "t": start,
        "box": covers.box_of(box),
        "until": _limit(start, until, back),
        "back": back,
        "length": _length(file),
    }
    return derivatives.ask(tx, ring, actor, file, TRACK, wanted)


def _limit(start: float, until: Any, back: bool) -> float:
    """Where following ends at the latest: beyond the start, on the side it goes to."""
    way = -1 if back else 1
    most = start + way * LONGEST_SEARCH_S
    if until is None:
        return most
    end = covers.moment(until)
    if end is None or way * (end - start) <= 0:
        raise TiplineError("redaction:range-unclear")
    return max(end, most) if back else min(end, most)


def burn(
    tx: Transaction, ring: outbox.Ring, actor: Actor, file: Evidence, *, version: int, still: Any = None
) -> Derivative:
    """Make the covered copy of the draft just as it was seen; of a film, one picture of it with ``still``."""
    redactions.require_coverable(file)
    row = redactions.find_draft(tx, file)
    if row is None or not row.draft["tracks"]:
        raise TiplineError("redaction:nothing-to-cover")
    if row.version != version:
        raise TiplineError("redaction:changed")
    draft, moment = row.draft, covers.moment(still)
    if still is not None and (moment is None or file.kind != "video"):
        raise TiplineError("redaction:range-unclear")
    is_film = file.kind == "video" and moment is None
    part = _part(file, draft["range"], LONGEST_BURN_S) if is_film else None
    wanted: dict[str, Any] = {
        "tracks": covers.burned(draft["tracks"]),
        "margin": draft["margin"],
        "range": part,
        "widest": _widest(file, part) if is_film else None,
        "sound": draft["sound"] and is_film,
        "still": moment,
        "length": _length(file),
        "version": row.version,
    }
    wanted["digest"] = covers.digest(wanted)
    return derivatives.ask(tx, ring, actor, file, REDACTION, wanted)


def confirm(tx: Transaction, actor: Actor, row: Derivative) -> None:
    """A person has looked at the whole of it: from now on it may be handed out. Stands in the log."""
    if row.kind != REDACTION or row.state != "done" or row.removed_at is not None:
        raise TiplineError("redaction:not-made")
    if row.told.get("looked"):
        return
    if not row.told.get("covered"):
        raise TiplineError("redaction:nothing-covered")
    _say_looked(row, {"by": actor.label, "by_id": actor.user_id, "at": clock.stamp(clock.now())})
    tip = _log(tx, actor, "confirm", row)
    acts.record(tx, actor, CONFIRM, tip=tip, subject=f"derivative:{row.id}", after={"looked": True})


def withdraw(tx: Transaction, actor: Actor, row: Derivative) -> None:
    """Not to be handed out after all."""
    if row.told.get("looked"):
        _say_looked(row, None)
        _log(tx, actor, "withdraw", row)


def restore(tx: Transaction, actor: Actor, file: Evidence, number: int) -> Derivative:
    """Put back one that was removed."""
    row = tx.get(Derivative, number) if 0 < number < 2**31 else None
    if row is None or row.evidence_id != file.id:
        raise TiplineError("derivative:not-found")
    if row.removed_at is not None:
        derivatives.put_back(tx, row)
        _log(tx, actor, "restore", row)
    return row


def may_leave(tx: Transaction, file: Evidence) -> list[Rendition]:
    """Which renditions of a file may be handed to somebody outside: covered ones that a person looked at."""
    names = fit_names(tx, [file.id])[file.id]
    return [one for one in renditions.list_of(tx, file.id, renditions.REDACTION) if one.name in names]


def may_leave_of_many(tx: Transaction, files: list[Evidence]) -> dict[str, list[Rendition]]:
    """The same of many: evidence id → its renditions."""
    names = fit_names(tx, [one.id for one in files])
    made = renditions.list_of_many(tx, [one for one, fit in names.items() if fit])
    return {
        number: [one for one in many if one.kind == renditions.REDACTION and one.name in names[number]]
        for number, many in made.items()
    }


def fit_names(tx: Transaction, evidence_ids: Iterable[str]) -> dict[str, set[str]]:
    """Evidence id → names of the same, in one query."""
    return {
        number: {
            str(row.rendition)
            for row in rows
            if row.state == "done" and row.told.get("looked") and row.told.get("covered")
        }
        for number, rows in derivatives.list_of_many(tx, evidence_ids, [REDACTION]).items()
    }


def results_of(tx: Transaction, file: Evidence) -> list[Derivative]:
    """All that was searched, followed and burned in of a file and not removed, newest first."""
    return derivatives.list_of(tx, file.id, [FACES, TRACK, REDACTION])


def _say_looked(row: Derivative, said: dict[str, Any] | None) -> None:
    row.found = json.dumps({**row.told, "looked": said}, ensure_ascii=False)


def _log(tx: Transaction, actor: Actor, verb: str, row: Derivative) -> Tip:
    file = tx.get_one(Evidence, row.evidence_id)
    tip = tx.get_one(Tip, file.tip_id)
    custody.append(
        tx, actor, f"redaction:{verb}", f"evidence:{file.id}", tip=tip.reference, number=file.number,
        derivative=row.id, digest=row.wanted.get("digest"), sha256=row.told.get("file_sha256"),
    )  # fmt: skip
    return tip


def _length(file: Evidence) -> float:
    return float(file.facts.get("duration_s") or 0.0)


def _widest(file: Evidence, part: list[float] | None) -> int:
    """How long the longer side of a film may be: as it is, while that is known to end in good time."""
    length = part[1] - part[0] if part else _length(file)
    return LARGE_SIDE if 0 < length <= LONGEST_LARGE_S else USUAL_SIDE


def _part(file: Evidence, part: list[float] | None, longest_s: float) -> list[float] | None:
    """The range, not longer than can be done in one go."""
    length = (part[1] - part[0]) if part else _length(file) if file.kind == "video" else 0.0
    if length > longest_s:
        raise TiplineError("redaction:range-too-long", minutes=round(longest_s / 60))
    return part if file.kind == "video" else None
