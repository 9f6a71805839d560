"""One look at one file, from the job to the settled facts: `workers.pipeline`."""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

import storage
from storage.memory import MemoryStore
from tests import footage
from tipline.bell import SilentBell
from tipline.domain import clock, custody, evidence, outbox, renditions, steps
from tipline.domain.accounts import Account
from tipline.domain.actors import Actor
from tipline.domain.evidence import Evidence
from tipline.domain.outbox import Outbox
from tipline.domain.renditions import Rendition
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced
from tipline.services import Services, build
from tipline.settings import Settings
from workers import following, lease, local, pipeline, room, sandbox, untrusted
from workers.media import codes
from workers.sandbox import Answer, Hooks, Keyframe

PDF = b"%PDF-1.7\n" + b"an invoice " * 50


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A few seconds of a shop, somebody walking through."""
    path = tmp_path_factory.mktemp("clip") / "cam1.mp4"
    footage.cctv_clip(path, seconds=6, size=(320, 180))
    return path.read_bytes()


@pytest.fixture
def officer(people: dict[str, Account]) -> Actor:
    return people["investigator"].actor


@pytest.fixture
def look(services: Services, bell: SilentBell) -> Callable[[], None]:
    """Do the job that was rung for last, as a worker would."""
    return lambda: work_off(services, bell)


def work_off(services: Services, bell: SilentBell) -> None:
    """The first look rung for last, and every step that it asks for."""
    done = len(bell.rung)
    pipeline.derive(services, [number for kind, number in bell.rung if kind == evidence.DERIVE][-1])
    while done < len(bell.rung):
        done += 1
        following.work(services, bell.rung[done - 1][1])


def fresh(services: Services, file: Evidence) -> Evidence:
    with services.database.reading() as tx:
        return tx.get_one(Evidence, file.id)


def pictures(services: Services, file: Evidence) -> list[Rendition]:
    with services.database.reading() as tx:
        return renditions.list_of(tx, file.id)


def revision(services: Services, tip: Tip) -> int:
    with services.database.reading() as tx:
        return tx.get_one(Tip, tip.id).revision


def job(services: Services, file: Evidence) -> Outbox:
    with services.database.reading() as tx:
        return tx.scalars(select(Outbox).where(Outbox.subject == file.id).order_by(Outbox.id.desc())).first()  # type: ignore[return-value]


def acts(services: Services, file: Evidence) -> list[str]:
    with services.database.reading() as tx:
        return [entry.action for entry in custody.list_of(tx, subject=f"evidence:{file.id}")]


def stored(services: Services, key: str) -> bytes:
    with services.store.open(key) as reader:
        return reader.read()


def said(**facts: Any) -> dict[str, Any]:
    """A media object as the sandbox gives it."""
    nothing: dict[str, Any] = {"clock": None, "provenance": None, "keyframes": [], "size": 0, "sha256": ""}
    return {**untrusted.media({}), **nothing, "kind": "video", **facts}


def drawn(t: float, shade: int = 90) -> Keyframe:
    return Keyframe(t, int(t * 10), 64, 36, bytes([shade]) * (64 * 36 * 3), "coverage", 5.0)


def listed(*frames: Keyframe) -> list[dict[str, Any]]:
    return [{"t": one.t, "file": f"{one.name}.jpg"} for one in frames]


@pytest.fixture
def pretend(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., dict[str, Any]]], None]:
    """`pretend(f)`: from now on `f(path, **hooks)` stands for the examination behind the wall."""

    def pretend_it(examine: Callable[..., dict[str, Any]]) -> None:
        def ask(path: Path, task: str = "first", *, hooks: Hooks, **_: Any) -> Answer:
            if task != "first":
                return Answer()
            media = examine(
                path, on_keyframe=hooks.on_keyframe, on_progress=hooks.on_progress, on_tick=hooks.on_tick
            )
            return Answer(media=media, failure=media["failure"])

        monkeypatch.setattr(sandbox, "ask", ask)

    return pretend_it


# --- what a look leaves behind


def test_a_film_becomes_keyframes_in_three_sizes_a_sheet_and_facts(
    services: Services, tip: Tip, add_file: Callable[..., Evidence], look: Callable[[], None], clip: bytes
) -> None:
    file = add_file(tip, clip, "cam1.mp4")
    look()

    done = fresh(services, file)
    assert (done.state, done.kind, done.failure, done.progress) == ("ready", "video", None, 1.0)
    assert done.facts["sha256"] == hashlib.sha256(clip).hexdigest()
    assert done.facts["duration_s"] == pytest.approx(6, abs=0.2)
    rows = {row.name: row for row in pictures(services, file)}
    frames = done.facts["keyframes"]
    assert len(frames) >= 3
    for frame in frames:
        full = rows.pop(frame["file"])
        assert (full.kind, full.t, full.reason) == (renditions.KEYFRAME, frame["t"], frame["reason"])
        stem = frame["file"].removesuffix(".jpg")
        assert rows.pop(f"{stem}-640.webp").kind == renditions.PREVIEW
        assert rows.pop(f"{stem}-320.webp").kind == renditions.THUMBNAIL
    assert {row.kind for row in rows.values()} == {renditions.FRAMES, renditions.SHEET, renditions.SPRITE}
    assert job(services, file).state == "done"


def test_each_picture_says_where_it_came_from_and_is_what_it_says(
    services: Services, tip: Tip, add_file: Callable[..., Evidence], look: Callable[[], None], clip: bytes
) -> None:
    file = add_file(tip, clip, "cam1.mp4")
    look()

    for row in pictures(services, file):
        data = stored(services, row.key)
        assert (len(data), hashlib.sha256(data).hexdigest()) == (row.size, row.sha256)
        origin = json.loads(row.provenance)
        assert origin["source"] == f"evidence:{file.id}"
        assert origin["source_sha256"] == hashlib.sha256(clip).hexdigest()
        assert origin["encoder"]["pillow"]
        assert row.t is None or origin["position"]["t"] == row.t
    assert fresh(services, file).facts["tools"]["av"]


def test_a_photo_is_one_keyframe(
    services: Services,
    tip: Tip,
    add_file: Callable[..., Evidence],
    look: Callable[[], None],
    tmp_path: Path,
) -> None:
    photo = footage.photo(tmp_path / "IMG_1.jpg", taken_at="2026:11:22 21:30:00", offset="+08:00")
    file = add_file(tip, photo.read_bytes())
    look()

    done = fresh(services, file)
    assert (done.state, done.kind) == ("ready", "photo")
    assert done.facts["captured_at"] == "2026-11-22T21:30:00+08:00"
    assert len(done.facts["keyframes"]) == 1


def test_a_document_is_ready_without_pictures(
    services: Services, tip: Tip, add_file: Callable[..., Evidence], look: Callable[[], None]
) -> None:
    file = add_file(tip, PDF, "发票.pdf")
    look()

    done = fresh(services, file)
    assert (done.state, done.kind, done.failure) == ("ready", "other", None)
    assert done.facts["warnings"] == ["media:document"]
    assert pictures(services, file) == []


def test_pictures_and_progress_show_while_the_look_goes_on(
    services: Services,
    tip: Tip,
    add_file: Callable[..., Evidence],
    look: Callable[[], None],
    pretend: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(following, "TELL_EVERY_S", 0.0)
    file = add_file(tip)
    seen = []

    def examine(path: Path, *, on_keyframe: Any, on_progress: Any, **_: Any) -> dict[str, Any]:
        seen.append((fresh(services, file).state, len(pictures(services, file))))
        before = revision(services, tip)
        on_keyframe(drawn(1.0))
        assert revision(services, tip) > before, "the queue would not look again"
        on_progress(0.4)
        now = fresh(services, file)
        seen.append((now.state, len(pictures(services, file)), now.progress))
        return said(keyframes=listed(drawn(1.0)))

    pretend(examine)
    look()

    assert seen == [("processing", 0), ("processing", 3, pytest.approx(0.08))]
    assert fresh(services, file).state == "ready"


# --- looking again


def test_the_same_ring_twice_is_one_look(
    services: Services, tip: Tip, add_file: Callable[..., Evidence], look: Callable[[], None], clip: bytes
) -> None:
    file = add_file(tip, clip, "cam1.mp4")
    look()
    look()

    assert acts(services, file).count("evidence:derive") == 1
    assert job(services, file).attempt == 1


def test_a_second_look_gives_the_same_names_and_one_set_of_rows(
    services: Services,
    tip: Tip,
    officer: Actor,
    add_file: Callable[..., Evidence],
    look: Callable[[], None],
    clip: bytes,
) -> None:
    file = add_file(tip, clip, "cam1.mp4")
    look()
    before = [(row.name, row.sha256) for row in pictures(services, file)]
    with services.database.transaction() as tx:
        evidence.retry(tx, services.bell, officer, evidence.read_evidence(tx, file.id))
    look()

    assert [(row.name, row.sha256) for row in pictures(services, file)] == before
    assert acts(services, file).count("evidence:derive") == 2


def test_what_the_newest_look_did_not_make_is_gone_from_database_and_store(
    services: Services,
    tip: Tip,
    officer: Actor,
    add_file: Callable[..., Evidence],
    look: Callable[[], None],
    pretend: Callable[..., None],
) -> None:
    file = add_file(tip)

    def examine(*moments: float) -> Callable[..., dict[str, Any]]:
        def run(path: Path, *, on_keyframe: Any, **_: Any) -> dict[str, Any]:
            for t in moments:
                on_keyframe(drawn(t))
            return said(keyframes=listed(*map(drawn, moments)))

        return run

    pretend(examine(1.0, 2.0))
    look()
    old = {row.key for row in pictures(services, file)}
    with services.database.transaction() as tx:
        evidence.retry(tx, services.bell, officer, evidence.read_evidence(tx, file.id))
    pretend(examine(2.0, 3.0))
    look()

    new = {row.key for row in pictures(services, file)}
    assert {row.t for row in pictures(services, file)} == {2.0, 3.0, None}
    kept = {stat.key for stat in services.store.list(f"rendition/{file.id}/")}
    assert kept == new
    assert old - new


def test_what_goes_is_deleted_before_the_next_step_may_write_under_the_same_name(
    services: Services,
    bell: SilentBell,
    tip: Tip,
    officer: Actor,
    add_file: Callable[..., Evidence],
    look: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = add_file(tip)

    def ask(_: Path, task: str = "first", *, hooks: Hooks, **__: Any) -> Answer:
        assert hooks.on_keyframe is not None
        if task in ("first", "suspects"):
            hooks.on_keyframe(drawn({"first": 1.0, "suspects": 2.0}[task]))
        plan = {"suspects": [[2.0, 3.0]], "spans": [], "copy": ""}
        return Answer(media=said(), plan=plan) if task == "first" else Answer()

    monkeypatch.setattr(sandbox, "ask", ask)
    look()
    with services.database.transaction() as tx:
        evidence.retry(tx, services.bell, officer, evidence.read_evidence(tx, file.id))
    deleted, forget = [], pipeline.forget

    def noted(made: Services, key: str) -> None:
        deleted.append((key, len(bell.rung)))
        forget(made, key)

    monkeypatch.setattr(pipeline, "forget", noted)
    rung = len(bell.rung)
    look()

    assert any("keyframe-0000002000" in key for key, _ in deleted)
    assert {when for _, when in deleted} == {rung}, "nothing was rung yet"
    assert all(stored(services, row.key) for row in pictures(services, file))


# --- files that cannot be shown


def test_a_file_that_cannot_be_decoded_is_kept_byte_for_byte_and_can_be_tried_again(
    services: Services,
    tip: Tip,
    officer: Actor,
    add_file: Callable[..., Evidence],
    look: Callable[[], None],
    clip: bytes,
) -> None:
    half = clip[: len(clip) // 2]
    file = add_file(tip, half, "cam1.mp4")
    look()

    done = fresh(services, file)
    assert (done.state, done.kind, done.failure) == ("undecodable", "video", "media:index-lost")
    assert stored(services, file.key) == half
    assert job(services, file).state == "done", "a hostile or broken file is never tried again by itself"

    with services.database.transaction() as tx:
        evidence.retry(tx, services.bell, officer, evidence.read_evidence(tx, file.id))
    assert fresh(services, file).state == "received"
    look()
    assert fresh(services, file).failure == "media:index-lost"
    assert acts(services, file)[-3:] == ["evidence:derive", "evidence:retry", "evidence:derive"]


def test_pictures_of_a_file_that_failed_in_the_end_are_not_shown(
    services: Services,
    tip: Tip,
    add_file: Callable[..., Evidence],
    look: Callable[[], None],
    pretend: Callable[..., None],
) -> None:
    file = add_file(tip)

    def examine(path: Path, *, on_keyframe: Any, **_: Any) -> dict[str, Any]:
        on_keyframe(drawn(1.0))
        return said(keyframes=listed(drawn(1.0)), failure="media:bad-answer")

    pretend(examine)
    look()

    assert fresh(services, file).facts["keyframes"] == []
    assert pictures(services, file) == []
    assert list(services.store.list(f"rendition/{file.id}/")) == []


def test_an_original_that_was_altered_is_not_opened_and_never_passes_as_genuine(
    services: Services,
    tip: Tip,
    officer: Actor,
    add_file: Callable[..., Evidence],
    look: Callable[[], None],
    pretend: Callable[..., None],
    clip: bytes,
) -> None:
    file = add_file(tip, clip, "cam1.mp4")
    look()
    before = {row.name for row in pictures(services, file)}
    services.store.put(file.key, clip[:-1] + b"!")
    with services.database.transaction() as tx:
        evidence.retry(tx, services.bell, officer, evidence.read_evidence(tx, file.id))

    def examine(*_: Any, **__: Any) -> dict[str, Any]:
        raise AssertionError("bytes that are not the sealed ones were opened")

    pretend(examine)
    look()

    done = fresh(services, file)
    assert (done.state, done.failure) == ("undecodable", "evidence:altered")
    assert {row.name for row in pictures(services, file)} == before, "all that is left of the original"


# --- a store that is not on this machine


@pytest.fixture
def remote(settings: Settings, bell: SilentBell) -> Iterator[Services]:
    """An instance whose originals are not files of this machine."""
    made = build(settings, store=MemoryStore(), bell=bell)
    yield made
    made.close()


def send(services: Services, tip: Tip, data: bytes) -> Evidence:
    upload = services.receiver.begin(tip.id, Announced(len(data), "cam1.mp4"))
    services.receiver.append(upload.id, tip.id, 0, [data])
    with services.database.reading() as tx:
        return tx.get_one(Evidence, upload.evidence_id)


def test_a_distant_original_is_copied_alone_into_a_private_folder_and_removed(
    remote: Services, bell: SilentBell, tip: Tip, clip: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = send(remote, tip, clip)
    real, places = sandbox.ask, []

    def ask(path: Path, *task: str, **hooks: Any) -> Answer:
        places.append(
            (path.name, [one.name for one in path.parent.iterdir()], path.parent.stat().st_mode & 0o777)
        )
        return real(path, *task, **hooks)

    monkeypatch.setattr(sandbox, "ask", ask)
    work_off(remote, bell)

    assert fresh(remote, file).state == "ready"
    assert len(pictures(remote, file)) >= 4
    assert set(map(str, places)) == {str(("input", ["input"], 0o700))}
    assert list((remote.settings.data / "tmp").iterdir()) == []


def test_a_distant_original_that_was_altered_is_noticed_on_the_way(
    remote: Services, bell: SilentBell, tip: Tip, clip: bytes
) -> None:
    file = send(remote, tip, clip)
    remote.store.put(file.key, clip + b"!")
    work_off(remote, bell)

    assert fresh(remote, file).failure == "evidence:altered"


def test_a_disk_without_room_for_the_copy_costs_no_try(
    remote: Services, bell: SilentBell, tip: Tip, clip: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = send(remote, tip, clip)

    def read(*_: Any) -> str:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(local, "_read", read)
    work_off(remote, bell)

    assert (job(remote, file).state, job(remote, file).attempt) == ("queued", 0)
    assert [one for one in (remote.settings.data / "tmp").rglob("*") if one.is_file()] == []


def test_a_film_that_lost_its_index_is_tried_again_when_another_of_its_camera_comes(
    services: Services,
    tip: Tip,
    add_file: Callable[..., Evidence],
    look: Callable[[], None],
    bell: SilentBell,
    pretend: Callable[[Callable[..., dict[str, Any]]], None],
) -> None:
    pretend(lambda *_, **__: said(failure=codes.INDEX_LOST))
    lost = add_file(tip, b"one", "lost.mp4")
    look()
    assert fresh(services, lost).state == "undecodable"

    def examine(path: Path, **_: Any) -> dict[str, Any]:
        is_lost = path.read_bytes() == b"one"
        return said(failure=codes.INDEX_LOST) if is_lost else said(setup="c1")

    pretend(examine)
    for name in ("a.mp4", "b.mp4"):
        add_file(tip, name.encode(), name)
        for number in [number for kind, number in bell.rung if kind == evidence.DERIVE] * 2:
            pipeline.derive(services, number)
        # Once for a camera, however many films of it come.
        assert acts(services, lost).count("evidence:retry") == 1


def test_a_film_that_told_of_its_camera_while_a_lost_one_was_looked_at_helps_it_too(
    services: Services,
    tip: Tip,
    add_file: Callable[..., Evidence],
    look: Callable[[], None],
    bell: SilentBell,
    pretend: Callable[[Callable[..., dict[str, Any]]], None],
) -> None:
    lost, looks = add_file(tip, b"one", "lost.mp4"), []

    def examine(path: Path, **_: Any) -> dict[str, Any]:
        if path.read_bytes() != b"one":
            return said(setup="c1")
        looks.append(path)
        if len(looks) == 1:
            add_file(tip, b"two", "whole.mp4")
            pipeline.derive(services, bell.rung[-1][1])
        return said(failure=codes.INDEX_LOST)

    pretend(examine)
    pipeline.derive(services, bell.rung[-1][1])
    assert fresh(services, lost).state == "received"
    look()
    assert (len(looks), fresh(services, lost).state) == (2, "undecodable")
    assert acts(services, lost).count("evidence:retry") == 1


def test_very_many_cameras_do_not_have_a_lost_film_tried_again_without_end(
    services: Services,
    tip: Tip,
    add_file: Callable[..., Evidence],
    look: Callable[[], None],
    bell: SilentBell,
    pretend: Callable[[Callable[..., dict[str, Any]]], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(steps, "MOST_SETUPS", 2)

    def examine(path: Path, **_: Any) -> dict[str, Any]:
        name = path.read_bytes().decode()
        return said(failure=codes.INDEX_LOST) if name == "lost" else said(setup=name)

    pretend(examine)
    lost = add_file(tip, b"lost", "lost.mp4")
    look()
    for camera in ("c1", "c2", "c3", "c4"):
        add_file(tip, camera.encode(), "whole.mp4")
        for _ in ("the film", "the lost one, if it was asked for"):
            pipeline.derive(services, [number for kind, number in bell.rung if kind == evidence.DERIVE][-1])
    assert acts(services, lost).count("evidence:retry") == 2


# --- faults of ours


def test_without_room_for_pictures_a_file_waits_and_says_so_and_nothing_is_decoded(
    services: Services,
    tip: Tip,
    add_file: Callable[..., Evidence],
    look: Callable[[], None],
    bell: SilentBell,
    clip: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = add_file(tip, clip, "cam1.mp4")
    reserve = services.settings.min_free_bytes
    with monkeypatch.context() as full:
        full.setattr(room, "_free", lambda _: reserve // room.SHARE - 1)
        full.setattr(sandbox, "ask", None)
        look()
        moved = revision(services, tip)
        look()
        assert revision(services, tip) == moved, "pages would look again for nothing"
    assert (job(services, file).state, job(services, file).attempt) == ("queued", 0)
    with services.database.reading() as tx:
        assert steps.held_up(tx, tip.id) == {file.id}
    with monkeypatch.context() as tight:
        # Room for pictures, none for what is only a convenience.
        tight.setattr(room, "_free", lambda _: reserve - 1)
        look()
        assert pictures(services, file)
    with services.database.reading() as tx:
        assert steps.held_up(tx, tip.id) == {file.id}, "its frames are still to be listed"
    following.work(services, bell.rung[-1][1])
    with services.database.reading() as tx:
        assert steps.held_up(tx, tip.id) == set()


def test_a_store_that_is_down_costs_no_try_and_the_job_waits(
    services: Services,
    tip: Tip,
    add_file: Callable[..., Evidence],
    look: Callable[[], None],
    clip: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = add_file(tip, clip, "cam1.mp4")
    with monkeypatch.context() as broken:

        def put(*_: Any, **__: Any) -> None:
            raise storage.Unavailable("no network")

        broken.setattr(type(services.store), "put", put)
        for _ in range(5):
            look()
    waiting = job(services, file)
    assert (waiting.state, waiting.attempt, waiting.failure) == ("queued", 0, "service:store-down")
    assert fresh(services, file).state == "processing"

    look()
    assert fresh(services, file).state == "ready"


def test_a_fault_that_stays_ends_after_the_last_try_with_a_code(
    services: Services,
    tip: Tip,
    add_file: Callable[..., Evidence],
    look: Callable[[], None],
    pretend: Callable[..., None],
) -> None:
    file = add_file(tip)

    def examine(*_: Any, **__: Any) -> dict[str, Any]:
        raise RuntimeError("a mistake of ours")

    pretend(examine)
    for attempt in range(outbox.MAX_ATTEMPTS):
        assert fresh(services, file).state in ("received", "processing"), attempt
        look()

    assert job(services, file).state == "dead"
    done = fresh(services, file)
    assert (done.state, done.failure) == ("undecodable", "media:unreadable")
    assert acts(services, file)[-1] == "evidence:fail"


def test_without_a_wall_nothing_is_decided_about_the_file(
    services: Services,
    tip: Tip,
    add_file: Callable[..., Evidence],
    look: Callable[[], None],
    pretend: Callable[..., None],
) -> None:
    file = add_file(tip)
    pretend(lambda *_, **__: said(failure="media:no-sandbox"))
    look()

    assert (job(services, file).state, job(services, file).attempt) == ("queued", 1)
    assert fresh(services, file).state == "processing"


# --- more than one worker


def test_a_worker_that_lost_its_lease_changes_nothing(
    services: Services,
    tip: Tip,
    add_file: Callable[..., Evidence],
    look: Callable[[], None],
    pretend: Callable[..., None],
) -> None:
    file = add_file(tip)

    def examine(path: Path, *, on_keyframe: Any, **_: Any) -> dict[str, Any]:
        on_keyframe(drawn(1.0))
        _take_over(services, job(services, file).id)
        return said(keyframes=listed(drawn(1.0)))

    pretend(examine)
    look()

    now = job(services, file)
    assert (now.state, now.attempt) == ("running", 2), "it is in the other worker's hands"
    assert fresh(services, file).state == "processing"
    assert "evidence:derive" not in acts(services, file)


def test_a_worker_that_lost_its_lease_saves_no_further_picture(
    services: Services,
    tip: Tip,
    add_file: Callable[..., Evidence],
    look: Callable[[], None],
    pretend: Callable[..., None],
) -> None:
    file = add_file(tip)
    went_on = []

    def examine(path: Path, *, on_keyframe: Any, **_: Any) -> dict[str, Any]:
        _take_over(services, job(services, file).id)
        on_keyframe(drawn(1.0))
        went_on.append(True)
        return said()

    pretend(examine)
    look()

    assert not went_on
    assert pictures(services, file) == []


def _take_over(services: Services, outbox_id: int) -> None:
    later = clock.now() + 2 * outbox.LEASE
    with clock.frozen(later), services.database.transaction() as tx:
        assert outbox.take(tx, outbox_id) is not None


def test_two_workers_at_the_same_job_are_one(
    services: Services, tip: Tip, add_file: Callable[..., Evidence], look: Callable[[], None]
) -> None:
    file = add_file(tip)
    with services.database.transaction() as tx:
        assert outbox.take(tx, job(services, file).id) is not None
    look()

    assert job(services, file).attempt == 1
    assert fresh(services, file).state == "received"


def test_a_host_that_stops_hands_the_job_back_untouched(
    services: Services,
    tip: Tip,
    add_file: Callable[..., Evidence],
    look: Callable[[], None],
    pretend: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lease, "FINISH_WITHIN_S", -1.0)
    monkeypatch.setattr(lease, "stop", lease.Stop())
    file = add_file(tip)

    def examine(path: Path, *, on_tick: Any, **_: Any) -> dict[str, Any]:
        on_tick()
        lease.stop.ask()
        on_tick()
        raise AssertionError("the examination was not ended")

    pretend(examine)
    look()

    back = job(services, file)
    assert (back.state, back.attempt, back.rung_at) == ("queued", 0, None)


def test_a_lease_is_renewed_while_the_look_takes_its_time(
    services: Services,
    tip: Tip,
    add_file: Callable[..., Evidence],
    look: Callable[[], None],
    pretend: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lease, "RENEW_EVERY_S", 0.01)
    file = add_file(tip)

    def examine(path: Path, *, on_tick: Any, **_: Any) -> dict[str, Any]:
        soon = clock.now() + timedelta(seconds=1)
        with services.database.transaction() as tx:
            tx.execute(update(Outbox).where(Outbox.subject == file.id).values(lease_until=soon))
        while job(services, file).lease_until <= soon:  # type: ignore[operator]
            on_tick()
        return said()

    pretend(examine)
    look()

    assert fresh(services, file).state == "ready"


# --- the steps that follow


def test_pictures_of_a_later_step_stand_on_the_sheet_too(
    services: Services,
    tip: Tip,
    add_file: Callable[..., Evidence],
    look: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = add_file(tip)
    sheets = []

    def ask(_: Path, task: str = "first", *, hooks: Hooks, **__: Any) -> Answer:
        assert hooks.on_keyframe is not None
        if task == "first":
            hooks.on_keyframe(drawn(1.0))
            return Answer(media=said(), plan={"suspects": [[2.0, 3.0]], "spans": [], "copy": ""})
        sheets.extend(one.width for one in pictures(services, file) if one.kind == "sheet")
        if task == "suspects":
            hooks.on_keyframe(drawn(2.5))
        return Answer()

    monkeypatch.setattr(sandbox, "ask", ask)
    look()
    sheets.extend(one.width for one in pictures(services, file) if one.kind == "sheet")
    assert (sheets[0], sheets[-1]) == (320, 640)
    assert [one["t"] for one in fresh(services, file).facts["keyframes"]] == [1.0, 2.5]


def test_the_sheet_shows_pictures_of_every_span_though_the_last_one_adds_none(
    services: Services,
    tip: Tip,
    add_file: Callable[..., Evidence],
    look: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = add_file(tip)
    plan = {"suspects": [], "spans": [[0.0, 1800.0], [1800.0, 3600.0]], "copy": ""}

    def ask(_: Path, task: str = "first", *, given: dict[str, Any], hooks: Hooks, **__: Any) -> Answer:
        assert hooks.on_keyframe is not None
        if task == "first":
            hooks.on_keyframe(drawn(1.0))
            return Answer(media=said(duration_s=3600.0), plan=plan)
        if task == "span" and given["number"] == 0:
            hooks.on_keyframe(drawn(2.5))
        return Answer()

    monkeypatch.setattr(sandbox, "ask", ask)
    look()
    assert [one.width for one in pictures(services, file) if one.kind == "sheet"] == [640]


def test_a_step_that_fails_for_good_costs_the_file_nothing_else(
    services: Services,
    tip: Tip,
    add_file: Callable[..., Evidence],
    look: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = add_file(tip)

    def ask(_: Path, task: str = "first", *, hooks: Hooks, **__: Any) -> Answer:
        if task == "clock":
            return Answer(failure="media:crashed")
        return Answer(media=said(playable="original"))

    monkeypatch.setattr(sandbox, "ask", ask)
    look()
    done = fresh(services, file)
    assert (done.state, done.failure, done.facts["clock"]) == ("ready", None, None)
    assert acts(services, file).count("evidence:derive") == 1


def test_a_long_film_is_ready_before_all_of_it_was_looked_at(
    services: Services,
    bell: SilentBell,
    tip: Tip,
    add_file: Callable[..., Evidence],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = add_file(tip)
    plan = {"suspects": [], "spans": [[0.0, 1800.0], [1800.0, 3600.0]], "copy": "encode"}

    def ask(_: Path, task: str = "first", **__: Any) -> Answer:
        return Answer(media=said(duration_s=3600.0), plan=plan)

    monkeypatch.setattr(sandbox, "ask", ask)
    pipeline.derive(services, bell.rung[-1][1])
    for kind, number in list(bell.rung):
        if kind == "evidence.soon":
            following.work(services, number)
    assert fresh(services, file).state == "ready"
    late = [number for kind, number in bell.rung if kind == "evidence.late"]
    assert len(late) == 2, "the copy waits for the ranges"
    for number in late:
        following.work(services, number)
    assert "evidence:complete" not in acts(services, file)
    following.work(services, bell.rung[-1][1])
    assert acts(services, file)[-1] == "evidence:complete"
    assert fresh(services, file).progress == 1.0
