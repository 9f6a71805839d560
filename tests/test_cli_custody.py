"""The custody log from the command line: verified, exported, checked again where no database is."""

from __future__ import annotations

import json
import os
import re
import shutil
from datetime import timedelta
from pathlib import Path

from click.testing import CliRunner, Result

from tests.test_cli import add, fresh  # noqa: F401 - a fixture
from tipline import settings as settings_module
from tipline.commands import custody as command
from tipline.domain import clock, custody
from tipline.domain.actors import SYSTEM
from tipline.services import Services

Environment = dict[str, str]
PLAIN = {"PATH": os.environ["PATH"], "TIPLINE_LOCALE": "en"}


def run(environment: Environment, *words: str) -> Result:
    """`tipline custody …`, in this process."""
    return CliRunner().invoke(command.group, list(words), env=environment)


def test_a_database_put_back_to_an_older_state_is_found_by_the_store_and_by_a_file(
    fresh: Environment, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    add(fresh)
    database = settings_module.load(fresh).data / "tipline.db"
    older, kept = tmp_path / "older.db", tmp_path / "kept.txt"
    shutil.copy(database, older)
    add(fresh, "zhao", "admin")
    handed = run(fresh, "checkpoint", "--to", str(kept))
    assert handed.exit_code == 0, handed.output
    assert kept.read_text().startswith("tipline/")
    again = run(fresh, "checkpoint", "--to", str(kept))
    assert again.exit_code == 1
    assert "is there already" in again.output
    whole = run(fresh, "verify", "--store", "--checkpoint", str(kept))
    assert re.search(r"Checkpoints checked: 3; the newest that holds is over \d+ entries\.", whole.output)

    for name in ("tipline.db-wal", "tipline.db-shm"):
        (database.parent / name).unlink(missing_ok=True)
    shutil.copy(older, database)

    assert run(fresh, "verify").exit_code == 0, "the log alone cannot know"
    for told in (("--store",), ("--checkpoint", str(kept))):
        found = run(fresh, "verify", *told)
        assert found.exit_code == 1
        assert "by a key that this log does not name" in found.output


def test_a_clock_that_was_set_back_a_year_is_told_with_both_dates_and_is_no_fault(
    environment: Environment, services: Services
) -> None:
    now = clock.now()
    earlier = now - timedelta(days=365)
    for at in (now, earlier):
        with clock.frozen(at), services.database.transaction() as tx:
            custody.tell_set_back(tx)
            custody.append(tx, SYSTEM, "tip:note", "tip:T-1")

    told = run({**environment, "TIPLINE_LOCALE": "en"}, "verify")

    assert told.exit_code == 0, told.output
    assert f"from {now:%Y-%m-%d %H:%M:%S} UTC to {earlier:%Y-%m-%d %H:%M:%S} UTC" in told.output


def test_an_exported_log_is_checked_where_no_database_is(
    fresh: Environment, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    add(fresh)
    add(fresh, "zhao", "admin")
    file = tmp_path / "log.jsonl"
    done = run(fresh, "export", str(file))
    assert done.exit_code == 0, done.output
    assert file.stat().st_mode & 0o077 == 0
    whole = run(PLAIN, "verify", "--log", str(file))
    assert whole.exit_code == 0
    stands = re.match(r"All (\d+) entries stand", whole.output)
    assert stands
    number = int(stands[1])

    lines = file.read_text("utf-8").splitlines(keepends=True)
    edited = json.dumps({**json.loads(lines[3]), "actor": "x"}) + "\n"
    tampers = {
        "broken at entry 2: was changed": [*lines[:3], edited, *lines[4:]],
        "broken at entry 2: missing": [*lines[:3], *lines[4:]],
        f"broken at entry {number}: missing": lines[:-1],
        f"broken at entry {number - 1}: missing": [*lines[:-2], lines[-1], lines[-2]],
        f"broken at entry {number + 1}: missing": [*lines, lines[-1]],
        "by a key that this log does not name": [
            lines[0].replace(f":{number}", f":{number - 1}"),
            *lines[1:-1],
        ],
        "line 5 cannot be read": [*lines[:4], lines[4][:30]],
        "line 1 cannot be read": lines[1:],
    }
    for words, changed in tampers.items():
        file.write_text("".join(changed), "utf-8")
        found = run(PLAIN, "verify", "--log", str(file))
        assert found.exit_code == 1
        assert words in found.output
