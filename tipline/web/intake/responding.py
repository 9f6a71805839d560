"""The response clock as the reporter sees it: the promise, what is left of it, what happens then."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from flask_babel import format_datetime, gettext

from tipline.domain import clock, ladder, response
from tipline.domain.tips import Tip
from tipline.errors import N_
from tipline.web import current, filters

# Who was told at which step of the ladder. Nobody's name, and no account.
TOLD_TO = {
    ladder.OFFICER: N_("The officer on duty has been told."),
    ladder.REMINDER: N_("The officer on duty has been reminded."),
    ladder.DEPUTY: N_("The colleague who stands in has been told, too."),
    ladder.ON_CALL: N_("The officer on call has been told, too."),
    ladder.SUPERVISOR: N_("The supervisor has been told, too."),
}
NEXT_TOLD = {
    ladder.REMINDER: N_("If nobody answers until %(time)s, the officer is reminded."),
    ladder.DEPUTY: N_("If nobody answers until %(time)s, the colleague who stands in is told."),
    ladder.ON_CALL: N_("If nobody answers until %(time)s, the officer on call is told."),
    ladder.SUPERVISOR: N_("If nobody answers until %(time)s, the supervisor is told."),
}


class Clock(NamedTuple):
    """`state` as of `response.read`; `seconds` are left, or over when negative."""

    state: str
    text: str
    then: str
    seconds: int
    minutes: int | None

    @property
    def tone(self) -> str:
        return {"over": "waiting", "paused": "idle", "done": "used"}.get(self.state, "new")


def key(tip: Tip) -> str:
    """What changes the words without the tip: for whoever asks again and again whether they have changed."""
    reading = response.read(tip)
    return f"{reading.state}-{_then(tip, reading)}"


def read(tip: Tip) -> Clock:
    reading = response.read(tip)
    seconds = int(reading.left.total_seconds())
    return Clock(reading.state, _text(tip, reading), _then(tip, reading), seconds, tip.target_minutes)


def _text(tip: Tip, reading: response.Reading) -> str:
    if tip.acknowledged_at:
        return _noted(tip, reading)
    if reading.state == "paused":
        if tip.state == "need_info":
            return str(gettext("The clock stands still while the officer waits for your answer."))
        return str(gettext("The clock stands still: it was put off for further checks."))
    if reading.state == "over":
        return str(
            gettext(
                "Not yet read. It should have been by %(time)s; the station sees that it is late.",
                time=_short(reading.due_at),
            )
        )
    if reading.state == "running":
        return str(gettext("An officer should take note by %(time)s.", time=_short(reading.due_at)))
    return ""


def _noted(tip: Tip, reading: response.Reading) -> str:
    at = _short(tip.acknowledged_at)
    if not tip.target_minutes:
        return str(gettext("An officer took note at %(time)s.", time=at))
    took, target = filters.lasting(reading.taken.total_seconds()), filters.lasting(60 * tip.target_minutes)
    if reading.state == "late":
        return str(
            gettext(
                "An officer took note at %(time)s, after %(took)s. It should have been %(target)s.",
                time=at, took=took, target=target,
            )
        )  # fmt: skip
    return str(gettext("An officer took note at %(time)s, after %(took)s.", time=at, took=took))


def _then(tip: Tip, reading: response.Reading) -> str:
    """What the station has done so that somebody answers, and what it does next."""
    if reading.state not in ("running", "over"):
        return ""
    words = []
    if tip.escalation in TOLD_TO:
        words.append(gettext(TOLD_TO[tip.escalation]))
    following, at = response.next_rung(tip), response.next_at(tip)
    if reading.state == "over" and following and at and following.step in NEXT_TOLD:
        words.append(gettext(NEXT_TOLD[following.step], time=_short(at)))
    return " ".join(words)


def _short(moment: datetime | None) -> str:
    """The hour; with its day if that is another one."""
    if moment is None:
        return ""
    is_today = current.local(moment).date() == current.local(clock.now()).date()
    return str(format_datetime(moment, "HH:mm" if is_today else "MM-dd HH:mm"))
