"""A package from asking to a file that anybody can check; and all that may happen on the way."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

import storage
from storage import keys
from tests.verifier import made
from tests.workers.packing.conftest import Pack, again, job_of, saved
from tipline.domain import custody, links, packages
from tipline.domain.accounts import Account
from tipline.domain.cases import Case
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced
from tipline.services import Services
from tipline.verifier import checking
from workers import nightly
from workers.packing import job, report

TREE = {
    "bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "signature.json",
    "data/README.txt", "data/verify.py", "data/report.pdf", "data/keys/tipline-keys.json",
    "data/custody/entries.jsonl", "data/custody/proofs.jsonl", "data/custody/checkpoint.txt",
    "data/metadata/case.json", "data/metadata/tips.json", "data/metadata/evidence.json",
    "data/metadata/missing.json", "data/metadata/evidence/1-1.json", "data/metadata/evidence/1-2.json",
    "data/metadata/evidence/2-1.json",
    "data/originals/1-1.mp4", "data/originals/1-2_passwd.bin", "data/originals/2-1_CON.bin",
}  # fmt: skip


def _unpack(path: Path, folder: Path, how: str) -> Path:
    """With a tool that others use; the folder is empty before."""
    folder.mkdir()
    if how == "zipfile":
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder)  # noqa: S202 - that its names are harmless is what is being tested
    elif how == "unzip":
        subprocess.run(["unzip", "-q", path, "-d", folder], check=True, timeout=60)
    else:
        command = [sys.executable, "-m", "zipfile", "-e", str(path), str(folder)]
        subprocess.run(command, check=True, timeout=60)
    (base,) = folder.iterdir()  # one thing, as RFC 8493 wants it
    return base


def check_with_the_stock_validator(folder: Path) -> None:
    """The Library of Congress's program, in its own process: it is older than our rules for warnings."""
    command = [sys.executable, "-W", "ignore", "-m", "bagit", "--validate", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_a_package_is_what_three_tools_a_stock_validator_and_our_check_say_it_is(
    services: Services, linked: list[Tip], pack: Pack, tmp_path: Path
) -> None:
    row = pack()
    path = saved(services, row, tmp_path)

    assert row.state == "done", row.failure
    assert checking.check(str(path)).faults == []
    assert storage.sha256_of(io.BytesIO(path.read_bytes())) == row.sha256
    for how in ("zipfile", "unzip", "python -m zipfile"):
        folder = _unpack(path, tmp_path / how.replace(" ", ""), how)
        files = [one for one in folder.rglob("*") if one.is_file()]
        assert {one.relative_to(folder).as_posix() for one in files} == TREE
        assert not any(one.is_symlink() for one in folder.rglob("*"))
        assert checking.check(str(folder)).faults == []
    check_with_the_stock_validator(folder)
    assert list(tmp_path.parent.glob("passwd*")) == []


def test_the_program_inside_needs_nothing_but_python(
    services: Services, linked: list[Tip], pack: Pack, tmp_path: Path
) -> None:
    path = saved(services, pack("originals"), tmp_path)
    with made.Inside(path) as archive:
        (tmp_path / "verify.py").write_bytes(archive.read("data/verify.py"))
    run = [sys.executable, "-I", "-S", "-E", str(tmp_path / "verify.py")]
    whole = subprocess.run([*run, str(path)], capture_output=True, cwd="/", env={}, timeout=60, check=False)
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.write_bytes(data)
    flipped = subprocess.run([*run, str(path)], capture_output=True, cwd="/", env={}, timeout=60, check=False)

    assert whole.returncode == 0, whole.stdout
    assert flipped.returncode == 1
    assert b"Do not rely on it" in flipped.stdout


def test_names_and_times_of_reporters_stand_in_the_metadata_alone(
    services: Services, linked: list[Tip], pack: Pack, tmp_path: Path
) -> None:
    path = saved(services, pack("originals"), tmp_path)

    with made.Inside(path) as archive:
        listed = json.loads(archive.read("data/metadata/evidence.json"))["items"]
        tips = json.loads(archive.read("data/metadata/tips.json"))["items"]
        entries = [json.loads(one) for one in archive.read("data/custody/entries.jsonl").splitlines()]
    assert [one["filename"] for one in listed] == ["门口 监控.MP4", "passwd", "CON.html"]
    assert listed[2]["received_at"].endswith(":00:00.000000Z")
    assert not listed[0]["received_at"].endswith(":00:00.000000Z")
    assert tips[1]["link"]["reason"] == "同一嫌疑人"
    reporters = {one["action"] for one in entries if one["actor"] == f"reporter:{linked[1].reference}"}
    assert reporters == {"evidence:receive"}
    assert not any(one["action"].startswith("contact:") for one in entries)


def test_an_original_that_was_swapped_in_the_store_is_never_passed_as_genuine(
    services: Services, linked: list[Tip], pack: Pack, tmp_path: Path
) -> None:
    with services.database.reading() as tx:
        entry = custody.list_of(tx, tip=linked[0].reference, actions=["evidence:receive"])[0]
    key = keys.original(entry.subject.partition(":")[2])
    services.store.delete(key)
    services.store.put(key, b"\0" * 3000 + b"two")

    row = pack("originals")
    path = saved(services, row, tmp_path)

    assert row.made["altered"] == ["1-1"]
    found = checking.check(str(path))
    assert [one.code for one in found.faults] == ["original-altered"]
    assert "1-1" in found.faults[0].english
    assert "1-1" in found.faults[0].chinese
    with made.Inside(path) as archive:
        assert "不得作为原件使用" in archive.read("data/originals/1-1.mp4.ALTERED.txt").decode()
        assert b"Tipline-Altered: 1-1\n" in archive.read("bag-info.txt")


def test_an_original_that_is_gone_is_told_and_the_rest_goes_along(
    services: Services, linked: list[Tip], pack: Pack, tmp_path: Path
) -> None:
    with services.database.reading() as tx:
        entry = custody.list_of(tx, tip=linked[0].reference, actions=["evidence:receive"])[1]
    services.store.delete(keys.original(entry.subject.partition(":")[2]))

    row = pack("originals")

    assert row.made["lost"] == ["1-2"]
    assert checking.check(str(saved(services, row, tmp_path))).faults == []


def test_what_still_arrives_is_listed_as_missing(
    services: Services, linked: list[Tip], pack: Pack, tmp_path: Path
) -> None:
    services.receiver.begin(linked[0].id, Announced(10_000, "late.mp4"))

    row = pack("originals")

    with made.Inside(saved(services, row, tmp_path)) as archive:
        missing = json.loads(archive.read("data/metadata/missing.json"))
    assert [one["filename"] for one in missing["items"]] == ["late.mp4"]
    assert missing["snapshot"] == row.head
    assert row.made["missing"] == 1


def test_a_package_never_tells_of_cases_that_are_not_its_own(
    services: Services, linked: list[Tip], pack: Pack, people: dict[str, Account], tmp_path: Path
) -> None:
    with services.database.transaction() as tx:
        from tipline.domain import cases

        other = cases.open_case(tx, people["supervisor"].actor, "保密", year=2026)
        links.link(tx, people["supervisor"].actor, other, tx.get_one(Tip, linked[0].id), "也有关")

    path = saved(services, pack("originals"), tmp_path)

    assert other.number.encode() + b'"' not in path.read_bytes()


def test_a_worker_that_died_is_followed_by_one_that_begins_anew(
    services: Services, linked: list[Tip], pack: Pack, tmp_path: Path
) -> None:
    row = pack("originals", run=False)
    services.store.append(services.store.begin(row.key), 0, [b"half of it"])
    services.store.put(row.key, b"whole, but nobody noted it down")

    job.work(services, job_of(services, row).id)

    assert again(services, row).state == "done"
    assert checking.check(str(saved(services, again(services, row), tmp_path))).faults == []
    from tipline.domain import clock

    assert [one for one in services.store.list_sessions(clock.now()) if one.key == row.key] == []


def test_one_that_is_stopped_while_it_is_made_leaves_nothing(
    services: Services, linked: list[Tip], pack: Pack, people: dict[str, Account],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    row = pack("originals", run=False)
    begin_anew = job.files.begin_anew

    def stopped_meanwhile(services: Services, package_id: str) -> None:
        begin_anew(services, package_id)
        with services.database.transaction() as tx:
            mine = tx.get_one(packages.Package, package_id)
            if mine.state == "running":
                packages.remove(tx, people["investigator"].actor, mine)

    monkeypatch.setattr(job.files, "begin_anew", stopped_meanwhile)
    job.work(services, job_of(services, row).id)

    assert again(services, row).state == "removed"
    assert list(services.store.list(keys.PACKAGES)) == []
    assert job_of(services, row).state == "done"


def test_a_full_disk_is_told_before_a_byte_is_written(
    environment: dict[str, str], services: Services, linked: list[Tip], pack: Pack,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(type(services.store), "free_bytes", lambda _store: 1000)

    row = pack("originals")

    assert (row.state, row.failure) == ("failed", "package:no-room")
    assert list(services.store.list(keys.PACKAGES)) == []


def test_packages_expire_and_those_of_an_erased_tip_go(
    services: Services, linked: list[Tip], pack: Pack, people: dict[str, Account]
) -> None:
    from datetime import timedelta

    from tipline.domain import clock

    first, second = pack("originals"), pack("originals")
    with services.database.transaction() as tx:
        assert [one.id for one in packages.list_of_tip(tx, linked[0])] == [first.id, second.id]
        packages.drop_of_tip(tx, people["supervisor"].actor, linked[0])
    third = pack("originals")
    with services.database.transaction() as tx:
        tx.get_one(packages.Package, third.id).expires_at = clock.now() - timedelta(seconds=1)

    nightly.clear_packages(services)

    assert [again(services, one).state for one in (first, second, third)] == ["removed", "removed", "expired"]
    assert list(services.store.list(keys.PACKAGES)) == []


def test_covered_copies_instead_of_originals_take_no_uncovered_picture_along(
    services: Services, linked: list[Tip], pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages.packing, "covers_any", lambda *_given: True)
    row = pack("redacted")

    with made.Inside(saved(services, row, tmp_path)) as archive:
        names = archive.namelist()
    assert [one for one in names if one.startswith(("data/originals", "data/renditions"))] == []
    assert checking.check(str(saved(services, row, tmp_path))).faults == []


def test_acts_stand_in_the_log_and_the_report_is_kept_where_nothing_can_be_printed(
    services: Services, linked: list[Tip], pack: Pack, case: Case, monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:  # fmt: skip
    def no_printer(*_given: Any, **_more: Any) -> bytes:
        from tipline.errors import TiplineError

        raise TiplineError("print:failed")

    monkeypatch.setattr("tipline.printing.pdf", no_printer)
    row = pack("originals", "report")

    with services.database.reading() as tx:
        acts = custody.list_of(tx, subject=f"case:{case.number}")
    assert [one.action for one in acts if one.action.startswith("package:")] == [
        "package:ask",
        "package:make",
    ]
    assert acts[-1].facts()["sha256"] == row.sha256
    with made.Inside(saved(services, row, tmp_path)) as archive:
        assert "证据包" not in archive.read("data/report.html").decode()
        assert b"Evidence package" in archive.read("data/report.html")


def test_a_long_list_is_printed_in_parts_of_which_each_can_be_signed_alone(
    services: Services, linked: list[Tip], pack: Pack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    printed: list[str] = []
    monkeypatch.setattr("tipline.printing.pdf", lambda page, **_more: printed.append(page) or b"%PDF-")
    monkeypatch.setattr(report, "MOST_ROWS", 2)

    path = saved(services, pack("originals", "report"), tmp_path)

    assert checking.check(str(path)).faults == []
    with made.Inside(path) as archive:
        reports = [one for one in archive.namelist() if "report" in one]
    assert reports == ["data/report.pdf", "data/report-2.pdf"]
    first, second = printed
    assert "2 files: this one and report-2 to report-2" in first
    assert "How to check" in first
    assert "part 1 of 2" in first
    assert "Numbers 1-1 to 1-2, 2 of 3 files of case A-2026-1." in first
    assert "part 2 of 2" in second
    assert "Numbers 2-1 to 2-1, 1 of 3 files of case A-2026-1." in second
    assert "Holder (provider)" in second
    assert "Root of the log" not in second
    assert "../../etc" not in second


def test_entries_and_proofs_of_a_long_log_are_read_side_by_side(
    services: Services, linked: list[Tip], pack: Pack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = saved(services, pack("originals"), tmp_path)
    monkeypatch.setattr("tipline.verifier.reading.CHUNK", 256)

    assert checking.check(str(path)).faults == []


def test_sm3_stands_beside_sha256_where_the_station_wants_it(
    environment: dict[str, str], services: Services, linked: list[Tip], pack: Pack,
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    object.__setattr__(services.settings, "sm3", True)

    path = saved(services, pack("originals"), tmp_path)

    assert checking.check(str(path)).faults == []
    folder = _unpack(path, tmp_path / "bag", "zipfile")
    assert (folder / "manifest-sm3.txt").read_text().count("\n") > 10
    assert json.loads((folder / "data/metadata/evidence/1-1.json").read_text())["sm3"]
    check_with_the_stock_validator(folder)
