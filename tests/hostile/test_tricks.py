"""One trick of each sort, and some damaged files; `make hostile` shows all of them, and every step."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile import flips, tricks
from tests.hostile.looking import canary, look, was_called
from tipline.domain import kinds
from workers.media import sniff

# The rest costs minutes and is for the command.
SHOWN = {
    "concat-behind-id3.mp4",
    "external-data.mov",
    "one-colour-14000.webp",
    "frames-65500.mjpeg.avi",
    "traks-100000.mp4",
    "directory-loop.tif",
    "timescale-0.mp4",
    "cut-in-stts.mp4",
    "noise-ebml.mkv",
}
CHOSEN = [trick for trick in tricks.every() if trick.name in SHOWN]
REFUSED = [trick for trick in tricks.every() if trick.must == tricks.REJECT]


def named(chosen: list[tricks.Trick]) -> dict[str, object]:
    return {"argvalues": chosen, "ids": [trick.name for trick in chosen]}


@pytest.mark.parametrize("trick", **named(CHOSEN))
def test_a_trick_is_a_result_that_changes_nothing_and_opens_nothing_else(
    trick: tricks.Trick, tmp_path: Path
) -> None:
    (tmp_path / "neighbour.mp4").write_bytes(b"not for you")
    trick.draw(tmp_path / trick.name)
    with canary() as listener:
        outcome = look(tmp_path / trick.name, whole=False)
        assert not was_called(listener)
    assert outcome.is_as_it_must_be(trick.must), outcome
    assert outcome.opened == ()


@pytest.mark.parametrize("trick", **named(REFUSED))
def test_what_is_refused_at_the_door_is_refused_behind_it_for_the_same_reason(
    trick: tricks.Trick, tmp_path: Path
) -> None:
    path = tmp_path / trick.name
    trick.draw(path)
    head, size = path.read_bytes()[: kinds.HEAD_BYTES], path.stat().st_size
    refused = kinds.classify(head, size).refuse_code
    assert refused is not None
    assert sniff.refusal(head, size) == refused


def test_every_row_of_the_threat_table_has_its_tricks() -> None:
    assert {trick.row for trick in tricks.every()} == {1, 2, 3, 4, 5, 6, 7, 10, 11, 12}
    assert {trick.name for trick in CHOSEN} == SHOWN


def test_a_look_at_a_file_notices_when_its_neighbour_is_opened(tmp_path: Path) -> None:
    from tests.hostile.looking import _opened_in

    (tmp_path / "neighbour").write_bytes(b"x")
    with _opened_in(tmp_path) as opened:
        (tmp_path / "neighbour").read_bytes()
    assert opened == ["neighbour"]


def test_bits_turned_over_never_take_a_worker_along(tmp_path: Path) -> None:
    for name, data in flips.damaged(6, seed=11):
        path = tmp_path / name
        path.write_bytes(data)
        outcome = look(path, whole=False)
        assert outcome.answer in (tricks.ACCEPT, tricks.CANNOT), (name, outcome)
        assert outcome.unchanged
