"""The command ``tipline media inspect``."""

from __future__ import annotations

import errno
import io
import json
import os
from pathlib import Path

import av
import pytest
from PIL import Image

from tests import footage
from tipline.failures import sentence_of
from workers import copies, inspect
from workers.sandbox import Answer

KEYS = (
    {
        "kind",
        "mime",
        "container",
        "size",
        "sha256",
        "duration_s",
        "frame_count",
        "fps",
        "vfr",
        "width",
        "height",
    }
    | {
        "rotation",
        "video_codec",
        "audio_codec",
        "bitrate",
        "captured_at",
        "captured_at_source",
        "gps",
        "device",
    }
    | {
        "tags",
        "times",
        "clock",
        "provenance",
        "keyframes",
        "activity",
        "playable",
        "warnings",
        "failure",
        "timings_s",
    }
    | {"tools"}
)


def test_a_readable_file_prints_its_media_object_and_writes_its_pictures(
    clip: footage.Clip, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert inspect.main([str(clip.path), "--out", str(tmp_path / "out")]) == 0
    media = json.loads(capsys.readouterr().out)
    assert set(media) >= KEYS
    files = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert files == sorted(one["file"] for one in media["keyframes"])
    for one in media["keyframes"]:
        with Image.open(tmp_path / "out" / one["file"]) as image:
            assert (image.format, image.size) == ("JPEG", (one["width"], one["height"]))


def test_a_file_that_cannot_be_decoded_still_prints_says_why_and_exits_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIPLINE_LOCALE", "en")
    assert inspect.main([str(footage.drawing(tmp_path / "x.mp4"))]) == 3
    said = capsys.readouterr()
    assert json.loads(said.out)["failure"] == "media:script"
    assert said.err == f"{sentence_of('media:script')}\n"


def test_a_folder_that_takes_no_pictures_is_told_in_words(
    clip: footage.Clip, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIPLINE_LOCALE", "en")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(copies, "fresh", full)
    assert inspect.main([str(clip.path), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.partition(":")[0]) == ("", "The pictures or the page cannot be written")


def test_wrong_usage_exits_2_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIPLINE_LOCALE", "en")
    assert inspect.main([str(tmp_path / "gone.mp4")]) == 2
    assert "There is no file" in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        inspect.main([])
    assert ended.value.code == 2


def test_what_a_browser_plays_is_written_beside_the_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film = footage.cctv_clip(tmp_path / "old.avi", seconds=2, size=(160, 96), codec="mpeg4")
    assert inspect.main([str(film.path), "--copy", str(tmp_path / "out")]) == 0
    assert json.loads(capsys.readouterr().out)["playable"] == "proxy"
    with av.open(str(tmp_path / "out" / "copy.mp4")) as copy:
        assert copy.streams.video[0].codec_context.name == "h264"
        assert sum(1 for _ in copy.decode(video=0)) == film.frames
    listed = json.loads((tmp_path / "out" / "frames.json").read_bytes())
    assert listed["file"] == "copy"


def test_the_file_itself_is_never_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIPLINE_LOCALE", "en")
    own, out = tmp_path / "copy.mp4", tmp_path / "out"
    own.write_bytes(b"the only one")
    out.mkdir()
    (tmp_path / "linked.mp4").symlink_to(own)
    for name in ("copy.mp4", "linked.mp4"):
        assert inspect.main([str(tmp_path / name), "--copy", str(out / "..")]) == 2
        assert "could be overwritten. Choose another folder." in capsys.readouterr().err
    # Nor by a link that lies where the copy is to go; and of a step that failed nothing is written.
    (out / "copy.mp4").symlink_to(own)
    folder = copies.Folder(out, io.BytesIO())
    with (tmp_path / "made").open("w+b") as made:
        made.write(b"\0\0\0\x18ftypisom")
        made.flush()
        folder.keep(Answer(result={"playable": "proxy"}, failure="media:crashed"), made)
        assert (out / "copy.mp4").is_symlink()
        folder.keep(Answer(result={"playable": "proxy"}), made)
    assert (own.read_bytes(), (out / "copy.mp4").read_bytes()[4:8]) == (b"the only one", b"ftyp")


def test_a_span_that_failed_leaves_a_gap_in_the_copy_unless_it_is_the_first(tmp_path: Path) -> None:
    def wrote(text: bytes, first: int) -> tuple[Answer, io.BytesIO]:
        return Answer(result={"tally": {"frames": 9}, "piece": {"first": first}}), io.BytesIO(text)

    def after(*spans: tuple[Answer, io.BytesIO]) -> copies.Folder:
        folder = copies.Folder(tmp_path, io.BytesIO())
        for answer, output in spans:
            folder.add(answer, output)
        return folder

    hole = Answer(result={"tally": {"frames": 0}}), io.BytesIO()
    joined = after(wrote(b"first", 0), hole, wrote(b"second", 40))
    assert joined.gathered == ([[0, 5, 0], [5, 6, 40]], False)
    assert joined.held.getvalue() == b"firstsecond"  # type: ignore[attr-defined]
    failed = Answer(failure="media:crashed"), io.BytesIO()
    assert after(wrote(b"first", 0), failed, wrote(b"third", 80)).gathered == ([[0, 5, 0], [5, 5, 80]], True)
    assert after(failed, wrote(b"second", 40)).gathered == ([], False)
