"""Every form of recording, drawn and looked at through the wall: what it is, how long, how many frames."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import recordings
from tests.recordings import Form
from tests.workers.media.first_look import first_look
from workers.media import codes, preface, sniff

FORMS: dict[str, tuple[Form, str]] = {
    "index first": (Form("mp4", "h264-b", mux=(("movflags", "+faststart"),)), "video/mp4"),
    "in fragments": (Form("mp4", mux=(("movflags", "+frag_keyframe+empty_moov"),)), "video/mp4"),
    "phone of old": (Form("3gp"), "video/3gpp"),
    "webm": (Form("webm", "vp9"), "video/webm"),
    "vp8": (Form("webm", "vp8"), "video/webm"),
    "av1": (Form("mp4", "av1"), "video/mp4"),
    "ten bits": (Form("matroska", "hevc", "yuv420p10le"), "video/x-matroska"),
    "four to two": (Form("mov", "h264", "yuv422p10le"), "video/quicktime"),
    "camcorder": (Form("mpegts", mux=(("mpegts_m2ts_mode", "1"),)), "video/mp2t"),
    "program stream": (Form("mpeg", "mpeg2video", fps=25), "video/mpeg"),
    "flash": (Form("flv"), "video/x-flv"),
    "windows media": (Form("asf", "wmv2"), "video/x-ms-wmv"),
    "bare h264": (Form("h264"), "video/h264"),
    "bare h265": (Form("hevc", "hevc"), "video/h265"),
    "row of pictures": (Form("mjpeg", "mjpeg", "yuvj420p", fps=25), "video/x-motion-jpeg"),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_recording_in_any_form_is_read_with_its_true_times(name: str, tmp_path: Path) -> None:
    form, mime = FORMS[name]
    media, pictures = first_look(recordings.film(tmp_path / "input", form, frames=20))
    assert (media["failure"], media["kind"], media["mime"]) == (None, "video", mime)
    assert (media["width"], media["height"], media["frame_count"]) == (*recordings.SIZE, 20)
    assert media["duration_s"] == pytest.approx(20 / form.fps, abs=0.11)
    bare = form.muxer in ("h264", "hevc", "mjpeg")
    assert media["warnings"] == ([codes.TIMES_COUNTED] if bare else [])
    for picture in pictures:
        at = round(picture.t * form.fps)
        assert abs(recordings.bar_of(picture.rgb, picture.width, picture.height) - at * 4) <= 2, picture.t


def test_packet_times_of_a_dahua_export_are_the_recorders_wall_clock(tmp_path: Path) -> None:
    media, pictures = first_look(recordings.dahua(tmp_path / "export.dav"))
    assert (media["container"], media["video_codec"], media["frame_count"]) == ("dhav", "h264", 30)
    assert media["captured_at"] == "2023-03-08T09:15:00"
    assert media["captured_at_source"] == "dhav:start"
    assert media["duration_s"] == pytest.approx(3, abs=0.11)
    assert pictures[0].t == pytest.approx(0, abs=0.01)
    assert media["warnings"] == []


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_a_hikvision_export_is_a_film_whatever_its_name(codec: str, tmp_path: Path) -> None:
    media, pictures = first_look(recordings.hikvision(tmp_path / "export.mp4", codec=codec))
    assert (media["failure"], media["container"], media["video_codec"]) == (None, "mpeg", codec)
    assert media["frame_count"] == 30
    assert pictures


@pytest.mark.parametrize("before", [bytes(4096), b"recorder header 01" * 300], ids=["zeros", "a header"])
@pytest.mark.parametrize(
    "form", [Form("mp4"), Form("avi", "mpeg4"), Form("matroska")], ids=lambda one: one.muxer
)
def test_other_bytes_before_the_recording_are_left_out_and_told(
    form: Form, before: bytes, tmp_path: Path
) -> None:
    path = recordings.behind(recordings.film(tmp_path / "input", form, frames=10), before)
    media, _ = first_look(path)
    assert (media["failure"], media["frame_count"], media["playable"]) == (None, 10, "none")
    assert media["warnings"] == [codes.PREFACE]


def test_a_file_that_begins_as_files_do_loses_nothing(tmp_path: Path) -> None:
    for form in (Form("mp4"), Form("mpegts"), Form("mpeg", "mpeg2video", fps=25)):
        path = recordings.film(tmp_path / form.muxer, form, frames=3)
        with path.open("rb") as file:
            assert preface.length(file.fileno()) == 0


def test_an_archive_that_holds_a_film_is_not_taken_for_the_film(tmp_path: Path) -> None:
    film = recordings.film(tmp_path / "input", Form("mp4"), frames=3)
    recordings.behind(film, b"film.mp4".ljust(257, b"\0") + b"ustar".ljust(255, b"\0"))
    media, pictures = first_look(film)
    assert (media["failure"], pictures) == (codes.DOCUMENT, [])


@pytest.mark.parametrize("head", [b"#!SILK_V3", b"\x02#!SILK_V3"])
def test_a_voice_message_that_nothing_plays_is_kept_with_its_own_sentence(head: bytes) -> None:
    assert sniff.refusal(head + bytes(50), 59) == codes.SILK
