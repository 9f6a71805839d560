"""The clocks in a photo: one that a camera burned in, or a recorder's screen with a phone held beside it."""

from __future__ import annotations

import struct
import warnings
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import IO, Any

import numpy as np
import pillow_heif
from PIL import Image, ImageFile, ImageOps

from workers.media import plain
from workers.media.clock import agreeing, facts, finding, stamps
from workers.media.clock.agreeing import Reading
from workers.media.clock.engine import STRIP_SIDE, Engine, Line
from workers.media.clock.finding import Seen
from workers.media.clock.stamps import DAY, Stamp
from workers.media.job import Job
from workers.media.report import Pixels

MOST_PIXELS = 16_000_000
# Whatever is wrong with a photo, the first look has told it already.
BROKEN = (
    OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, EOFError, SyntaxError, struct.error,
    Image.DecompressionBombError,
)  # fmt: skip
MOST_LINES = 40
TILE_OVERLAP = 0.12
LARGER = 1.3  # so much taller than all others a phone's clock stands out
SAME_S = 90  # the clock of the phone that took the photo and of the one in it agree within this


@dataclass(frozen=True)
class Shown:
    """A line with a time in it."""

    seen: Seen
    stamp: Stamp

    @property
    def text(self) -> str:
        return self.seen.line.text

    @property
    def is_dated(self) -> bool:
        return bool(self.stamp.days)


def picture(job: Job, form: str) -> Pixels:
    """The upright photo, not larger than can be read. Raises what Pillow raises."""
    Image.MAX_IMAGE_PIXELS = job.limits.photo_pixels // 2
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    if form == "HEIF":
        pillow_heif.register_heif_opener(thumbnails=False)
        pillow_heif.options.DECODE_THREADS = 1
    source = plain.reader(job.input)
    source.seek(0)
    with warnings.catch_warnings(), source:
        warnings.simplefilter("ignore")
        return _upright(source, form)


def _upright(source: IO[bytes], form: str) -> Pixels:
    with Image.open(source, formats=[form]) as image:
        scale = min(1.0, (MOST_PIXELS / max(1, image.width * image.height)) ** 0.5)
        size = (max(1, int(image.width * scale)), max(1, int(image.height * scale)))
        image.draft("RGB", size)
        shown = _turned(image)
        if shown.width * shown.height > MOST_PIXELS:
            shown.thumbnail((max(size), max(size)), Image.Resampling.BOX)
        return np.asarray(shown.convert("RGB"), dtype=np.uint8)


def _turned(image: Image.Image) -> Image.Image:
    image.load()
    try:
        return ImageOps.exif_transpose(image)
    except (*BROKEN, ZeroDivisionError):
        return image  # its metadata is damaged, its picture is not


def examine(engine: Engine, shown: Pixels, *, taken: datetime | None, is_for_clock: bool) -> dict[str, Any]:
    """`clock` and `texts` of a photo; of one that was taken to compare clocks also the other clock in it.

    ``taken`` is when the photo was taken, by its own metadata.
    """
    lines = finding.lines(engine, shown, MOST_LINES, STRIP_SIDE)
    recorder, phone = _both(lines, taken, is_for_clock)
    if is_for_clock and not (recorder and phone):
        # Too small at this size, perhaps: look again, a quarter at a time.
        closer = _quarters(engine, shown)
        pair = _both(closer, taken, is_for_clock)
        if pair[0]:
            lines, (recorder, phone) = closer, pair
    shown_twice = [one.seen for one in (recorder, phone) if one]
    clock = _told(recorder) | {"beside": _beside(phone) if phone else None} if recorder else None
    return {"clock": clock, "texts": finding.texts(lines, shown_twice)}


def _both(lines: list[Seen], taken: datetime | None, is_for_clock: bool) -> tuple[Shown | None, Shown | None]:
    times = _times(lines)
    recorder = _recorder(times, taken)
    return recorder, _phone(times, recorder, taken) if recorder and is_for_clock else None


def _told(recorder: Shown) -> dict[str, Any]:
    reading = Reading(0.0, recorder.text, recorder.stamp, recorder.seen.line.score)
    return {
        **facts.of(agreeing.agree([reading]), [reading], 1, [reading.score]),
        "box": finding.Place((recorder.seen.box,)).told,
    }


def _beside(phone: Shown) -> dict[str, Any]:
    """The true time as the phone shows it; the day only where it shows one."""
    reading = Reading(0.0, phone.text, phone.stamp, phone.seen.line.score)
    clock = agreeing.agree([reading])
    order = "" if clock.meanings else clock.order
    return {"text": phone.text, "at": agreeing.wall(clock.points[0].moment, order, phone.stamp.unit)}


def _times(lines: list[Seen]) -> list[Shown]:
    found = [Shown(one, stamp) for one in lines if (stamp := stamps.read(one.line.text))]
    if any(one.is_dated for one in found):
        return found
    # Date and time may stand one above the other.
    pair = finding.in_two(lines)
    if pair:
        text = " ".join(one.line.text for one in pair)
        stamp = stamps.read(text)
        if stamp:
            line = Line(text, min(one.line.score for one in pair))
            rest = [one for one in found if one.seen not in pair]
            return [Shown(Seen(pair[0].box, line), stamp), *rest]
    return found


def _recorder(times: list[Shown], taken: datetime | None) -> Shown | None:
    """The dated clock. A phone may show a date too: the recorder is farther from when the photo was taken."""
    dated = [one for one in times if one.is_dated]
    if not dated:
        return None
    finest = [one for one in dated if one.stamp.unit == 1] or dated
    if _spread(finest) <= SAME_S or taken is None:
        return finest[0] if _spread(finest) <= SAME_S else None
    return max(finest, key=lambda one: _distance(one, taken))


def _spread(dated: list[Shown]) -> float:
    """How far the clocks are apart; a wall of cameras shows one time many times."""
    moments = [_moment(one) for one in dated]
    return max(moments) - min(moments)


def _moment(one: Shown) -> float:
    return float((one.stamp.days[0][1] - agreeing.EPOCH).days * DAY + one.stamp.second)


def _distance(one: Shown, taken: datetime) -> float:
    options = [
        abs((datetime.combine(day, time()) + timedelta(seconds=one.stamp.second) - taken).total_seconds())
        for _, day in one.stamp.days
    ]
    return min(options)


def _phone(times: list[Shown], recorder: Shown, taken: datetime | None) -> Shown | None:
    """The other clock. Screens are full of hours: it agrees with ``taken``, or it stands out."""
    others = [one for one in times if one is not recorder and not _is_recorder(one, recorder)]
    if taken is not None:
        near = [one for one in others if _of_day(one.stamp, taken) <= max(SAME_S, one.stamp.unit)]
        if near:
            return max(near, key=lambda one: (one.stamp.unit == 1, one.seen.box.height))
    others.sort(key=lambda one: -one.seen.box.height)
    distinct = [one for one in others if one.stamp.second != others[0].stamp.second]
    if others and (not distinct or others[0].seen.box.height >= LARGER * distinct[0].seen.box.height):
        return others[0]
    return None


def _is_recorder(one: Shown, recorder: Shown) -> bool:
    """The recorder's clock once more, on another of its pictures."""
    same_day = not one.is_dated or {day for _, day in one.stamp.days} & {
        day for _, day in recorder.stamp.days
    }
    return bool(same_day) and one.stamp.unit == 1 and abs(one.stamp.second - recorder.stamp.second) <= 2


def _of_day(stamp: Stamp, taken: datetime) -> float:
    """Seconds between two times of day, across midnight if that is nearer."""
    second = (taken - datetime.combine(taken.date(), time())).total_seconds()
    apart = abs(stamp.second + (stamp.unit - 1) / 2 - second)
    return min(apart, DAY - apart)


def _quarters(engine: Engine, shown: Pixels) -> list[Seen]:
    """Text in four overlapping parts of the picture; a line in two of them counts once."""
    height, width = shown.shape[:2]
    tall, wide = round(height * (0.5 + TILE_OVERLAP / 2)), round(width * (0.5 + TILE_OVERLAP / 2))
    found: list[Seen] = []
    for top in (0, height - tall):
        for left in (0, width - wide):
            part = finding.lines(
                engine, shown[top : top + tall, left : left + wide], MOST_LINES // 2, STRIP_SIDE
            )
            for one in part:
                moved = Seen(one.box.moved(left, top), one.line)
                same = [old for old in found if _overlap(old, moved)]
                if not same:
                    found.append(moved)
                elif all(len(moved.line.text) > len(old.line.text) for old in same):
                    found = [old for old in found if old not in same] + [moved]
    return sorted(found, key=lambda one: (one.box.top, one.box.left))


def _overlap(one: Seen, two: Seen) -> bool:
    a, b = one.box, two.box
    wide = min(a.right, b.right) - max(a.left, b.left)
    tall = min(a.bottom, b.bottom) - max(a.top, b.top)
    return wide > 0 and tall > 0.5 * min(a.height, b.height)
