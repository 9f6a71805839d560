"""Sound without a picture: length counted, loudness drawn, a copy where browsers do not play the original."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import av
import pytest

from tests import recordings
from tests.workers.media.first_look import first_look
from workers.media import codes

FORMS = {
    "voice note of a phone": ("amr", "libopencore_amrnb", 8_000, "audio/amr", "proxy"),
    "voice note": ("ipod", "aac", 16_000, "audio/mp4", "original"),
    "messenger": ("ogg", "libopus", 48_000, "audio/ogg", "original"),
    "telephone": ("wav", "pcm_alaw", 8_000, "audio/wav", "proxy"),
    "music": ("mp3", "libmp3lame", 16_000, "audio/mpeg", "original"),
}


def look(path: Path) -> tuple[dict[str, Any], float | None]:
    """The facts, and how long the written copy is, if one was written."""
    with tempfile.TemporaryFile() as output:
        media, _ = first_look(path, output)
        if not output.seek(0, 2):
            return media, None
        output.seek(0)
        with av.open(output) as copy:
            assert copy.streams.audio[0].codec_context.name == "aac"
            return media, (copy.duration or 0) / 1e6


@pytest.mark.parametrize("name", FORMS)
def test_sound_of_any_usual_form_is_counted_drawn_and_playable(name: str, tmp_path: Path) -> None:
    muxer, codec, rate, mime, playable = FORMS[name]
    media, copied = look(recordings.sound(tmp_path / "input", muxer, codec, rate=rate))
    assert (media["kind"], media["mime"], media["failure"]) == ("audio", mime, None)
    assert media["duration_s"] == pytest.approx(2, abs=0.1)
    assert media["playable"] == playable
    assert media["warnings"] == [codes.NO_PICTURE]
    part = len(media["waveform"]) * 2 // 5
    quiet, loud = media["waveform"][1:part], media["waveform"][-part:-1]
    assert 0 < max(quiet) < 40
    assert min(loud) > 90
    assert copied == (pytest.approx(2, abs=0.15) if playable == "proxy" else None)


def test_a_length_that_the_header_invents_is_not_believed(tmp_path: Path) -> None:
    path = recordings.sound(tmp_path / "input", "wav", "pcm_s16le", seconds=1)
    data = path.read_bytes()
    at = data.index(b"data") + 4
    path.write_bytes(data[:at] + (2**31 - 1).to_bytes(4, "little") + data[at + 4 :])
    media, _ = look(path)
    assert media["duration_s"] == pytest.approx(1, abs=0.1)


def test_sound_that_breaks_off_says_so(tmp_path: Path) -> None:
    path = recordings.sound(tmp_path / "input", "flac", "flac", seconds=4)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    media, _ = look(path)
    assert 0.5 < media["duration_s"] < 3
    assert codes.TRUNCATED in media["warnings"]


def test_a_head_of_sound_with_nothing_behind_it_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "input"
    path.write_bytes(b"#!AMR\n")
    media, _ = look(path)
    assert media["failure"] is not None
    assert media["playable"] == "none"
