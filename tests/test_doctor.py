"""What the doctor says of a host that is well, and of each thing that is not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest
from sqlalchemy import delete

from storage.probing import Told
from tipline import doctor, keycheck, printing, staffing, storecheck
from tipline.bell import QueueBell
from tipline.doctor import State
from tipline.domain import clock, contact_keys, signatures
from tipline.domain.actors import SYSTEM
from tipline.domain.contact_keys import ContactKey
from tipline.services import Services
from tipline.settings import Settings, load
from workers import checkup


def test_a_line_for_each_thing_and_all_well_on_this_host(services: Services, settings: Settings) -> None:
    with services.database.transaction() as tx:
        # The station's key as a first start makes it: tests begin with one that the log does not know.
        tx.execute(delete(ContactKey))
        contact_keys.make(tx, services.key, SYSTEM)
    findings = {one.name: one for one in doctor.examine(replace(settings, locale="en"))}
    promised = {"settings", "database", "broker", "store", "sandbox", "decoders", "fonts", "disk"}
    assert promised <= set(findings)
    ill = [one for one in findings.values() if one.state is State.FAIL and one.name != "translations"]
    assert ill == []


def test_looking_at_a_fresh_machine_makes_no_database(tmp_path: Path) -> None:
    fresh = load({"TIPLINE_DATA": str(tmp_path / "var")})
    assert doctor.look_at_database(fresh).state is State.OK
    assert doctor.look_at_migrations(fresh).state is State.OK
    assert doctor.look_at_clock(fresh).state is State.OK
    assert not (tmp_path / "var").exists()


def test_a_misspelt_setting_is_a_fault(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIPLINE_PROT", "1")
    found = doctor.look_at_settings(settings)
    assert found.state is State.FAIL
    assert found.values["names"] == "TIPLINE_PROT"


def test_a_database_that_cannot_be_reached_is_a_fault(settings: Settings) -> None:
    away = replace(settings, database_url="postgresql+psycopg://x@127.0.0.1:9/none?connect_timeout=1")
    assert doctor.look_at_database(away).state is State.FAIL
    assert doctor.look_at_migrations(away).state is State.FAIL
    assert doctor.look_at_clock(away).state is State.OK


def test_a_database_of_an_older_shape_is_a_fault(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "old.db").touch()
    old = replace(settings, database_url=f"sqlite:///{tmp_path / 'old.db'}")
    found = doctor.look_at_migrations(old)
    assert found.state is State.FAIL
    assert "tipline migrate" in found.sentence
    others = {one.name: one.state for one in islice(doctor.examine(old), len(doctor.LOOKS))}
    assert {others[name] for name in ("keys", "encryption", "signature", "contacts", "log")} == {State.NOTE}


def test_a_broker_of_ones_own_must_answer_the_bundled_one_only_while_we_run(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = replace(settings, redis_url="redis://127.0.0.1:9/0")
    assert doctor.look_at_broker(named).state is State.FAIL
    assert doctor.look_at_broker(settings).state is State.OK
    monkeypatch.setattr(doctor, "is_running", lambda _settings: True)
    assert doctor.look_at_broker(settings).state is State.FAIL


def test_a_queue_that_nobody_works_on_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    named = replace(settings, redis_url="redis://127.0.0.1:9/0")
    assert staffing.examine(settings)[0] == "OK"  # not started yet
    assert staffing.examine(named)[0] == "FAIL"
    shared_out = {"media": ["first"], "soon": ["first"], "late": [], "desk": ["second"]}
    monkeypatch.setattr(QueueBell, "listening", lambda _: shared_out)
    assert staffing.examine(named)[0::2] == ("FAIL", {"queues": "late"})
    shared_out["late"] = ["second"]
    assert staffing.examine(named)[0::2] == ("OK", {"hosts": "first, second"})
    assert staffing.hosts(shared_out) == {"first": ["media", "soon"], "second": ["late", "desk"]}


def test_a_store_that_cannot_be_written_is_a_fault(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    blocked = replace(settings, store_url=f"file:{tmp_path / 'file' / 'store'}")
    assert doctor.look_at_store(blocked).state is State.FAIL
    assert doctor.look_at_store(settings).state is State.OK


def test_a_disk_below_the_reserve_is_a_fault(settings: Settings) -> None:
    assert doctor.look_at_disk(replace(settings, min_free_bytes=2**49)).state is State.FAIL
    assert doctor.look_at_disk(settings).state is State.OK


def test_pages_that_were_not_built_are_a_fault(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    assert doctor.look_at_pages(settings).state is State.FAIL
    built = tmp_path / "tipline" / "static" / "built"
    built.mkdir(parents=True)
    (built / "manifest.json").write_text(json.dumps(dict.fromkeys(doctor.NEEDED_BUILT, "x")))
    assert doctor.look_at_pages(settings).state is State.OK


def test_translations_older_than_their_text_are_a_fault(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    folder = tmp_path / "tipline" / "locales"
    folder.mkdir(parents=True)
    (folder / "messages.po").touch()
    assert doctor.look_at_translations(settings).state is State.FAIL
    (folder / "messages.mo").touch()
    assert doctor.look_at_translations(settings).state is State.OK


def test_a_pdf_in_chinese_is_made_to_see_whether_it_can_be(settings: Settings) -> None:
    found = doctor.look_at_fonts(settings)
    assert found.state is State.OK
    assert found.values["name"]


@pytest.mark.parametrize(("lacks_font", "package"), [(True, "fonts-"), (False, "libpango-1.0-0")])
def test_where_no_pdf_can_be_made_the_command_is_told_and_it_is_only_a_note(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, lacks_font: bool, package: str
) -> None:
    def fail() -> str:
        raise printing.CannotPrint("no", lacks_font=lacks_font)

    monkeypatch.setattr(printing, "check", fail)
    found = doctor.look_at_fonts(settings)
    assert found.state is State.NOTE
    assert f"apt-get install {package}" in str(found.values["command"])


def test_a_signing_key_that_does_not_open_is_a_fault(settings: Settings, services: Services) -> None:
    assert keycheck.examine_signature(settings)[0] == "OK"
    with services.database.transaction() as tx:
        key = signatures.open_signer(tx, services.key).row.id
    found = keycheck.examine_signature(settings)
    assert (found[0], found[2]) == ("OK", {"id": key})
    for secret in ("y" * 48, ""):
        assert keycheck.examine_signature(replace(settings, secret_key=secret))[0] == "FAIL"
    assert not (settings.data / "secret.key").exists()


def test_a_clock_behind_the_log_is_a_fault(
    settings: Settings, services: Services, tip: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert doctor.look_at_clock(settings).state is State.OK
    yesterday = clock.now() - timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: yesterday)
    assert doctor.look_at_clock(settings).state is State.FAIL


def test_holes_in_the_sandbox_and_broken_decoders_are_named() -> None:
    said = {"sandbox": ["tcp"], "decoders": {"PyAV": {"ok": False, "words": "ImportError: libGL"}}}
    wall, parts = doctor.sandbox(said), doctor.decoders(said)
    assert (wall.state, wall.values["holes"]) == (State.FAIL, "tcp")
    assert parts.state is State.FAIL
    assert "libGL" in str(parts.values["parts"])
    assert doctor.sandbox("timeout").state is State.FAIL
    assert doctor.decoders("timeout").state is State.FAIL


def test_the_optional_deep_look_never_fails_a_host() -> None:
    fine, noted = ("confined", "off"), ("missing", "nowhere", "refused")
    assert {doctor.deep_look({"exiftool": word}).state for word in fine} == {State.OK}
    assert {doctor.deep_look({"exiftool": word}).state for word in noted} == {State.NOTE}
    assert doctor.deep_look("timeout").state is State.NOTE


def test_a_wrong_path_to_exiftool_is_not_called_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIPLINE_EXIFTOOL", "/no/such/exiftool")
    assert checkup.deep_look() == "nowhere"
    assert "TIPLINE_EXIFTOOL" in doctor.deep_look({"exiftool": "nowhere"}).sentence


def test_a_decoder_that_cannot_be_loaded_is_told_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(checkup.PARTS, "no_such_decoder", "Missing")
    found = checkup.decoders()
    assert found["Missing"]["ok"] is False
    assert found["PyAV"]["ok"] is True
    assert found["FFmpeg"]["ok"] is True


def test_a_running_instance_is_known_by_its_lock_file(settings: Settings) -> None:
    lock = settings.data / "instance.lock"
    assert not doctor.is_running(settings)
    lock.write_text("nonsense")
    assert not doctor.is_running(settings)
    lock.write_text(str(os.getpid()))
    assert doctor.is_running(settings) == (b"tipline" in Path("/proc/self/cmdline").read_bytes())


# --- the store itself


def doctor_of_store(folder: Path, *words: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TIPLINE_")}
    environment |= {"TIPLINE_DATA": str(folder), "TIPLINE_LOCALE": "en", "TIPLINE_MIN_FREE_BYTES": "1"}
    # What a shell starts in the background ignores interruptions, and so would what we start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return subprocess.Popen(
        [sys.executable, "-m", "tipline", "doctor", *words], env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_the_store_is_tried_line_by_line_and_left_as_it_was(tmp_path: Path) -> None:
    with doctor_of_store(tmp_path, "--store") as program:
        said, wrong = program.communicate(timeout=120)
    assert (program.returncode, wrong) == (0, "")
    lines = {line[6:19].strip(): line[:5].strip() for line in said.splitlines()}
    assert len(lines) == 15
    assert lines["write once"] == lines["resuming"] == lines["fsync"] == "ok"
    assert [path.name for path in sorted((tmp_path / "store").rglob("*"))] == ["objects", "uploads"]


def test_an_interrupted_trial_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    for _ in range(20):  # a machine may be quick enough to end before it hears, or hear it while it leaves
        with doctor_of_store(tmp_path, "--store") as program:
            assert program.stdout
            program.stdout.readline()
            program.send_signal(signal.SIGINT)
            program.communicate(timeout=60)
        if program.returncode == 1:
            break
    assert program.returncode == 1
    assert [path.name for path in sorted((tmp_path / "store").rglob("*"))] == ["objects", "uploads"]


def test_a_store_that_lacks_what_we_need_ends_with_1_and_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("in the way")
    with doctor_of_store(tmp_path, "--store") as program:
        said, wrong = program.communicate(timeout=60)
    assert (program.returncode, wrong) == (1, "")
    assert said.startswith("FAIL ")
    assert "Traceback" not in said


def test_the_lock_is_tried_with_the_store_only(tmp_path: Path) -> None:
    with doctor_of_store(tmp_path, "--lock") as program:
        _, wrong = program.communicate(timeout=60)
    assert program.returncode == 2
    assert "--store" in wrong


def test_what_the_trial_tells_is_said_in_the_stations_language(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(*_: object, **__: object) -> Iterator[tuple[str, Told]]:
        yield "room", Told("room-low", free=3 * 1024**3)
        yield "joining", Told("joined-by-claim", racers=16, winners=3)

    monkeypatch.setattr(storecheck, "probe", told)
    room, joining = storecheck.examine(replace(settings, locale="zh_Hans_CN"))
    assert (room.state, joining.state) == (State.FAIL, State.NOTE)
    assert room.words.startswith("仅剩 3 GB")
    assert "16 个上传" in joining.words
