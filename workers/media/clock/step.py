"""The step `clock`: which reader a file needs, and what is told of its clock. Runs behind the wall."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from workers.media import confine, plain, sniff
from workers.media.clock import engine, facts, photo, stills
from workers.media.clock.film import Film
from workers.media.job import MIB, Job
from workers.media.report import Report

MEMORY = 3072 * MIB  # of addresses; recognition fills a sixth of it
# Larger photos cost more memory than their text is worth, unless they were taken for it.
MOST_PIXELS = 64_000_000


def examine(job: Job, report: Report) -> None:
    """Fill in the result: `clock`, or None; and `texts`, the other lines that were read."""
    confine.lower_memory(MEMORY)
    report.media["tools"] |= engine.versions()
    report.result = {"clock": None, "texts": []}
    head = plain.pread(job.input, sniff.HEAD_BYTES, 0)
    if sniff.refusal(head, job.size):
        return
    form = sniff.photo_format(head)
    report.result = _of_photo(job, form) if form else _of_film(job)


def _of_film(job: Job) -> dict[str, Any]:
    with stills.opened(job) as held:
        if held is None:
            return {"clock": None, "texts": []}
        film = Film(engine.Engine(), held, _number(job, "duration_s") or held.length, _taken(job))
        clock = film.examine()
        return {"clock": facts.of_film(film, clock) if clock else None, "texts": film.found.texts}


def _of_photo(job: Job, form: str) -> dict[str, Any]:
    is_for_clock = job.given.get("purpose") == "clock"
    pixels = (_number(job, "width") or 0) * (_number(job, "height") or 0)
    if pixels > MOST_PIXELS and not is_for_clock:
        return {"clock": None, "texts": []}
    try:
        shown = photo.picture(job, form)
    except photo.BROKEN:
        return {"clock": None, "texts": []}
    return photo.examine(engine.Engine(), shown, taken=_taken(job), is_for_clock=is_for_clock)


def _known(job: Job, name: str) -> Any:
    """A fact that the first step found."""
    media = job.given.get("media")
    return media.get(name) if isinstance(media, dict) else None


def _number(job: Job, name: str) -> float | None:
    value = _known(job, name)
    return float(value) if isinstance(value, int | float) else None


def _taken(job: Job) -> datetime | None:
    """When the file says it was taken, on the wall clock of whoever took it."""
    try:
        return datetime.fromisoformat(str(_known(job, "captured_at"))).replace(tzinfo=None)
    except ValueError:
        return None
