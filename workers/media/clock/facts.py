"""What is said of a clock: the facts that cross the wall, in the form of the media object. Pure."""

from __future__ import annotations

from typing import Any

from workers.media.clock import agreeing, stamps
from workers.media.clock.agreeing import Clock, Jump, Reading
from workers.media.clock.film import Film

LOW = 0.3  # as sure as one can be of a clock that was not read three times alike


def of_film(film: Film, clock: Clock) -> dict[str, Any]:
    """The clock of a film that was examined."""
    agreeing_at = {point.t for point in clock.agreeing}
    sure = [one.score for one in film.readings if one.t in agreeing_at]
    place = film.found.place
    return {**of(clock, film.readings, len(film.looked), sure), "box": place.told if place else None}


def of(clock: Clock, readings: list[Reading], looked: int, sure: list[float]) -> dict[str, Any]:
    """``at`` and ``started_at`` hold no day where none is shown or its meaning is open.

    ``offset_s`` is the clock's reading minus the position in the film, both in seconds, the reading counted
    from 1970-01-01 00:00:00 on the camera's own clock: add it to ``t`` for what the clock shows at ``t``.
    """
    order = "" if clock.meanings else clock.order
    moments = {point.t: point for point in clock.points}
    listed = sorted((one for one in readings if one.t in moments), key=lambda one: one.t)
    doubtful = any(one.stamp.doubtful for one in listed)
    result: dict[str, Any] = {
        "readings": [
            {
                "t": one.t,
                "text": stamps.spaced(one.text),
                "at": agreeing.wall(point.moment, order, point.unit),
            }
            for one in listed
            for point in [moments[one.t]]
        ],
        "agreeing": len(clock.agreeing),
        "looked": looked,
        "offset_s": None,
        "started_at": None,
        "confidence": _confidence(clock, looked, sure, doubtful=doubtful),
        "ambiguous": _meanings(clock, readings),
        "jumps": [_jump(one, order) for one in clock.jumps],
        "pace": clock.pace,
        "weekday_differs": doubtful,
    }
    if clock.agreeing and clock.pace is None:
        result["started_at"] = agreeing.wall(clock.beginning, order, clock.unit)
        if clock.accepted and order:
            result["offset_s"] = round(clock.offset, 2)
    return result


def _confidence(clock: Clock, looked: int, sure: list[float], *, doubtful: bool) -> float:
    if not clock.accepted or not sure:
        return round(min(LOW, 0.1 * len(clock.agreeing)), 2)
    part = len(clock.agreeing) / max(looked, len(clock.points))
    less = 0.8 if doubtful or clock.meanings or not clock.order else 1.0
    return round((0.5 + 0.5 * part * sum(sure) / len(sure)) * less, 2)


def _meanings(clock: Clock, readings: list[Reading]) -> list[str]:
    """The beginning of the film under each meaning of the date."""
    found = [agreeing.under(order, readings) for order in clock.meanings[: agreeing.MOST_MEANINGS]]
    return [agreeing.wall(one.beginning, one.order, one.unit) for one in found]


def _jump(jump: Jump, order: str) -> dict[str, Any]:
    return {
        "start": jump.before.t,
        "end": jump.after.t,
        "before": agreeing.wall(jump.before.moment, order, jump.before.unit),
        "after": agreeing.wall(jump.after.moment, order, jump.after.unit),
        "by_s": jump.by_s,
    }
