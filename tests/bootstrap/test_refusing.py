"""What set-up says when it cannot go on: `tipline.bootstrap`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tipline import bootstrap
from tipline.preparing import steps


def test_a_checkout_of_somebody_else_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(root: Path, *, with_tests: bool) -> None:
        raise PermissionError(13, "Permission denied", str(root / ".venv"))

    monkeypatch.setattr(steps, "prepare", refused)

    assert bootstrap.main([]) == 1
    said = capsys.readouterr().err
    assert f"This user may not use {bootstrap.ROOT / '.venv'}." in said
