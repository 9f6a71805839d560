"""Examines one photo: one reader for its format alone, one upright picture, its EXIF."""

from __future__ import annotations

import math
import struct
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from workers.media import boxes, codes, exif, plain, wire
from workers.media.job import Job, Limits
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
OF_BOXES = frozenset({"HEIF", "AVIF"})
MANY = frozenset({"HEIF", "TIFF"})  # a burst, the pages of a scan: all of them are shown, up to a point
MOST_PAGES = 1_000  # that are counted; a scan of a thousand pages is none
MOST_PICTURES, MOST_PIXELS = 48, 400_000_000
SMALLER_COPY = 254  # a page that TIFF marks as a smaller copy of another
# The reader of WebP keeps three pictures of four channels at once, and no camera writes it larger; what is
# transparent is copied once more while it is made smaller.
PIXELS_THAT_FIT = {"WEBP": 64_000_000, "RGBA": 110_000_000, "LA": 110_000_000, "PA": 110_000_000}
SHARP_SIDE = 480
UNDECODED = (0, 136, 0)  # what the HEIC reader leaves where nothing was decoded
UNDECODED_SIDE, GREY = 32, 112
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
    _prepare(job.limits, form)
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


def main_picture(job: Job, report: Report, form: str) -> Any:
    """The main picture as it is shown: upright pixels, no more than the wall lets through; None when it is
    too large to be read. Raises what its reader raises."""
    _prepare(job.limits, form)
    with warnings.catch_warnings(), _opened(job, form) as image:
        warnings.simplefilter("ignore")
        if image.width * image.height > most_pixels(image, form, job.limits):
            return None
        _shrink_while_reading(image)
        pixels = np.asarray(_upright(_pixels(image, report), report), dtype=np.uint8)
    return without_gaps(pixels, report) if form == "HEIF" else pixels


def _prepare(limits: Limits, form: str) -> None:
    Image.MAX_IMAGE_PIXELS = limits.photo_pixels // 2  # Pillow refuses at twice this
    if form == "HEIF":
        pillow_heif.register_heif_opener(thumbnails=False)
        pillow_heif.options.DECODE_THREADS = 1


def _read(job: Job, report: Report, form: str) -> None:
    with _opened(job, form) as image:
        media = report.media
        if image.width * image.height > most_pixels(image, form, job.limits):
            report.fail(codes.TOO_MANY_PIXELS)
            return
        media["width"], media["height"] = image.size
        exif.read(image, report)
        count = _count(image, form)
        if 1 < count < MOST_PAGES:
            media["frame_count"] = count
            if form in ("PNG", "WEBP", "AVIF"):
                report.warn(codes.ANIMATED)
        if form in OF_BOXES and boxes.is_cut_short(job.input, job.size):
            report.warn(codes.TRUNCATED)
        _shrink_while_reading(image)
        picture = _upright(_pixels(image, report), report)
        if media["rotation"] in (90, 270) and form not in TURNED_BY_READER:
            media["width"], media["height"] = media["height"], media["width"]
        _hand_over(picture, report)
        others = [at for at in range(count) if at != image.tell()] if form in MANY else []
        pixels = image.width * image.height
    _show_others(others, pixels, job, report, form)


def _count(image: Any, form: str) -> int:
    """How many pictures the file holds. Pages of a TIFF are counted one by one, and not without end."""
    if form != "TIFF":
        return int(getattr(image, "n_frames", 1))
    count = 1
    while count < MOST_PAGES:
        try:
            image.seek(count)
        except EOFError:
            break
        count += 1
    image.seek(0)
    return count


@contextmanager
def _opened(job: Job, form: str) -> Iterator[Any]:
    source = plain.reader(job.input)
    source.seek(0)
    with source, Image.open(source, formats=[form]) as image:
        yield image


def _show_others(others: list[int], pixels: int, job: Job, report: Report, form: str) -> None:
    """The other pictures of the file in their order, as far as pictures, pixels and time allow.

    Each is opened anew: the reader of HEIC keeps what it decoded as long as the file is open.
    """
    shown = 0
    for at in others:
        if time.process_time() > job.limits.decode_cpu_seconds or shown + 1 >= MOST_PICTURES:
            return
        try:
            with _opened(job, form) as image:
                image.seek(at)
                pixels += image.width * image.height
                if pixels > MOST_PIXELS:
                    return
                too_large = image.width * image.height > most_pixels(image, form, job.limits)
                if too_large or getattr(image, "tag_v2", {}).get(SMALLER_COPY, 0) & 1:
                    continue
                picture = _upright(_pixels(image, report), report)
        except BROKEN:
            report.warn(codes.TRUNCATED)
            continue
        shown += 1
        report.warn(codes.SEVERAL)
        _hand_over(picture, report, at=at, place=shown)


def most_pixels(image: Image.Image, form: str, limits: Limits) -> float:
    """How many pixels fit into the memory of the child, by the way its reader goes about it."""
    by_reader = (PIXELS_THAT_FIT.get(name, math.inf) for name in (form, image.mode))
    return min(limits.photo_pixels, *by_reader)


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


def _hand_over(picture: Image.Image, report: Report, at: int | None = None, place: int = 0) -> None:
    """``place`` stands where a film has its seconds: it only keeps the pictures of one file in order."""
    small = picture.convert("L")
    small.thumbnail((SHARP_SIDE, SHARP_SIDE))
    pixels: Any = np.asarray(picture, dtype=np.uint8)
    if report.media["container"] == "heif":
        pixels = without_gaps(pixels, report)
    reason = "coverage" if place else "first"
    report.keyframe(float(place), at, pixels, reason, sharpness(np.asarray(small, dtype=np.uint8)))


def without_gaps(pixels: Any, report: Report) -> Any:
    """Where the reader had nothing it leaves one exact flat green: that is told, and made grey."""
    step = UNDECODED_SIDE
    corners = (pixels[::step, ::step] == UNDECODED).all(axis=2)
    if not corners[1:, 1:].any():
        return pixels
    gap = (pixels == UNDECODED).all(axis=2)
    height, width = (side - side % step for side in gap.shape)
    blocks = gap[:height, :width].reshape(height // step, step, width // step, step).all(axis=(1, 3))
    if not blocks.any():
        return pixels
    report.warn(codes.DAMAGED_PICTURE)
    shown = pixels.copy()
    shown[gap] = GREY
    return shown
