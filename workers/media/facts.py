"""Reads what a container and its streams say about themselves.

Claims are kept as claims; times and counts that matter are measured elsewhere.
"""

from __future__ import annotations

import math
from typing import Any

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from workers.media import codes, frames, places, tags, timeline, times
from workers.media.report import Report

Media = dict[str, Any]

MIME = {
    "mov": "video/mp4",
    "matroska": "video/x-matroska",
    "avi": "video/x-msvideo",
    "mpegts": "video/mp2t",
    "mpeg": "video/mpeg",
    "mpegvideo": "video/mpeg",
    "flv": "video/x-flv",
    "asf": "video/x-ms-wmv",
    "gif": "image/gif",
    "dhav": "video/x-dhav",
    "m4v": "video/mp4v-es",
    "h264": "video/h264",
    "hevc": "video/h265",
    "mjpeg": "video/x-motion-jpeg",
}
SOUND_MIME = {
    "mov": "audio/mp4",
    "matroska": "audio/webm",
    "mp3": "audio/mpeg",
    "aac": "audio/aac",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
    "amr": "audio/amr",
    "caf": "audio/x-caf",
}
NO_HEADER = frames.BARE | {"mpeg", "mpegts", "dhav"}
BROWSER_SOUND = frozenset({"aac", "mp3", "mp3float"})
BROWSER_PIXELS = 1920 * 1088


def of_container(container: InputContainer, media: Media) -> None:
    """Format, bit rate, tags, time of capture, place, device."""
    name = container.format.name.split(",")[0]
    raw = dict(container.metadata)
    media["kind"] = "video"
    media["container"] = name
    media["mime"] = MIME.get(name, "application/octet-stream")
    if name == "mov" and raw.get("major_brand", "").strip() == "qt":
        media["mime"] = "video/quicktime"
    elif name == "mov" and raw.get("major_brand", "").startswith("3g"):
        media["mime"] = "video/3gpp"
    if container.bit_rate and 0 < container.bit_rate < 1e10:
        media["bitrate"] = int(container.bit_rate)
    media["tags"] = tags.bounded(raw)
    media["gps"] = places.from_tags(raw)
    media["device"] = tags.device(raw)
    media["times"] = times.of_tags(name, raw, [dict(stream.metadata) for stream in container.streams])
    if name == "dhav":
        media["times"] += times.of_recorder(container.start_time)


def claimed_length(container: InputContainer) -> float | None:
    """The length a header claims. Forms without such a header only give FFmpeg's own estimate: no claim."""
    if container.format.name.split(",")[0] in NO_HEADER:
        return None
    claimed = (container.duration or 0) / 1e6
    return claimed if claimed > 0 and math.isfinite(claimed) else None


def of_picture(container: InputContainer, stream: VideoStream, media: Media) -> None:
    """Codecs and the coded size, and whether a browser plays it as it is."""
    context = stream.codec_context
    media["video_codec"] = context.codec.canonical_name
    media["audio_codec"] = _sound_codec(container)
    media["width"], media["height"] = context.width, context.height
    rate = float(stream.average_rate or 0)
    media["fps"] = round(rate, 3) if math.isfinite(rate) and 0 < rate <= 1000 else None
    plays = (
        media["container"] == "mov"
        and media["video_codec"] == "h264"
        and context.pix_fmt in ("yuv420p", "yuvj420p")
        and context.width * context.height <= BROWSER_PIXELS
        and (media["audio_codec"] is None or media["audio_codec"] in BROWSER_SOUND)
    )
    media["playable"] = "original" if plays or media["container"] == "gif" else "none"


def of_first_frame(frame: VideoFrame, turns: int, media: Media) -> None:
    """The decoded size, and the turn (clockwise, in degrees) that was needed to set it upright."""
    upright = (frame.width, frame.height) if turns % 2 == 0 else (frame.height, frame.width)
    media["width"], media["height"] = upright
    media["rotation"] = (-90 * turns) % 360


def of_timeline(line: timeline.Timeline, media: Media) -> None:
    """What counting the packets told."""
    media["duration_s"] = round(line.duration, 3)
    media["frame_count"] = int(line.times.size)
    media["vfr"] = line.uneven
    if line.rate is not None and math.isfinite(line.rate):
        media["fps"] = round(line.rate, 3)


def of_sound(container: InputContainer, report: Report) -> None:
    """A file with sound and no picture; or with neither."""
    media = report.media
    codec = _sound_codec(container)
    if codec is None:
        media["kind"] = "other"
        report.fail(codes.NO_FRAMES)
        return
    media["kind"], media["audio_codec"] = "audio", codec
    media["mime"] = SOUND_MIME.get(media["container"], "application/octet-stream")
    length = (container.duration or 0) / 1e6
    media["duration_s"] = round(length, 3) if math.isfinite(length) and length >= 0 else None
    report.warn(codes.NO_PICTURE)


def _sound_codec(container: InputContainer) -> str | None:
    for stream in container.streams.audio:
        if stream.codec_context is not None:
            return str(stream.codec_context.codec.canonical_name)
    return None
