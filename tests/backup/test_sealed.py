"""A station with encrypted files, as a new one has them, is backed up, lost and restored with its keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.backup.conftest import ORIGINAL, PICTURE, Held
from tests.backup.test_backup import bring_back, quiet, require_same
from tipline.backup import making
from tipline.cli import program
from tipline.errors import TiplineError
from tipline.services import Services
from tipline.settings import Settings


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name != "TIPLINE_ENCRYPT"}


def test_a_backup_of_encrypted_files_opens_with_the_keys_from_the_safe_and_not_before(
    services: Services, environment: dict[str, str], held: Held, empty: Settings,
    started: Callable[[Settings], Services], tmp_path: Path,
) -> None:  # fmt: skip
    safe, folder = tmp_path / "safe", tmp_path / "backups"
    said = CliRunner().invoke(program, ["keys", "export", str(safe)], env=environment)
    assert said.exit_code == 0, said.output
    assert not making.make(services, folder, quiet).faults
    copied = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert ORIGINAL[4:40] not in copied
    assert PICTURE[12:30] not in copied
    services.close()

    empty = replace(empty, keys_url=f"file:{empty.data / 'keys'}")
    bring_back(empty, folder)
    back = started(empty)
    with pytest.raises(TiplineError) as caught:
        back.vaults.check()
    assert caught.value.code == "vault:key-lost"
    back.close()

    there = environment | {"TIPLINE_DATA": str(empty.data), "TIPLINE_LOCALE": "en"}
    said = CliRunner().invoke(program, ["keys", "import", str(safe)], env=there)
    assert "1 keys are back" in said.output, said.output
    back = started(empty)
    back.vaults.check()
    assert back.vaults.encrypts
    require_same(back, held)
    back.close()
