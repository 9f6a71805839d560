"""Log lines: one an event, whole, even where several processes write into one stream."""

from __future__ import annotations

import io
import json

import pytest
import structlog

from tipline import logs


class Stream(io.StringIO):
    """Remembers each write, as the system would see it from a stream that holds nothing back."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[str] = []

    def write(self, text: str, /) -> int:
        self.writes.append(text)
        return super().write(text)


def test_a_line_is_one_write_so_that_processes_do_not_break_each_others_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream = Stream()
    monkeypatch.setattr("sys.stderr", stream)
    logs.configure()

    structlog.get_logger("worker").info("worker.broker-back", name="a\nb")

    (line,) = stream.writes
    assert line.endswith("}\n")
    assert json.loads(line) | {"event": "worker.broker-back", "name": "a\nb"} == json.loads(line)
