"""Looks for the line of a clock: the strips at the top and the bottom first, then the whole picture."""

from __future__ import annotations

from dataclasses import dataclass, field

from workers.media.clock import stamps
from workers.media.clock.engine import STRIP_SIDE, Box, Engine, Line
from workers.media.report import Pixels

STRIP = 0.15  # of the height, at the top and at the bottom
WORD_GAP, SAME_LINE = 1.8, 0.5  # in heights of the line
IN_STRIP, IN_PICTURE = 8, 16  # lines read at most; the longest first, for a clock is long
PICTURE_SIDE = 768
SURE = 0.5
TEXTS, TEXT_SCORE, SHORTEST = 20, 0.75, 2


@dataclass(frozen=True)
class Seen:
    """A line of text and where it stands."""

    box: Box
    line: Line


@dataclass(frozen=True)
class Place:
    """Where the clock stands: one line, or date and time apart."""

    boxes: tuple[Box, ...]

    @property
    def told(self) -> list[int]:
        """Left, top, width and height of all of it, in pixels of the upright picture."""
        left, top = min(one.left for one in self.boxes), min(one.top for one in self.boxes)
        right, bottom = max(one.right for one in self.boxes), max(one.bottom for one in self.boxes)
        return [left, top, right - left, bottom - top]

    def read(self, engine: Engine, picture: Pixels) -> Line:
        """The clock in another picture of the same film."""
        height, width = picture.shape[:2]
        lines = [engine.line(box.with_room(width, height).cut(picture)) for box in self.boxes]
        return Line(" ".join(one.text for one in lines), min(one.score for one in lines))


@dataclass
class Found:
    """What the search came upon: perhaps a clock, and other lines that may be worth a search."""

    place: Place | None = None
    line: Line | None = None
    texts: list[str] = field(default_factory=list)


def in_strips(engine: Engine, picture: Pixels) -> Found:
    """Cameras write at the edge: that is where to look, at a tenth of the price of the whole picture."""
    height = picture.shape[0]
    tall = max(24, round(STRIP * height))
    seen = [
        Seen(one.box.moved(0, top), one.line)
        for top in (0, height - tall)
        for one in lines(engine, picture[top : top + tall], IN_STRIP)
    ]
    return _clock_in(seen)


def anywhere(engine: Engine, picture: Pixels) -> Found:
    """In the whole picture: a film of a screen, or a camera with its own mind."""
    return _clock_in(lines(engine, picture, IN_PICTURE, PICTURE_SIDE))


def lines(engine: Engine, picture: Pixels, most: int, longest_side: int = STRIP_SIDE) -> list[Seen]:
    """Text in the picture, from the top down."""
    height, width = picture.shape[:2]
    boxes = _joined(engine.boxes(picture, longest_side))
    longest = sorted(boxes, key=lambda one: one.height / max(1, one.right - one.left))[:most]
    read = [Seen(one, engine.line(one.with_room(width, height).cut(picture))) for one in longest]
    legible = [one for one in read if one.line.text.strip() and one.line.score >= SURE]
    return sorted(legible, key=lambda one: (one.box.top, one.box.left))


def _joined(boxes: list[Box]) -> list[Box]:
    """Words that follow each other on one line become one box."""
    lines: list[Box] = []
    for box in sorted(boxes, key=lambda one: one.left):
        for at, line in enumerate(lines):
            tall = min(box.height, line.height)
            beside = abs(box.middle - line.middle) <= SAME_LINE * tall
            if (
                beside
                and box.left - line.right <= WORD_GAP * tall
                and max(box.height, line.height) <= 1.6 * tall
            ):
                lines[at] = Box(
                    line.left,
                    min(line.top, box.top),
                    max(line.right, box.right),
                    max(line.bottom, box.bottom),
                )
                break
        else:
            lines.append(box)
    return sorted(lines, key=lambda one: (one.top, one.left))


def _clock_in(seen: list[Seen]) -> Found:
    """The fullest clock among the lines: date and time in one, else a date and a time, else a bare time."""
    chosen = _whole(seen) or in_two(seen) or _bare(seen)
    if not chosen:
        return Found(texts=texts(seen, []))
    text = " ".join(one.line.text for one in chosen)
    line = Line(text, min(one.line.score for one in chosen))
    return Found(Place(tuple(one.box for one in chosen)), line, texts(seen, chosen))


def texts(seen: list[Seen], but: list[Seen]) -> list[str]:
    """Other lines that somebody may search for: the name of a camera, of a shop."""
    said = [one.line.text.strip() for one in seen if one not in but and one.line.score >= TEXT_SCORE]
    worth = [
        one for one in said if len(one) >= SHORTEST and any(map(str.isalnum, one)) and not stamps.read(one)
    ]
    return list(dict.fromkeys(worth))[:TEXTS]


def _whole(seen: list[Seen]) -> list[Seen]:
    return next(([one] for one in seen if (stamp := stamps.read(one.line.text)) and stamp.days), [])


def in_two(seen: list[Seen]) -> list[Seen]:
    """Date and time in lines of their own, the two that stand nearest to each other."""
    dates = [one for one in seen if stamps.is_date(one.line.text)]
    times = [one for one in seen if stamps.read(one.line.text)]
    pairs = [(one, two) for one in dates for two in times if stamps.read(f"{one.line.text} {two.line.text}")]
    return list(min(pairs, key=lambda pair: _distance(*pair))) if pairs else []


def _distance(first: Seen, second: Seen) -> float:
    one, two = first.box, second.box
    return abs(one.middle - two.middle) + max(0, one.left - two.right, two.left - one.right)


def _bare(seen: list[Seen]) -> list[Seen]:
    """A time alone must show its seconds: opening hours and prices do not."""
    return next(([one] for one in seen if (stamp := stamps.read(one.line.text)) and stamp.unit == 1), [])
