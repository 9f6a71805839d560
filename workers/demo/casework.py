"""What the desk did inside the cases: who assists, tasks, descriptions, camera clocks, sightings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from tipline.db import Transaction
from tipline.domain import clocks, evidence, members, sightings, subjects, tasks
from tipline.domain.actors import Actor
from tipline.domain.burned import Read
from tipline.domain.cases import Case
from tipline.domain.positions import Position
from tipline.domain.sightings import Said
from tipline.domain.tips import Tip
from workers.demo.terms import Act, File

READ_AT_S = 1.0  # second of a film at which its clock is read


def _assist(tx: Transaction, actor: Actor, case: Case, act: Act, _now: datetime) -> None:
    members.add(tx, actor, case, act.more)


def _task(tx: Transaction, actor: Actor, case: Case, act: Act, now: datetime) -> None:
    """`more` says whom and in how many days from now; without it everybody's, whenever."""
    assignee, _, days = act.more.partition(":")
    due_on = (now + timedelta(days=int(days))).date() if days else None
    tasks.add(tx, actor, case, act.text, assignee=assignee, due_on=due_on)


def _finish(tx: Transaction, actor: Actor, case: Case, act: Act, _now: datetime) -> None:
    (row,) = (one for one in tasks.list_of(tx, case) if one.text == act.text)
    tasks.finish(tx, actor, case, row)


def _describe(tx: Transaction, actor: Actor, case: Case, act: Act, _now: datetime) -> None:
    """`more` says what it is and how colleagues call it."""
    kind, _, label = act.more.partition(":")
    subjects.add(tx, actor, case, kind, label, act.text)


CASEWORK: dict[str, Callable[[Transaction, Actor, Case, Act, datetime], None]] = {
    "assist": _assist,
    "task": _task,
    "finish": _finish,
    "describe": _describe,
}


def read_clock(
    tx: Transaction, actor: Actor, tip: Tip, files: Sequence[File], act: Act, now: datetime
) -> None:
    """`more` says which file and how its camera is called; the readings are those of the drawn clock."""
    number, _, camera = act.more.partition(":")
    row, drawn = evidence.list_of_tip(tx, tip)[int(number)], files[int(number)]
    true = drawn.shows.at(now).replace(microsecond=0) + timedelta(seconds=READ_AT_S)
    shown = true.replace(tzinfo=None) + timedelta(seconds=drawn.ahead_s)
    wanted = clocks.read(clocks.Clock(camera=camera), Read(READ_AT_S, shown, true))
    clocks.set_clock(tx, actor, tip, row, wanted)


def sight(tx: Transaction, actor: Actor, case: Case, tip: Tip, act: Act) -> None:
    """`more` names the file and the second; it is the person described first."""
    number, _, second = act.more.partition("@")
    said = Said(
        evidence.list_of_tip(tx, tip)[int(number)], float(second), place=tip.place, text=act.text,
        position=Position(tip.lat, tip.lon) if tip.lat is not None and tip.lon is not None else None,
        subject_id=subjects.list_of(tx, case)[0].id,
    )  # fmt: skip
    sightings.add(tx, actor, case, said)
