"""The one place that opens a video or sound file, always with the options that keep it to that one file.

Playlists, other files and the network are withheld three times over: by these options, because the reader is
a plain object without a name, and by the wall around the process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from workers.media import confine, plain, preface
from workers.media.job import Job, Limits

FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegps,mpegvideo,flv,asf,h264,hevc,m4v,mjpeg,gif,dhav,"
    "mp3,aac,wav,flac,ogg,amr,caf"
)
DECODERS = (
    "h264,hevc,mpeg4,msmpeg4,msmpeg4v1,msmpeg4v2,mpeg1video,mpeg2video,mjpeg,mjpegb,vp8,vp9,av1,libdav1d,gif,h263,"
    "flv,wmv1,wmv2,wmv3,vc1,rawvideo,dvvideo,prores,svq3,cinepak,aac,aac_latm,mp3,mp3float,mp2,mp2float,ac3,"
    "eac3,opus,libopus,vorbis,flac,alac,amrnb,amrwb,libopencore_amrnb,adpcm_ima_wav,adpcm_ms,adpcm_g726,pcm_alaw,"
    "pcm_mulaw,pcm_s16le,pcm_s16be,pcm_s24le,pcm_u8,pcm_f32le,wmav1,wmav2,gsm_ms,speex,adpcm_g722"
)
BUFFER = 256 * 1024
OPENING_CPU_S = 5


class Bytes:
    """The file as the reader sees it: read, seek, tell, and no name. It may begin after ``skip`` bytes."""

    def __init__(self, descriptor: int, size: int, skip: int = 0) -> None:
        self._descriptor, self._skip, self._size, self._at = descriptor, skip, max(0, size - skip), 0

    def read(self, count: int) -> bytes:
        """Bytes from the present position; none at the end."""
        piece = plain.pread(self._descriptor, min(count, 8 * 1024 * 1024), self._skip + self._at)
        self._at += len(piece)
        return piece

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move; positions outside the file are clamped to it."""
        base = {0: 0, 1: self._at, 2: self._size}.get(whence, 0)
        self._at = min(max(0, base + offset), self._size)
        return self._at

    def tell(self) -> int:
        """The present position."""
        return self._at


@contextmanager
def opened(job: Job, part: tuple[int, int] | None = None) -> Iterator[InputContainer]:
    """The container, closed again whatever happens. ``part``: where in the file it lies, and its size."""
    begin, size = part or (preface.length(job.input), job.size)
    source = Bytes(job.input, begin + size if part else size, begin)
    with _safely(source, job.limits) as container:
        yield container


@contextmanager
def bare(job: Job, source: Any, form: str) -> Iterator[InputContainer]:
    """A stream without a container, handed over as something to read from. ``form`` is its codec."""
    with _safely(source, job.limits, form) as container:
        yield container


@contextmanager
def coming(source: Any, limits: Limits) -> Iterator[InputContainer]:
    """A film that is still on its way, behind an object that waits for its bytes."""
    with _safely(source, limits) as container:
        yield container


def _safely(source: Any, limits: Limits, form: str | None = None) -> InputContainer:
    # One call that nobody can interrupt: a transport stream of 8,000 programmes keeps it busy for minutes.
    with confine.within(OPENING_CPU_S):
        container: InputContainer = av.open(
            source,
            mode="r",
            format=form,
            buffer_size=BUFFER,
            metadata_errors="replace",
            options={"max_pixels": str(limits.video_pixels), "threads": "1"},
            container_options={
                "format_whitelist": FORMATS,
                "codec_whitelist": DECODERS,
                "protocol_whitelist": "",
                "max_streams": str(limits.streams),
                "max_pixels": str(limits.video_pixels),
            },
        )
    return container


def picture_stream(container: InputContainer, limits: Limits) -> VideoStream | None:
    """The first stream of moving pictures (cover art is not footage), on one thread, with bounded pixels."""
    for stream in container.streams.video:
        if "ATTACHED_PIC" in str(stream.disposition).upper() or stream.codec_context is None:
            continue
        stream.codec_context.thread_count = 1
        stream.codec_context.options = {"max_pixels": str(limits.video_pixels)}
        return stream
    return None
