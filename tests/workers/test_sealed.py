"""Files that lie sealed are looked at as all others, and nothing plain of them is written down for it."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from storage import Growing, KeyDestroyed, keys, seal_store
from storage.cipher import sealed
from storage.local import LocalStore
from storage.memory import MemoryStore
from tests import footage
from tipline.bell import SilentBell
from tipline.domain import live as begun
from tipline.domain import outbox, renditions
from tipline.domain.evidence import DERIVE, Evidence
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced
from tipline.services import Services, build
from workers import live, local, pipeline, sandbox
from workers.media import plain


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    return environment | {"TIPLINE_ENCRYPT": "1"}


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("film") / "cam1.mp4"
    footage.cctv_clip(path, seconds=4, size=(320, 180), index_first=True)
    return path.read_bytes()


@pytest.fixture(params=["a disk", "a store elsewhere"])
def station(request: pytest.FixtureRequest, services: Services, bell: SilentBell) -> Services:
    if request.param == "a disk":
        return services
    return build(services.settings, store=MemoryStore(), bell=bell)


def written_plain(folder: Path, film: bytes) -> list[str]:
    """Files that hold a stretch of the film as it is."""
    stretch = film[len(film) // 2 :][:64]
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if stretch in path.read_bytes()]


def test_a_sealed_film_is_examined_and_no_plain_copy_is_made(
    station: Services, bell: SilentBell, tip: Tip, film: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = station.receiver.begin(tip.id, Announced(len(film), "cam1.mp4"))
    station.receiver.append(upload.id, tip.id, 0, [film])
    found: list[list[str]] = []
    ask = sandbox.ask

    def listen(*given: Any, **more: Any) -> sandbox.Answer:
        answer = ask(*given, **more)
        found.append(written_plain(station.settings.data, film))
        return answer

    monkeypatch.setattr(sandbox, "ask", listen)
    pipeline.derive(station, [number for kind, number in bell.rung if kind == DERIVE][-1])

    with station.database.reading() as tx:
        row = tx.get_one(Evidence, upload.evidence_id)
        pictures = renditions.list_of(tx, row.id, renditions.KEYFRAME)
    assert row.failure is None
    assert row.kind == "video"
    assert pictures
    assert found == [[]]
    lies = station.store.bare.open(keys.sealed(pictures[0].key))  # type: ignore[attr-defined]
    with lies, station.store.open(pictures[0].key) as reader:
        assert reader.read(2) == b"\xff\xd8"
        assert b"\xff\xd8\xff" not in lies.read(200)


def test_a_film_that_still_comes_is_seen_sealed_with_its_end_sent_ahead(
    services: Services, tip: Tip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "IDLE_S", 0.5)
    footage.cctv_clip(tmp_path / "last.mp4", seconds=10, size=(320, 180))
    film = (tmp_path / "last.mp4").read_bytes()
    upload = services.receiver.begin(tip.id, Announced(len(film), "cam1.mp4"))
    services.receiver.append(upload.id, tip.id, 0, [film[: len(film) // 3]])
    end = film[film.rindex(b"moov") - 4 :]
    assert isinstance(services.store, Growing)
    services.store.keep_tail(upload.session, io.BytesIO(end), len(end))
    with services.database.transaction() as tx:
        job = outbox.add(tx, SilentBell(), begun.KIND, upload.evidence_id)
    live.look(services, job.id)

    with services.database.reading() as tx:
        assert renditions.list_of(tx, upload.evidence_id)
    assert written_plain(services.settings.data, film) == []


def test_bytes_that_were_changed_are_noticed_before_anything_is_decoded(
    services: Services, bell: SilentBell, tip: Tip, film: bytes, add_file: Callable[..., Evidence]
) -> None:
    evidence = add_file(tip, film, "cam1.mp4")
    bare = services.store.bare  # type: ignore[attr-defined]
    assert isinstance(bare, LocalStore)
    path = bare.path_of(keys.sealed(evidence.key))
    path.chmod(0o640)
    with path.open("r+b") as file:
        file.seek(5000)
        file.write(b"\x00")
    pipeline.derive(services, [number for kind, number in bell.rung if kind == DERIVE][-1])

    with services.database.reading() as tx:
        row = tx.get_one(Evidence, evidence.id)
        assert row.failure == "evidence:altered"
        assert not renditions.list_of(tx, row.id)


def test_a_program_that_knows_no_seals_gets_the_plain_bytes_without_a_name(
    services: Services, tip: Tip, film: bytes, add_file: Callable[..., Evidence], tmp_path: Path
) -> None:
    folder = local.scratch(tmp_path)
    evidence = add_file(tip, film, "cam1.mp4")
    with local.file_of(services.store, evidence.key, folder, lambda: None) as file:
        assert file.seal
        assert file.head(100) == film[:100]
        assert file.sha256 == evidence.sha256
        with file.opened(folder) as opened:
            assert opened.read() == film
            assert list(folder.iterdir()) == []


def test_a_child_reads_any_place_of_a_sealed_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "_seals", {})
    data = os.urandom(5000)
    seal, header = sealed(b"k" * 32, "0" * 32, b"s" * 16)
    path = tmp_path / "input"
    path.write_bytes(header + bytes(seal.stream().turned(data)))
    with path.open("rb") as file:
        number = file.fileno()
        plain.unseal(number, sandbox.passed_on(seal))
        assert plain.size_of(number) == 5000
        for at in (0, 1, 15, 16, 17, 4090, 4999, 5000, 6000):
            assert plain.pread(number, 33, at) == data[at : at + 33]
        with plain.reader(number) as reader:
            assert reader.seek(-10, os.SEEK_END) == 4990
            assert reader.read() == data[4990:]
            assert reader.seek(7) == 7
            assert reader.read(4) == data[7:11]
            assert reader.tell() == 11


def test_a_copy_of_the_store_from_before_an_erasure_opens_no_more_after_it(
    services: Services, tip: Tip, film: bytes, add_file: Callable[..., Evidence], tmp_path: Path
) -> None:
    evidence = add_file(tip, film, "cam1.mp4")
    copy = tmp_path / "stolen"
    shutil.copytree(services.settings.data / "store", copy)
    with services.database.transaction() as tx:
        name = tx.get_one(Tip, tip.id).vault
    assert name
    services.vaults.destroy(name)
    old = seal_store(LocalStore(copy), services.store.keyring, lambda key: name)  # type: ignore[attr-defined]

    assert old.stat(evidence.key).size == len(film)
    with pytest.raises(KeyDestroyed):
        old.open(evidence.key)
