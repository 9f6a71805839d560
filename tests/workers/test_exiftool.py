"""The deep look: its protocol and its wall, by a stand-in for any shell; the real one where there is one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests import footage
from workers import checkup, exiftool, outer
from workers.media import deep

TOLD = (
    '[{"SourceFile":"-","System:FileSize":3,'
    '"RIFF:DateTimeOriginal":"2012:09:10 20:52:00","RIFF:Software":"Canon"}]'
)


def _stand_in(folder: Path, script: str) -> Path:
    program = folder / "exiftool"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def _look(program: Path | None, folder: Path) -> dict[str, object] | None:
    path = folder / "input"
    path.write_bytes(b"first line\nsecond\n")
    with path.open("rb") as file:
        return exiftool.look(program, file)


def _said(folder: Path, script: str) -> dict[str, str]:
    """The tags of an answer in which the script put what it found out."""
    told = _look(_stand_in(folder, script), folder)
    assert told is not None
    return told["tags"]  # type: ignore[return-value]


def test_times_and_tags_are_taken_and_what_is_about_the_copy_is_not(tmp_path: Path) -> None:
    assert _look(_stand_in(tmp_path, f"printf '%s' '{TOLD}'"), tmp_path) == {
        "times": [{"source": "exiftool:DateTimeOriginal", "value": "2012-09-10T20:52:00", "zone": "none"}],
        "tags": {"exiftool RIFF:DateTimeOriginal": "2012:09:10 20:52:00", "exiftool RIFF:Software": "Canon"},
    }


def test_it_starts_inside_the_outer_layer_or_not_at_all(tmp_path: Path) -> None:
    outer.choose(outer.BUBBLEWRAP)
    try:
        told = _look(_stand_in(tmp_path, f"printf '%s' '{TOLD}'"), tmp_path)
    finally:
        outer.choose(outer.NONE)
    assert (told is not None) == (shutil.which("bwrap") is not None)


def test_inside_a_layer_it_sees_itself_and_what_it_is_made_of(tmp_path: Path) -> None:
    program = _stand_in(tmp_path, "true")
    (tmp_path / "lib").mkdir()
    layer = outer.Layer(outer.BUBBLEWRAP, "/usr/bin/bwrap")
    own = deep.reads(str(program))
    with layer.around(exiftool.START, ["/bin/sh", "1", "none"], (), also=own) as (said, _):
        shown = [said[at + 1] for at, word in enumerate(said) if word == "--ro-bind"]
    assert {str(program), str(tmp_path / "lib"), "/bin/sh"} <= set(shown)
    assert not {"1", "none", str(tmp_path)} & set(shown)


def test_it_reads_the_open_file_and_is_told_no_name(tmp_path: Path) -> None:
    script = 'read line; for last; do :; done; printf \'[{"T:line":"%s","T:last":"%s"}]\' "$line" "$last"'
    assert _said(tmp_path, script) == {"exiftool T:line": "first line", "exiftool T:last": "-"}


def test_behind_the_wall_it_neither_reads_nor_writes_nor_starts_anything(tmp_path: Path) -> None:
    (tmp_path / "neighbour").write_text("secret\n")
    script = f"""
    got=no; made=no
    {{ read got < {tmp_path}/neighbour; }} 2>/dev/null
    {{ printf x > {tmp_path}/made; }} 2>/dev/null && made=yes
    printf '[{{"T:got":"%s","T:made":"%s","T:home":"%s"}}]' "$got" "$made" "${{HOME:-none}}"
    """
    told = _look(_stand_in(tmp_path, script), tmp_path)
    assert told is not None
    assert told["tags"] == {"exiftool T:got": "no", "exiftool T:made": "no", "exiftool T:home": "none"}
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    "script", [f"exec /bin/ls; printf '{TOLD}'", f"/bin/ls && printf '{TOLD}'", f"( printf '{TOLD}' )"]
)
def test_another_program_or_process_cannot_be_had(script: str, tmp_path: Path) -> None:
    assert _look(_stand_in(tmp_path, script), tmp_path) is None


@pytest.mark.parametrize(
    "script",
    [
        "exit 3",
        "printf 'no json'",
        "printf '[]'",
        "printf '[7]'",
        "printf '{\"a\":1}'",
        "while :; do printf '%s' 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'; done",
    ],
)
def test_what_is_no_answer_is_none(script: str, tmp_path: Path) -> None:
    assert _look(_stand_in(tmp_path, script), tmp_path) is None


def test_one_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exiftool, "WALL_S", 1.0)
    assert _look(_stand_in(tmp_path, "while :; do :; done"), tmp_path) is None


def test_a_hostile_answer_is_bounded_and_cleaned(tmp_path: Path) -> None:
    answer = '[{"X:A":"a\\\\u001b[31mb","X:DateTimeOriginal":"9999:99:99 99:99:99","X:L":[1],"Y":2}]'
    tags = _said(tmp_path, f"printf '{answer}'")
    assert tags == {"exiftool X:A": "a [31mb", "exiftool X:DateTimeOriginal": "9999:99:99 99:99:99"}


def test_the_station_says_whether_it_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = _stand_in(tmp_path, f"printf '{TOLD}'")
    assert exiftool.find("off") is None
    assert exiftool.find(str(program)) == program
    assert exiftool.find(str(tmp_path / "none")) is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert exiftool.find("auto") == program
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert exiftool.find("auto") is None
    assert _look(None, tmp_path) is None


def test_a_program_that_is_no_script_is_not_run(tmp_path: Path) -> None:
    program = tmp_path / "exiftool"
    program.write_bytes(b"\x7fELF" + bytes(60))
    program.chmod(0o755)
    assert _look(program, tmp_path) is None
    assert not exiftool.holds(program)


@pytest.mark.parametrize(
    ("script", "state"), [(f"printf '{TOLD}'", "confined"), ("exec /bin/ls", "refused"), ("", "off")]
)
def test_the_doctor_tells(script: str, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIPLINE_EXIFTOOL", str(_stand_in(tmp_path, script)) if script else "off")
    assert checkup.deep_look() == state


REAL = exiftool.find("auto")

if REAL is not None:

    def test_the_real_one_runs_behind_the_wall(tmp_path: Path) -> None:
        """Where a station has it; the tests above need none."""
        assert REAL is not None
        assert exiftool.holds(REAL)
        path = footage.photo(tmp_path / "photo", taken_at="2024:03:09 21:14:00", make="Xiaomi", model="13T")
        with path.open("rb") as file:
            told = exiftool.look(REAL, file)
        assert told is not None
        assert told["times"][0] == {
            "source": "exiftool:DateTimeOriginal", "value": "2024-03-09T21:14:00", "zone": "none",
        }  # fmt: skip
        assert told["tags"]["exiftool IFD0:Make"] == "Xiaomi"
