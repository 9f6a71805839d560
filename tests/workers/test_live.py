"""One look at a film whose upload still runs: provisional pictures, gone when the whole film is examined."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from storage import Growing, keys
from tests import footage
from tipline.bell import SilentBell
from tipline.domain import live as begun
from tipline.domain import outbox, renditions, uploads, withdrawing
from tipline.domain.actors import reporter
from tipline.domain.evidence import Evidence
from tipline.domain.outbox import Outbox
from tipline.domain.renditions import Rendition
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced, Checksum, Upload
from tipline.errors import TiplineError
from tipline.services import Services
from workers import live, pipeline, sweep
from workers.media import codes


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One film with its index first, one with it last."""
    folder = tmp_path_factory.mktemp("films")
    footage.cctv_clip(folder / "first.mp4", seconds=10, size=(320, 180), index_first=True)
    footage.cctv_clip(folder / "last.mp4", seconds=10, size=(320, 180))
    return {path.stem: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def film(films: dict[str, bytes]) -> bytes:
    return films["first"]


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody sends anything while these tests look."""
    monkeypatch.setattr(live, "IDLE_S", 0.1)


@pytest.fixture
def half(services: Services, tip: Tip, film: bytes) -> Upload:
    """An upload of which the first two thirds are here."""
    return coming(services, tip, film, len(film) * 2 // 3)


def coming(services: Services, tip: Tip, film: bytes, here: int) -> Upload:
    upload = services.receiver.begin(tip.id, Announced(len(film), "cam1.mp4"))
    services.receiver.append(upload.id, tip.id, 0, [film[:here]])
    return upload


def look(services: Services, upload: Upload) -> Outbox:
    """One look, as a worker that was rung for does it; its job afterwards."""
    with services.database.transaction() as tx:
        job = outbox.add(tx, SilentBell(), begun.KIND, upload.evidence_id)
    live.look(services, job.id)
    with services.database.reading() as tx:
        return tx.get_one(Outbox, job.id)


def seen(services: Services, upload: Upload) -> list[Rendition]:
    with services.database.reading() as tx:
        return renditions.list_of(tx, upload.evidence_id)


def kept(services: Services, upload: Upload) -> list[str]:
    """Pictures in the store, whoever names them."""
    return [one.key for one in services.store.list(keys.rendition_prefix(upload.evidence_id))]


def test_a_film_is_seen_before_its_last_byte(services: Services, half: Upload) -> None:
    before = revision(services, half)
    job = look(services, half)

    found = seen(services, half)
    times = sorted({one.t for one in found if one.t is not None})
    assert times[0] == pytest.approx(0, abs=0.2)
    assert len(times) >= 3
    assert all(one.is_provisional for one in found)
    assert {one.kind for one in found} == {"keyframe", "preview", "thumbnail"}
    assert sorted(one.key for one in found) == sorted(kept(services, half))
    assert '"provisional": true' in found[0].provenance
    with services.database.reading() as tx:
        row = tx.get_one(Evidence, half.evidence_id)
        assert (row.state, row.kind, row.sha256) == ("uploading", "video", None)
    assert job.state == "done"
    assert revision(services, half) > before


def revision(services: Services, upload: Upload) -> int:
    with services.database.reading() as tx:
        return tx.get_one(Tip, upload.tip_id).revision


def test_a_second_look_goes_on_and_doubles_nothing(services: Services, tip: Tip, film: bytes) -> None:
    upload = coming(services, tip, film, len(film) // 2)
    look(services, upload)
    first = {one.name for one in seen(services, upload)}
    services.receiver.append(upload.id, tip.id, len(film) // 2, [film[len(film) // 2 : len(film) * 9 // 10]])

    look(services, upload)

    both = {one.name for one in seen(services, upload)}
    assert first < both
    reasons = [one.reason for one in seen(services, upload) if one.kind == renditions.KEYFRAME]
    assert reasons.count("first") == 1


def test_a_film_with_its_index_last_is_seen_with_its_end_sent_ahead(
    services: Services, tip: Tip, films: dict[str, bytes]
) -> None:
    film = films["last"]
    upload = coming(services, tip, film, len(film) // 3)
    look(services, upload)
    without = seen(services, upload)

    assert isinstance(services.store, Growing)
    services.store.keep_tail(upload.session, io.BytesIO(film[film.rindex(b"moov") - 4 :]), len(film))
    look(services, upload)

    assert without == []
    assert len(seen(services, upload)) >= 3


def test_when_the_whole_film_is_examined_what_was_seen_before_is_gone(
    services: Services, half: Upload, film: bytes
) -> None:
    look(services, half)
    bell: Any = services.bell
    services.receiver.append(half.id, half.tip_id, len(film) * 2 // 3, [film[len(film) * 2 // 3 :]])
    assert any(one.is_provisional for one in seen(services, half))  # until then they are all there is

    pipeline.derive(services, bell.rung[-1][1])

    found = seen(services, half)
    assert found
    assert not any(one.is_provisional for one in found)
    assert sorted(one.key for one in found) == sorted(kept(services, half))


def test_taken_back_or_not_finished_nothing_of_it_stays(services: Services, half: Upload) -> None:
    look(services, half)
    services.receiver.remove(half.id, half.tip_id)
    assert seen(services, half) == []
    assert kept(services, half) == []


def test_a_file_that_is_refused_in_the_end_leaves_no_picture(
    services: Services, half: Upload, film: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(services, half)
    assert kept(services, half)
    from tipline.domain import kinds

    monkeypatch.setattr(kinds, "classify", lambda *_: kinds.Verdict("other", "media:script"))
    with pytest.raises(TiplineError) as fault:
        services.receiver.append(half.id, half.tip_id, len(film) * 2 // 3, [film[len(film) * 2 // 3 :]])
    assert fault.value.code == "evidence:refused"
    assert seen(services, half) == []
    assert kept(services, half) == []


def test_of_a_report_that_was_taken_back_what_was_seen_is_swept(services: Services, half: Upload) -> None:
    look(services, half)
    with services.database.transaction() as tx:
        tip = tx.get_one(Tip, half.tip_id)
        withdrawing.withdraw(tx, reporter(tip.reference), tip)
    sweep.forget_withdrawn(services)
    assert seen(services, half) == []
    assert kept(services, half) == []
    assert look(services, half).state == "done"
    assert kept(services, half) == []


def test_an_upload_that_ends_during_the_look_keeps_nothing_of_it(
    services: Services, half: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = services.store.put

    def ends_first(key: str, *arguments: Any, **more: Any) -> Any:
        answer = put(key, *arguments, **more)
        if key.endswith("-320.webp"):
            with services.database.transaction() as tx:
                uploads.close(tx, half, "removed")
                tx.get_one(Evidence, half.evidence_id).state = "expired"
        return answer

    monkeypatch.setattr(services.store, "put", ends_first)
    assert look(services, half).state == "done"
    assert seen(services, half) == []
    assert kept(services, half) == []


def test_bytes_under_a_checksum_that_was_not_compared_are_not_shown(
    services: Services, tip: Tip, film: bytes
) -> None:
    upload = services.receiver.begin(tip.id, Announced(len(film), "cam1.mp4"))
    with pytest.raises(TiplineError) as fault:
        services.receiver.append(
            upload.id, tip.id, 0, [film[: len(film) // 2]], checksum=Checksum("sha256", bytes(32))
        )
    assert fault.value.code == "upload:checksum-mismatch"
    look(services, upload)
    assert kept(services, upload) == []


HOSTILE = [
    b"\x00\x00\x00\x18ftypisom" + bytes(12) + b"\xff" * 400_000,
    b"\x1aE\xdf\xa3" + bytes(range(256)) * 1500,
    b"\x00\x00\x01\xba" * 100_000,
]


def test_streams_that_lie_cost_a_glance_and_the_next_look_works(
    services: Services, tip: Tip, film: bytes
) -> None:
    for hostile in HOSTILE:
        upload = coming(services, tip, hostile, len(hostile) - 1)
        assert look(services, upload).state == "done"
        assert kept(services, upload) == []
    good = coming(services, tip, film, len(film) // 2)
    look(services, good)
    assert seen(services, good)


def test_without_the_wall_nothing_is_looked_at(
    services: Services, half: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workers.childprocess import Child, Ended
    from workers.media import wire

    def refused(_child: Child, take: Callable[[wire.Message], None], *_: Any) -> Ended:
        take(wire.Message("refused", {"code": codes.NO_SANDBOX}))
        return Ended("done", 0, "")

    monkeypatch.setattr(Child, "converse", refused)
    assert look(services, half).state == "done"
    assert seen(services, half) == []


def test_a_worker_that_died_of_a_glance_leaves_no_dead_job(services: Services, half: Upload) -> None:
    with services.database.transaction() as tx:
        job = outbox.add(tx, SilentBell(), begun.KIND, half.evidence_id)
        job.state, job.attempt = "running", outbox.MAX_ATTEMPTS
        job.lease_until = job.rung_at = job.created_at - 2 * outbox.LEASE
    sweep.ring_stuck(services)
    with services.database.reading() as tx:
        assert tx.get_one(Outbox, job.id).state == "done"
        assert tx.scalar(select(Evidence.state).where(Evidence.id == half.evidence_id)) == "uploading"


def test_the_child_is_handed_the_two_files_and_nothing_else(
    services: Services, tip: Tip, films: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    from workers.childprocess import Child

    passed: list[set[Path]] = []
    begin = Child.__enter__

    def listen(child: Child) -> Child:
        passed.append({Path(f"/proc/self/fd/{one}").resolve() for one in child._passed})  # noqa: SLF001
        return begin(child)

    monkeypatch.setattr(Child, "__enter__", listen)
    film = films["last"]
    upload = coming(services, tip, film, len(film) // 2)
    assert isinstance(services.store, Growing)
    services.store.keep_tail(upload.session, io.BytesIO(film[film.rindex(b"moov") - 4 :]), len(film))
    look(services, upload)
    tail = services.store.find_tail(upload.session)
    assert passed == [{services.store.growing_path(upload.session), tail}]


def test_a_film_at_which_the_child_had_to_be_ended_is_not_looked_at_again(
    services: Services, half: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workers.childprocess import Child, Ended

    with services.database.reading() as tx:
        assert begun.is_wanted(tx, half.evidence_id) is True
    monkeypatch.setattr(Child, "converse", lambda *_: Ended("timeout", None, ""))
    job = look(services, half)
    assert (job.state, job.failure) == ("done", codes.TIMEOUT)
    with services.database.reading() as tx:
        assert begun.is_wanted(tx, half.evidence_id) is None
        assert outbox.list_dead(tx) == []
