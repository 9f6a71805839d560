"""Stamps: a step is skipped only when it was finished with the same inputs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tipline.preparing import stamps


def test_a_finished_step_is_fresh_until_an_input_changes(tmp_path: Path) -> None:
    lock, stamp = tmp_path / "a.lock", tmp_path / "stamps" / "a"
    lock.write_text("one==1")
    value = stamps.digest(["3.11"], [lock])
    assert not stamps.is_fresh(stamp, value)
    with stamps.stamped(stamp, value):
        pass
    assert stamps.is_fresh(stamp, stamps.digest(["3.11"], [lock]))
    assert not stamps.is_fresh(stamp, stamps.digest(["3.12"], [lock]))
    lock.write_text("one==2")
    assert not stamps.is_fresh(stamp, stamps.digest(["3.11"], [lock]))


def test_a_step_that_was_cut_off_is_done_again(tmp_path: Path) -> None:
    stamp = tmp_path / "a"
    with stamps.stamped(stamp, "value"):
        pass
    with pytest.raises(KeyboardInterrupt), stamps.stamped(stamp, "value"):
        raise KeyboardInterrupt
    assert not stamps.is_fresh(stamp, "value")


def test_renaming_a_source_changes_the_digest(tmp_path: Path) -> None:
    first, second = tmp_path / "a.js", tmp_path / "b.js"
    first.write_text("x")
    before = stamps.digest([], [first])
    first.rename(second)
    assert stamps.digest([], [second]) != before
