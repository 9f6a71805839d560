"""Browser copies as the worker makes them: behind the wall, step by step, kept with their list of frames."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from tests import counted
from tipline.bell import SilentBell
from tipline.domain import evidence, renditions, steps
from tipline.domain.evidence import Evidence
from tipline.domain.renditions import Rendition
from tipline.domain.tips import Tip
from tipline.services import Services
from workers import copies, following, pipeline, sandbox
from workers.media import codes
from workers.sandbox import Answer

SECONDS = Fraction(1, 1)
AddFile = Callable[..., Evidence]


def work_off(services: Services, bell: SilentBell) -> None:
    """The first look rung for last, and every step that it asks for."""
    done = len(bell.rung)
    pipeline.derive(services, [number for kind, number in bell.rung if kind == evidence.DERIVE][-1])
    while done < len(bell.rung):
        done += 1
        following.work(services, bell.rung[done - 1][1])


def made_of(services: Services, file: Evidence) -> tuple[Evidence, dict[str, Rendition]]:
    with services.database.reading() as tx:
        return tx.get_one(Evidence, file.id), {row.name: row for row in renditions.list_of(tx, file.id)}


def stored(services: Services, row: Rendition) -> bytes:
    with services.store.open(row.key) as reader:
        return reader.read()


def numbers(film: bytes) -> list[int]:
    with av.open(io.BytesIO(film)) as opened:
        return [counted.number_of(one.to_ndarray(format="gray")) for one in opened.decode(video=0)]


def spelled(first: int, runs: list[list[int]]) -> list[int]:
    values = [first]
    for times, *pattern in runs:
        for step in pattern * times:
            values.append(values[-1] + step)
    return values


def test_a_long_film_that_no_browser_plays_is_encoded_span_by_span_and_joined(
    services: Services, bell: SilentBell, tip: Tip, add_file: AddFile, tmp_path: Path
) -> None:
    # A film of 22 minutes with a frame every four seconds: several spans, each with a piece of its own.
    times = [at * 4 for at in range(330)]
    path = counted.film(tmp_path / "a.avi", times, time_base=SECONDS, codec="mpeg4", options={})
    file = add_file(tip, path.read_bytes(), "cam1.avi")
    work_off(services, bell)

    done, made = made_of(services, file)
    with services.database.reading() as tx:
        kinds = [one.kind for one in steps.list_of(tx, file.id)]
    assert kinds.count("span") > 1
    assert (done.state, done.facts["playable"]) == ("ready", "proxy")
    copy, listed = made["copy.mp4"], json.loads(stored(services, made["frames.json"]))
    assert numbers(stored(services, copy)) == list(range(330))
    assert (copy.kind, copy.mime) == (renditions.COPY, "video/mp4")
    assert (listed["file"], listed["count"]) == ("copy", 330)
    assert spelled(listed["first_number"], listed["number_steps"]) == list(range(330))
    tick = Fraction(*listed["tick"])
    assert [float(one * tick) for one in spelled(listed["start"], listed["steps"])] == times
    assert not [row for row in made.values() if row.kind == renditions.PIECE]


def test_a_span_that_failed_costs_the_copy_no_more_than_its_part(
    services: Services,
    bell: SilentBell,
    tip: Tip,
    add_file: AddFile,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    times = [at * 8 for at in range(155)]
    path = counted.film(tmp_path / "a.avi", times, time_base=SECONDS, codec="mpeg4", options={})
    file = add_file(tip, path.read_bytes(), "cam1.avi")
    ask, spans = sandbox.ask, []

    def ask_or_fail(path: Path, task: str = "first", **more: Any) -> Answer:
        spans.append(more["given"]["range"]) if task == "span" else None
        if task == "span" and len(spans) == 2:
            return Answer(failure=codes.CRASHED)
        return ask(path, task, **more)

    monkeypatch.setattr(sandbox, "ask", ask_or_fail)
    work_off(services, bell)

    done, made = made_of(services, file)
    start, end = spans[1]
    assert (done.facts["playable"], codes.COPY_LACKS in done.facts["warnings"]) == ("proxy", True)
    shown = numbers(stored(services, made["copy.mp4"]))
    assert shown == [at for at in range(155) if not start <= at * 8 < end]
    listed = json.loads(stored(services, made["frames.json"]))
    assert spelled(listed["first_number"], listed["number_steps"]) == shown


def test_a_film_in_the_wrong_container_is_only_packed_anew(
    services: Services, bell: SilentBell, tip: Tip, add_file: AddFile, tmp_path: Path
) -> None:
    path = counted.film(tmp_path / "a.ts", [at * 3600 for at in range(50)], time_base=Fraction(1, 90_000))
    file = add_file(tip, path.read_bytes(), "cam1.ts")
    work_off(services, bell)
    done, made = made_of(services, file)
    assert done.facts["playable"] == "proxy"
    assert numbers(stored(services, made["copy.mp4"])) == list(range(50))
    with services.database.reading() as tx:
        (told,) = [one.found for one in steps.list_of(tx, file.id) if one.kind == "copy"]
    assert (told["how"], told["sound"]) == ("remux", "none")


def test_what_a_child_wrote_is_kept_only_if_it_is_a_film_and_the_child_came_to_its_end(
    services: Services,
    bell: SilentBell,
    tip: Tip,
    add_file: AddFile,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = counted.film(tmp_path / "a.ts", [at * 3600 for at in range(30)], time_base=Fraction(1, 90_000))
    file = add_file(tip, path.read_bytes(), "cam1.ts")
    true_ask = sandbox.ask

    def ask(where: Path, task: str = "first", **more: Any) -> Answer:
        if task != "copy":
            return true_ask(where, task, **more)
        more["output"].write(b"<html>, not a film")
        more["output"].flush()
        return Answer(result={"playable": "proxy", "how": "remux"}, failure=None)

    monkeypatch.setattr(sandbox, "ask", ask)
    work_off(services, bell)
    done, made = made_of(services, file)
    assert done.state == "ready"
    assert done.facts["playable"] == "none"
    assert "copy.mp4" not in made
    with services.database.reading() as tx:
        (step,) = [one for one in steps.list_of(tx, file.id) if one.kind == "copy"]
    assert step.failure == codes.BAD_ANSWER


def test_a_piece_has_the_name_of_its_span() -> None:
    assert copies.piece_name(7) == "piece-0007.mp4"
