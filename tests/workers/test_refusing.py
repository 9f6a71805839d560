"""A host whose wall does not hold: files are taken in and kept, none is opened, and everybody is told."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.workers.test_main import Host, broker, job_of, send, short_clip, state_of, station, wait_for
from tipline import doctor, readiness
from tipline.broker import Broker
from tipline.services import Services
from tipline.settings import Settings

__all__ = ["broker", "short_clip", "station"]

pytestmark = pytest.mark.slow


def test_without_a_wall_uploads_are_kept_unopened_until_there_is_one(
    broker: Broker,
    station: Services,
    settings: Settings,
    environment: dict[str, str],
    short_clip: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started = datetime.now(UTC)
    # The layer that the operator asked for is installed, but starts nothing.
    fake = tmp_path / "bin" / "bwrap"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    weak = {"PATH": f"{fake.parent}:{os.environ['PATH']}", "TIPLINE_OUTER_SANDBOX": "bubblewrap"}

    refusing = Host({**environment, **weak}, settings.data)
    try:
        wait_for(lambda: refusing.state().get("sandbox") == "open")
        file = send(station, short_clip)
        assert state_of(station, file) == "received"
        assert set(refusing.state()["processes"]) >= {"sweep", "desk-1", "desk-2"}
        assert "media-1" not in refusing.state()["processes"]
        assert readiness.holes(settings, started)
        with monkeypatch.context() as asked:
            for name, value in weak.items():
                asked.setenv(name, value)
            told = doctor.sandbox(doctor._ask_worker_side())
        assert told.state is doctor.State.FAIL
        assert state_of(station, file) == "received"
        assert job_of(station, file).attempt == 0
    finally:
        refusing.stop()

    mended = Host(environment, settings.data)
    try:
        wait_for(lambda: state_of(station, file) == "ready")
        assert mended.state()["sandbox"] == "holds"
    finally:
        mended.stop()
