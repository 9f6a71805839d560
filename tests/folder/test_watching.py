"""The drop folder: what is taken, what is passed over, and that nothing is taken twice or in halves."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from tests.web.reporting import PLAYLIST, film, sha256
from tipline.domain import custody, evidence, messages, taken, tips, uploads
from tipline.domain.actors import SYSTEM
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.folder import reading, scan
from tipline.folder import watch as watching_module
from tipline.folder.taking import About, Taker
from tipline.folder.watch import Options, Watch
from tipline.services import Services

FILM = film(300_000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "投放"
    made.mkdir()
    return made


@pytest.fixture
def watch(services: Services, folder: Path) -> Callable[..., list[str]]:
    """`watch()`: one watch over the folder from its start to its end; the lines it said."""

    def run(*, settle_s: float = 0, move_done: Path | None = None, **about: Any) -> list[str]:
        said: list[str] = []
        options = Options(folder, About(**{"category": "footage", **about}), settle_s, move_done)
        Watch(services, options, said.append).once()
        return said

    return run


def put(path: Path, data: bytes = FILM) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def all_tips(services: Services) -> list[Tip]:
    with services.database.reading() as tx:
        found = [tips.find_tip(tx, f"T-{1000 + number}") for number in range(1, 20)]
    return [one for one in found if one]


def files_of(services: Services, tip: Tip) -> list[Evidence]:
    with services.database.reading() as tx:
        return evidence.list_of_tip(tx, tip)


def snapshot(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.stat().st_mode, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_files_of_one_stick_make_one_tip_and_the_stick_stays_as_it_was(
    services: Services, folder: Path, watch: Callable[..., list[str]], beat: str
) -> None:
    put(folder / "U盘一" / "DCIM" / "cam1.mp4")
    put(folder / "U盘一" / "cam2.dav", b"DHAV" + FILM)
    put(folder / "U盘二" / "cam1.mp4", FILM + b"x")
    before = snapshot(folder)

    said = watch(place="幸福超市", beat=beat)

    first, second = all_tips(services)
    for tip in (first, second):
        assert (tip.state, tip.door, tip.place, tip.beat) == ("received", "folder", "幸福超市", beat)
        assert tip.ack_due_at
    assert {(one.filename, one.sha256) for one in files_of(services, first)} == {
        ("cam1.mp4", sha256(FILM)), ("cam2.dav", sha256(b"DHAV" + FILM)),
    }  # fmt: skip
    assert [one.sha256 for one in files_of(services, second)] == [sha256(FILM + b"x")]
    with services.database.reading() as tx:
        entries = custody.list_of(tx, tip=first.reference)
        assert {one.actor for one in entries} == {"system:folder"}
        assert [one.text for one in messages.list_all(tx, first)] == ["取自投放文件夹：U盘一"]
        assert messages.list_public(tx, first) == []
    assert len([line for line in said if line.startswith("已取入")]) == 3
    assert said[-1] == "取入 3 个，已有 0 个，未接收 0 个，等待 0 个。"
    assert snapshot(folder) == before


def test_the_desk_sees_a_stick_with_its_first_file(services: Services, folder: Path) -> None:
    put(folder / "stick" / "cam1.mp4")
    put(folder / "stick" / "cam2.mp4", FILM + b"2")
    seen: list[tuple[str, int]] = []

    def say(line: str) -> None:
        if line.startswith("已取入"):
            (tip,) = all_tips(services)
            seen.append((tip.state, len(files_of(services, tip))))

    Watch(services, Options(folder, About("footage"), 0), say).once()

    assert seen == [("received", 1), ("received", 2)]


def test_a_second_start_takes_nothing_twice_and_a_changed_file_anew(
    services: Services, folder: Path, watch: Callable[..., list[str]]
) -> None:
    path = put(folder / "stick" / "cam1.mp4")
    put(folder / "stick" / "list.mp4", PLAYLIST)
    watch()
    said = watch()
    assert said[-1] == "取入 0 个，已有 1 个，未接收 1 个，等待 0 个。"
    (tip,) = all_tips(services)
    assert len(files_of(services, tip)) == 1

    put(path, FILM + b"more")
    assert watch()[-1] == "取入 1 个，已有 0 个，未接收 1 个，等待 0 个。"
    assert [one.sha256 for one in files_of(services, tip)] == [sha256(FILM), sha256(FILM + b"more")]
    assert len(all_tips(services)) == 1


def test_what_comes_much_later_into_the_same_folder_is_another_tip(
    services: Services, folder: Path, watch: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder / "stick" / "monday.mp4")
    watch()
    monkeypatch.setattr(taken, "SAME_VISIT", -taken.SAME_VISIT)
    put(folder / "stick" / "friday.mp4", FILM + b"x")
    watch()
    assert [len(files_of(services, tip)) for tip in all_tips(services)] == [1, 1]


@pytest.mark.parametrize(("name", "data", "words"), [
    ("list.mp4", PLAYLIST, "这不是录像"),
    ("virus.mp4", b"MZ" + bytes(500), "这不是录像"),
    ("empty.mp4", b"", "空的"),
])  # fmt: skip
def test_what_is_no_footage_is_refused_with_its_sentence_and_makes_no_tip_of_its_own(
    services: Services, folder: Path, watch: Callable[..., list[str]], name: str, data: bytes, words: str
) -> None:
    put(folder / "stick" / name, data)
    said = watch()
    assert said[0].startswith(f"未接收  stick/{name}：")
    assert words in said[0]
    assert [one.state for one in all_tips(services)] == ["draft"]


def test_links_devices_and_what_systems_leave_on_a_stick_are_passed_over(
    services: Services, folder: Path, watch: Callable[..., list[str]], tmp_path: Path
) -> None:
    secret = put(tmp_path / "secret.mp4")
    put(folder / "stick" / "cam1.mp4")
    for name in (".Trashes/a.mp4", "System Volume Information/b.mp4", "$RECYCLE.BIN/c.mp4", "Thumbs.db",
                 ".hidden.mp4", "~$note.docx", "copying.mp4.part", "DESKTOP.INI"):  # fmt: skip
        put(folder / "stick" / name, FILM)
    (folder / "stick" / "link.mp4").symlink_to(secret)
    (folder / "elsewhere").symlink_to(tmp_path, target_is_directory=True)
    os.mkfifo(folder / "stick" / "pipe.mp4")

    assert watch()[-1] == "取入 1 个，已有 0 个，未接收 0 个，等待 0 个。"
    (tip,) = all_tips(services)
    assert [one.filename for one in files_of(services, tip)] == ["cam1.mp4"]


def test_names_are_data(services: Services, folder: Path, watch: Callable[..., list[str]]) -> None:
    hostile = [b"a\x1b[31mred.mp4", b"\xff\xfe.mp4", "\u202egpj.mp4".encode(), b"-rf *.mp4", b"%(name)s.mp4"]
    for number, name in enumerate(hostile):
        with open(os.path.join(os.fsencode(folder), name), "wb") as file:
            file.write(FILM + bytes([number]))
    said = "\n".join(watch())

    assert "取入 5 个" in said
    assert "\x1b" not in said
    assert "\u202e" not in said
    said.encode()
    (tip,) = all_tips(services)
    assert len({one.sha256 for one in files_of(services, tip)}) == 5


def test_a_file_that_still_grows_waits_and_one_that_is_held_open_too(
    services: Services, folder: Path, watch: Callable[..., list[str]]
) -> None:
    path = put(folder / "cam1.mp4")
    with path.open("ab") as recorder:
        recorder.write(b"more")
        recorder.flush()
        assert watch()[-1] == "取入 0 个，已有 0 个，未接收 0 个，等待 1 个。"
        assert [one for one in all_tips(services) if one.state != "draft"] == []
    assert watch()[-1] == "取入 1 个，已有 0 个，未接收 0 个，等待 0 个。"


def test_a_file_counts_as_whole_only_after_it_stood_still(services: Services, folder: Path) -> None:
    said: list[str] = []
    path = put(folder / "cam1.mp4")
    watching = Watch(services, Options(folder, About("footage"), 3600), said.append)
    watching.look()
    os.utime(path, ns=(1, 1))
    watching.look()
    assert said == []
    assert all_tips(services) == []


def test_a_file_that_changes_while_it_is_read_leaves_nothing_behind(
    services: Services, folder: Path, watch: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(folder / "cam1.mp4", film(3 * reading.PIECE))
    real, moments = os.read, count(5)

    def read(file: int, size: int) -> bytes:
        if size == reading.PIECE:
            moment = next(moments)
            os.utime(path, ns=(moment, moment))
        return real(file, size)

    with monkeypatch.context() as patched:
        patched.setattr(os, "read", read)
        assert watch()[-1] == "取入 0 个，已有 0 个，未接收 0 个，等待 1 个。"
    with services.database.reading() as tx:
        assert uploads.unfinished(tx, all_tips(services)[0]) == {}
    assert watch()[-1].startswith("取入 1 个")
    (tip,) = all_tips(services)
    assert [one.sha256 for one in files_of(services, tip)] == [sha256(path.read_bytes())]


@pytest.mark.parametrize("piece", [1, 2, 3])
def test_whoever_dies_in_the_middle_is_gone_on_with_and_nothing_is_doubled(
    services: Services, folder: Path, watch: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch,
    piece: int,
) -> None:  # fmt: skip
    path = put(folder / "stick" / "cam1.mp4", film(3 * reading.PIECE + 17))
    sent: list[int] = []
    real = reading.pieces

    class Killed(BaseException):
        pass

    def dying(file: int, seen: Any, offset: int, is_stopped: Any) -> Any:
        for number, data in enumerate(real(file, seen, offset, is_stopped), 1):
            if number > piece:
                raise Killed
            yield data

    with monkeypatch.context() as patched:
        patched.setattr(reading, "pieces", dying)
        with pytest.raises(Killed):
            watch()
    (tip,) = all_tips(services)
    assert tip.state == "draft"

    def counting(file: int, seen: Any, offset: int, is_stopped: Any) -> Any:
        sent.append(offset)
        yield from real(file, seen, offset, is_stopped)

    monkeypatch.setattr(reading, "pieces", counting)
    watch()
    (tip,) = all_tips(services)
    assert sent == [piece * reading.PIECE]
    assert [(one.sha256, one.state) for one in files_of(services, tip)] == [
        (sha256(path.read_bytes()), "received")
    ]
    assert tip.state == "received"


@pytest.mark.parametrize("name", ["begin_upload", "settle"])
def test_whoever_dies_between_two_notes_loses_and_doubles_nothing(
    services: Services, folder: Path, watch: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:  # fmt: skip
    put(folder / "cam1.mp4")

    class Killed(BaseException):
        pass

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(taken, name, die)
        with pytest.raises(Killed):
            watch()
    watch()
    (tip,) = all_tips(services)
    assert (tip.state, [one.sha256 for one in files_of(services, tip)]) == ("received", [sha256(FILM)])
    with services.database.reading() as tx:
        assert uploads.unfinished(tx, tip) == {}


def test_a_stick_with_more_files_than_a_tip_takes_becomes_several(
    services: Services, folder: Path, watch: Callable[..., list[str]]
) -> None:
    services.receiver.limits = services.receiver.limits._replace(tip_files=2)
    for number in range(5):
        put(folder / "stick" / f"cam{number}.mp4", FILM + bytes([number]))
    watch()
    found = all_tips(services)
    assert [len(files_of(services, tip)) for tip in found] == [2, 2, 1]
    assert {tip.state for tip in found} == {"received"}


def test_a_large_folder_is_taken_whole_in_several_rounds(
    services: Services, folder: Path, watch: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching_module, "MOST_A_ROUND", 2)
    for number in range(7):
        put(folder / "stick" / f"cam{number}.mp4", FILM + bytes([number]))
    said = watch(settle_s=0.01)
    assert said[-1] == "取入 7 个，已有 0 个，未接收 0 个，等待 0 个。"
    assert len(said) == 8


def test_no_room_is_no_end_it_is_tried_again(
    services: Services, folder: Path, watch: Callable[..., list[str]]
) -> None:
    put(folder / "cam1.mp4")
    enough = services.receiver.limits
    services.receiver.limits = enough._replace(free_bytes=2**60)
    said = watch()
    assert said[0].startswith("等待    cam1.mp4：")
    assert said[-1].endswith("等待 1 个。")
    services.receiver.limits = enough
    assert watch()[-1].startswith("取入 1 个")


def test_a_tip_that_was_closed_meanwhile_takes_no_more(
    services: Services, folder: Path, watch: Callable[..., list[str]]
) -> None:
    put(folder / "stick" / "a.mp4")
    watch()
    with services.database.transaction() as tx:
        tips.move(tx, SYSTEM, tips.read_tip(tx, "T-1001"), "closed")
    put(folder / "stick" / "b.mp4", FILM + b"b")
    watch()
    assert [(one.state, len(files_of(services, one))) for one in all_tips(services)] == [
        ("closed", 1), ("received", 1),
    ]  # fmt: skip


def test_only_what_is_in_custody_is_moved_and_nothing_is_written_over(
    services: Services, folder: Path, watch: Callable[..., list[str]], tmp_path: Path
) -> None:
    done = folder / "done"
    put(folder / "stick" / "cam1.mp4")
    put(folder / "stick" / "list.mp4", PLAYLIST)
    watch(move_done=done)
    put(folder / "stick" / "cam1.mp4", FILM + b"x")
    watch(move_done=done)

    assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == [
        "cam1 (2).mp4", "cam1.mp4", "list.mp4",
    ]  # fmt: skip
    assert (done / "stick" / "cam1.mp4").read_bytes() == FILM
    assert not (folder / "stick" / "cam1.mp4").exists()


def test_a_folder_that_is_pulled_out_is_waited_for(services: Services, folder: Path) -> None:
    said: list[str] = []
    watching = Watch(services, Options(folder, About("footage"), 0), said.append)
    folder.rename(folder.with_name("away"))
    watching.look()
    watching.look()
    folder.with_name("away").rename(folder)
    put(folder / "cam1.mp4")
    watching.look()
    assert len(said) == 2
    assert "会一直重试" in said[0]
    assert said[1].startswith("已取入")


def test_depth_and_number_are_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = folder.joinpath(*(["d"] * (scan.DEEPEST + 2)))
    put(deep / "too-deep.mp4")
    put(folder / "a.mp4")
    put(folder / "b.mp4")
    found = [os.path.basename(one.found.path) for one in scan.files(os.fsencode(folder))]
    assert found == [b"a.mp4", b"b.mp4"]
    monkeypatch.setattr(scan, "MOST_ENTRIES", 2)
    with pytest.raises(scan.TooMany):
        list(scan.files(os.fsencode(folder)))


def test_another_file_in_the_place_of_the_first_is_not_read(services: Services, folder: Path) -> None:
    path = put(folder / "cam1.mp4")
    (seen,) = scan.files(os.fsencode(folder))
    secret = put(folder.parent / "secret.mp4")
    path.unlink()
    path.symlink_to(secret)
    with pytest.raises((reading.Changed, OSError)):
        Taker(services, About("footage"), lambda: False).take(seen)
    path.unlink()
    os.link(secret, path)
    os.utime(path, ns=(seen.found.mtime_ns, seen.found.mtime_ns))
    with pytest.raises(reading.Changed):
        Taker(services, About("footage"), lambda: False).take(seen)


def test_what_the_receiver_cannot_do_now_is_not_the_files_fault(
    services: Services, folder: Path, watch: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder / "cam1.mp4")

    def away(*_: Any, **__: Any) -> Any:
        raise TiplineError("service:store-down")

    with monkeypatch.context() as patched:
        patched.setattr(services.receiver, "append", away)
        assert watch()[-1].endswith("等待 1 个。")
    assert watch()[-1].startswith("取入 1 个")


def test_a_file_that_is_more_than_a_whole_tip_takes_is_refused_and_not_waited_for(
    services: Services, folder: Path, watch: Callable[..., list[str]]
) -> None:
    services.receiver.limits = services.receiver.limits._replace(tip_bytes=len(FILM) - 1)
    put(folder / "cam1.mp4")
    said = watch()
    assert said[0].startswith("未接收")
    assert said[-1].endswith("未接收 1 个，等待 0 个。")


def test_a_database_that_is_away_is_waited_for_from_the_first_round_on(
    services: Services, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    watching = Watch(services, Options(folder, About("footage"), 0), said.append)
    put(folder / "cam1.mp4")

    def away(*_: Any, **__: Any) -> Any:
        raise OperationalError("", {}, Exception())

    with monkeypatch.context() as patched:
        patched.setattr(services.database, "transaction", away)
        assert watching.look(is_first=True) is False
        with pytest.raises(OperationalError):
            watching.once()
    assert watching.look(is_first=True) is True
    assert said[0].startswith("已取入")


def test_what_has_gone_from_the_folder_is_not_remembered(services: Services, folder: Path) -> None:
    watching = Watch(services, Options(folder, About("footage"), 0), lambda _: None)
    path = put(folder / "cam1.mp4")
    watching.look()
    assert len(watching._over) == 1
    path.unlink()
    watching.look()
    assert watching._over == {}
