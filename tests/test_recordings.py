"""What draws our samples leaves the process that asked as it was."""

from __future__ import annotations

import os
from pathlib import Path

from tests import recordings


def test_an_encoder_leaves_this_process_among_those_that_share_the_processors(tmp_path: Path) -> None:
    path = recordings.film(tmp_path / "a.mp4", recordings.Form("mp4", "av1"), frames=5)
    assert path.stat().st_size > 0
    assert os.sched_getscheduler(0) == os.SCHED_OTHER
