"""Keys of encrypted files from the command line, and what the doctor says of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tipline import keyplace
from tipline import settings as settings_module
from tipline.bell import SilentBell
from tipline.cli import program
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services, build, keys_folder
from tipline.settings import Settings

FILM = b"\0\0\0\x18ftypmp42" + b"a canary that nobody may read " * 40


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    return environment | {"TIPLINE_ENCRYPT": "1", "TIPLINE_LOCALE": "en"}


@pytest.fixture
def evidence(make_tip: Callable[..., Tip], add_file: Callable[..., Evidence]) -> Evidence:
    return add_file(make_tip(), FILM, "cam1.mp4")


def run(environment: dict[str, str], *words: str, **more: str) -> Result:
    return CliRunner().invoke(program, words, env=environment | more, catch_exceptions=False)


def opens(environment: dict[str, str], key: str, **more: str) -> bool:
    made = build(settings_module.load(environment | more), bell=SilentBell())
    try:
        with made.store.open(key) as reader:
            return reader.read() == FILM
    finally:
        made.close()


def state(environment: dict[str, str], **more: str) -> tuple[str, str]:
    found = keyplace.examine(settings_module.load(environment | more))
    return found[0], found[1] % found[2]


def test_all_keys_are_there(environment: dict[str, str], evidence: Evidence) -> None:
    answer = run(environment, "keys", "check")

    assert answer.exit_code == 0
    assert answer.output == "All 1 keys are there and open with the secret.\n"
    assert state(environment)[0] == "OK"
    assert "1 keys" in state(environment)[1]


def test_a_station_without_encrypted_files_says_so(environment: dict[str, str], settings: Settings) -> None:
    answer = run(environment, "keys", "check", TIPLINE_ENCRYPT="0")

    assert answer.exit_code == 0
    assert "no encrypted files" in answer.output
    assert state(environment)[0] == state(environment, TIPLINE_ENCRYPT="0")[0] == "OK"
    assert not keys_folder(settings).exists()


def test_a_start_with_lost_keys_is_refused_in_a_sentence(
    environment: dict[str, str], settings: Settings, evidence: Evidence
) -> None:
    shutil.rmtree(keys_folder(settings))

    for more in ({}, {"TIPLINE_ENCRYPT": "0"}):
        for words in (("migrate",), ("keys", "check"), ("keys", "export", str(settings.data / "safe"))):
            answer = run(environment, *words, **more)
            assert answer.exit_code == 2, words
            assert "Bring that folder or bucket back from the safe" in answer.output
        assert state(environment, **more)[0] == "FAIL"


def test_one_missing_key_is_named(
    environment: dict[str, str], settings: Settings, services: Services, evidence: Evidence, tip: Tip,
    add_file: Callable[..., Evidence],
) -> None:  # fmt: skip
    add_file(tip)
    for path in (keys_folder(settings) / "objects").rglob("vault/*"):
        path.unlink()
        break

    assert run(environment, "keys", "check").exit_code in (1, 2)
    assert state(environment)[0] == "FAIL"


def test_keys_wrapped_with_another_secret_open_the_same_files(
    environment: dict[str, str], evidence: Evidence, tmp_path: Path
) -> None:
    old, new = tmp_path / "old", {"TIPLINE_SECRET_KEY": "n" * 48}
    old.write_text(environment["TIPLINE_SECRET_KEY"] + "\n")
    wrong = tmp_path / "wrong"
    wrong.write_text("w" * 48)

    assert "keys rewrap" in run(environment, "migrate", **new).output
    assert run(environment, "keys", "rewrap", "--old", str(wrong), **new).exit_code == 2
    assert run(environment, "keys", "rewrap", "--old", str(old)).exit_code == 2
    assert "1 keys were wrapped" in run(environment, "keys", "rewrap", "--old", str(old), **new).output
    assert "0 keys were wrapped" in run(environment, "keys", "rewrap", "--old", str(old), **new).output
    assert opens(environment, evidence.key, **new)
    assert run(environment, "migrate").exit_code == 2


def test_a_copy_in_the_safe_brings_files_back_and_forgets_what_was_destroyed(
    environment: dict[str, str], settings: Settings, services: Services, evidence: Evidence, tip: Tip,
    add_file: Callable[..., Evidence], tmp_path: Path,
) -> None:  # fmt: skip
    add_file(tip)
    safe = tmp_path / "safe"
    assert "2 new, 0 removed" in run(environment, "keys", "export", str(safe)).output
    with services.database.reading() as tx:
        gone = tx.get_one(Tip, tip.id).vault
    services.vaults.destroy(gone)
    assert "0 new, 1 removed" in run(environment, "keys", "export", str(safe)).output
    assert [path for path in safe.rglob("vault/*") if path.name == gone] == []
    assert safe.stat().st_mode & 0o077 == 0

    shutil.rmtree(keys_folder(settings))
    shutil.copytree(safe, keys_folder(settings))
    assert opens(environment, evidence.key)
    assert run(environment, "keys", "export", str(keys_folder(settings) / "in")).exit_code == 2


def test_keys_are_brought_back_from_the_safe_by_their_own_secret_alone(
    environment: dict[str, str], settings: Settings, evidence: Evidence, tmp_path: Path
) -> None:
    safe, other = tmp_path / "safe", tmp_path / "holidays"
    other.mkdir()
    run(environment, "keys", "export", str(safe))
    shutil.rmtree(keys_folder(settings))

    for folder, more in ((other, {}), (safe, {"TIPLINE_SECRET_KEY": "n" * 48})):
        refused = run(environment, "keys", "import", str(folder), **more)
        assert (refused.exit_code, "Nothing was changed" in refused.output) == (2, True)
    assert (
        "TIPLINE_SECRET_KEY is not set"
        in run(
            environment,
            "keys",
            "import",
            str(safe),
            TIPLINE_SECRET_KEY="",
            TIPLINE_DATA=str(tmp_path / "new"),
        ).output
    )
    assert list(other.iterdir()) == []
    assert not keys_folder(settings).exists()

    assert "1 keys are back" in run(environment, "keys", "import", str(safe)).output
    assert "0 keys are back" in run(environment, "keys", "import", str(safe)).output
    assert keys_folder(settings).stat().st_mode & 0o077 == 0
    assert opens(environment, evidence.key)


def test_the_doctor_says_what_is_wrong_with_the_place_of_keys(
    environment: dict[str, str], settings: Settings, evidence: Evidence
) -> None:
    assert "all hosts share" in state(environment, TIPLINE_STORE_URL="s3://evidence/a")[1]
    assert state(environment, TIPLINE_SECRET_KEY="x" * 48)[0] == "FAIL"
    keys_folder(settings).chmod(0o755)
    assert "chmod 700" in state(environment)[1]
