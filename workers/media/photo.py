"""Examines one photo: one reader for its format alone, one upright picture, its EXIF."""

from __future__ import annotations

import io
import os
import struct
import warnings
from typing import Any

import numpy as np
import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from workers.media import codes, exif, wire
from workers.media.job import Job
from workers.media.report import Report, sharpness

MIME = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
    "TIFF": "image/tiff",
    "BMP": "image/bmp",
    "HEIF": "image/heic",
}
SHOWN_BY_BROWSERS = frozenset({"JPEG", "PNG", "WEBP", "AVIF"})
TURNED_BY_READER = frozenset({"HEIF", "TIFF"})  # their size is told upright already
SHARP_SIDE = 480
# What Pillow and its readers raise on broken files; a wrong one of these is a result, not a fault of ours.
BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    KeyError,
    IndexError,
    EOFError,
    TypeError,
    struct.error,
    AttributeError,
)


def examine(job: Job, report: Report, form: str) -> None:
    """Fill the report. ``form`` is the one format Pillow may read it as."""
    Image.MAX_IMAGE_PIXELS = job.limits.photo_pixels // 2  # Pillow refuses at twice this
    if form == "HEIF":
        pillow_heif.register_heif_opener(thumbnails=False)
        pillow_heif.options.DECODE_THREADS = 1
    media = report.media
    media |= {"kind": "photo", "container": form.lower(), "mime": MIME[form]}
    media["playable"] = "original" if form in SHOWN_BY_BROWSERS else "none"
    try:
        with warnings.catch_warnings(), report.step("decode"):
            warnings.simplefilter("ignore")
            _read(job, report, form)
    except Image.DecompressionBombError:
        report.fail(codes.TOO_MANY_PIXELS)
    except UnidentifiedImageError:
        report.fail(codes.CORRUPT)
    except BROKEN:
        report.fail(codes.CORRUPT)


def _read(job: Job, report: Report, form: str) -> None:
    source = io.BufferedReader(io.FileIO(os.dup(job.input)))
    source.seek(0)
    with source, Image.open(source, formats=[form]) as image:
        media = report.media
        if image.width * image.height > job.limits.photo_pixels:
            report.fail(codes.TOO_MANY_PIXELS)
            return
        media["width"], media["height"] = image.size
        exif.read(image, report)
        if getattr(image, "n_frames", 1) > 1:
            media["frame_count"] = int(image.n_frames)  # type: ignore[attr-defined]
            if form in ("PNG", "WEBP", "AVIF"):
                report.warn(codes.ANIMATED)
        _shrink_while_reading(image)
        picture = _upright(_pixels(image, report), report)
        if media["rotation"] in (90, 270) and form not in TURNED_BY_READER:
            media["width"], media["height"] = media["height"], media["width"]
        _hand_over(picture, report)


def _shrink_while_reading(image: Image.Image) -> None:
    """A JPEG larger than the wall lets through can be read at half size, at a quarter of the cost."""
    if image.format == "JPEG" and image.width * image.height > 4 * wire.FRAME_PIXELS:
        image.draft("RGB", (image.width // 2, image.height // 2))


def _pixels(image: Image.Image, report: Report) -> Image.Image:
    """Decode; a file that breaks off shows as far as it goes."""
    try:
        image.load()
    except OSError as error:
        if "truncated" not in str(error) and "broken data stream" not in str(error):
            raise
        report.warn(codes.TRUNCATED)
        _load_what_is_there(image)
    if image.width * image.height > wire.FRAME_PIXELS:
        report.warn(codes.SCALED_DOWN)
        scale = (wire.FRAME_PIXELS / (image.width * image.height)) ** 0.5
        size = (max(1, int(image.width * scale)), max(1, int(image.height * scale)))
        return image.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    return image


def _load_what_is_there(image: Image.Image) -> None:
    from PIL import ImageFile

    ImageFile.LOAD_TRUNCATED_IMAGES = True
    image.load()


def _upright(picture: Image.Image, report: Report) -> Image.Image:
    try:
        turned = ImageOps.exif_transpose(picture)
    except BROKEN:
        report.warn(codes.METADATA_DAMAGED)
        turned = picture
    return _on_white(turned)


def _on_white(picture: Image.Image) -> Image.Image:
    """Transparent places become white, as on paper."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        covered = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", covered.size, "white"), covered).convert("RGB")
    if picture.mode.startswith("I;16") or picture.mode in ("I", "F"):
        values = np.asarray(picture, dtype=np.float32)
        top = float(values.max()) or 1.0
        return Image.fromarray((values * (255.0 / max(top, 255.0))).clip(0, 255).astype(np.uint8)).convert(
            "RGB"
        )
    return picture.convert("RGB")


def _hand_over(picture: Image.Image, report: Report) -> None:
    small = picture.convert("L")
    small.thumbnail((SHARP_SIDE, SHARP_SIDE))
    pixels: Any = np.asarray(picture, dtype=np.uint8)
    report.keyframe(0.0, None, pixels, "first", sharpness(np.asarray(small, dtype=np.uint8)))
