"""Whatever happens to a station, in any order: nothing acknowledged is lost, nothing erased comes back."""

from __future__ import annotations

import shutil
from pathlib import Path

from hypothesis import HealthCheck
from hypothesis import settings as examples
from hypothesis.stateful import run_state_machine_as_test

from tests.hostile.machine import StationMachine
from tipline import settings as settings_module
from tipline.settings import Settings


def test_a_station_keeps_its_promises_whatever_happens(migrated_file: Path) -> None:
    def make(folder: Path) -> Settings:
        environment = {
            "TIPLINE_DATA": str(folder), "TIPLINE_MIN_FREE_BYTES": "1000000",
            "TIPLINE_SECRET_KEY": "k" * 48,
            # Keys lie on another disk, which does not burn.
            "TIPLINE_KEYS_URL": f"file:{folder.parent / 'keys'}",
        }  # fmt: skip
        made = settings_module.load(environment)
        made.data.mkdir(parents=True)
        shutil.copy(migrated_file, made.data / "tipline.db")
        return made

    machine = type("Machine", (StationMachine,), {"make": staticmethod(make)})
    run_state_machine_as_test(
        machine,
        settings=examples(
            max_examples=4,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),  # fmt: skip
    )
