"""Signs that a phone filmed a screen: a lit picture in a dark frame that moves with the hand, and moiré.

Measured here, judged elsewhere together with what else is known. A window at night is lit and four-cornered
too, but a fixed camera sees it without the least movement; tiles and shelves are periodic too, but along
the picture's own axes.
"""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from workers.media import frames, opening
from workers.media.job import Job

Gray = NDArray[np.uint8]
Corners = NDArray[np.float64]

SIDE, TILE = 480, 512
FRAMES, ENOUGH, PACKETS, DECODED = 6, 3, 1_000, 200
PHOTO_PIXELS, PHOTO_SIDE = 60_000_000, 2048
AREA, FILLED, INSIDE_FRAME = (0.12, 0.92), 0.88, 0.012
DARK, DARKER_THAN_INSIDE, LIFTED = 70.0, 0.45, 12
BAND, OFF_AXIS_DEGREES, GAP_S = (0.06, 0.42), 4.0, 0.7


def of_photo(image: Image.Image) -> dict[str, Any] | None:
    """The signs in one photo; None where it is too large to be looked at a second time."""
    if image.width * image.height > PHOTO_PIXELS:
        return None
    if image.format == "JPEG":
        image.draft("L", (PHOTO_SIDE, PHOTO_SIDE))
    gray = np.asarray(image.convert("L"), dtype=np.uint8)
    return signs([gray])


def of_film(job: Job) -> dict[str, Any] | None:
    """The signs in a few frames near the beginning: key frames, or all frames where these are rare."""
    found = _frames(job, keys_only=True)
    return signs(found if len(found) >= ENOUGH else _frames(job, keys_only=False))


def _frames(job: Job, *, keys_only: bool) -> list[Gray]:
    found: list[Gray] = []
    budget, tally, due, packets = frames.Budget(job.limits), frames.Decoded(), -math.inf, 0
    with opening.opened(job) as container:
        stream = opening.picture_stream(container, job.limits)
        if stream is None:
            return []
        if keys_only:
            stream.codec_context.skip_frame = "NONKEY"
        for packet in frames.packets(container, stream, budget, tally):
            packets += 1
            for frame in frames.decode(packet, budget, tally):
                if frame.time is None or frame.is_corrupt or frame.time < due:
                    continue
                due = frame.time + GAP_S
                found.append(np.asarray(frame.reformat(format="gray").to_ndarray(), dtype=np.uint8))
            if len(found) >= FRAMES or packets >= (PACKETS if keys_only else DECODED):
                break
    return found[:FRAMES]


def signs(pictures: list[Gray]) -> dict[str, Any] | None:
    """How many pictures show a lit quadrilateral, how far it wanders, how strong the ripples are."""
    if not pictures:
        return None
    quads = [quad for one in pictures if (quad := lit_quad(one)) is not None]
    ripples = [moire(one) for one in pictures]
    return {
        "frames": len(pictures),
        "quads": len(quads),
        "moved": round(_moved(quads), 5),
        "moire": round(float(np.median(ripples)), 2),
    }


def lit_quad(gray: Gray) -> Corners | None:
    """Corners of a lit picture in a dark frame, as shares of width and height; None without one."""
    scale = SIDE / max(gray.shape)
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else gray
    height, width = small.shape
    soft = np.asarray(cv2.GaussianBlur(small, (5, 5), 0), dtype=np.uint8)
    rim = np.concatenate([soft[:4].ravel(), soft[-4:].ravel(), soft[:, :4].ravel(), soft[:, -4:].ravel()])
    dark = float(np.percentile(rim, 80))
    if dark > DARK:
        return None
    _, lit = cv2.threshold(soft, dark + LIFTED, 255, cv2.THRESH_BINARY)
    closed: Gray = np.asarray(cv2.morphologyEx(lit, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)), np.uint8)
    outlines, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return None
    largest = cv2.convexHull(max(outlines, key=cv2.contourArea))
    quad = cv2.approxPolyDP(largest, 0.02 * cv2.arcLength(largest, True), True)
    share = cv2.contourArea(quad) / (width * height)
    if len(quad) != 4 or not AREA[0] <= share <= AREA[1]:
        return None
    corners = quad.reshape(4, 2).astype(np.float64) / (width, height)
    within = ((corners > INSIDE_FRAME) & (corners < 1 - INSIDE_FRAME)).all(axis=1)
    if within.sum() < 3 or not _is_framed(soft, closed, quad):
        return None
    return _in_order(corners)


def _is_framed(soft: Gray, closed: Gray, quad: NDArray[Any]) -> bool:
    """Full of light inside and dark all around."""
    inside, near = np.zeros_like(soft), np.zeros_like(soft)
    cv2.fillConvexPoly(inside, quad, 255)
    cv2.polylines(near, [quad], True, 255, max(9, soft.shape[1] // 24))
    core = cv2.erode(inside, np.ones((7, 7), np.uint8))
    ring = cv2.subtract(near, cv2.dilate(inside, np.ones((7, 7), np.uint8)))
    if not core.any() or np.count_nonzero(ring) < 200:
        return False
    filled = float(np.mean(closed[core > 0] > 0))
    dark, light = soft[ring > 0], float(soft[core > 0].mean())
    dim = float(np.percentile(dark, 90))
    return filled >= FILLED and dim <= DARK and float(dark.mean()) <= DARKER_THAN_INSIDE * light


def _in_order(corners: Corners) -> Corners:
    """Clockwise from the top left, so that frames can be compared corner by corner."""
    middle = corners.mean(axis=0)
    turned = corners[np.argsort(np.arctan2(*(corners - middle).T[::-1]))]
    return np.roll(turned, -int(np.argmin(turned.sum(axis=1))), axis=0)


def _moved(quads: list[Corners]) -> float:
    """How far the corners wander between frames, as a share of the picture."""
    if len(quads) < 2:
        return 0.0
    return float(np.median(np.abs(np.diff(np.stack(quads), axis=0))))


def moire(gray: Gray) -> float:
    """How far the strongest slanted ripple stands out from its surroundings; 0 for a tiny picture."""
    size = min(TILE, *gray.shape)
    if size < 128:
        return 0.0
    top, left = (gray.shape[0] - size) // 2, (gray.shape[1] - size) // 2
    tile = gray[top : top + size, left : left + size].astype(np.float32)
    tile -= cv2.GaussianBlur(tile, (0, 0), 6)
    window = np.hanning(size).astype(np.float32)
    power = np.abs(np.fft.fftshift(np.fft.fft2(tile * np.outer(window, window))))
    axis = np.fft.fftshift(np.fft.fftfreq(size))
    y, x = np.meshgrid(axis, axis, indexing="ij")
    radius = np.hypot(x, y)
    slant = np.degrees(np.abs(np.arctan2(np.minimum(np.abs(x), np.abs(y)), np.maximum(np.abs(x), np.abs(y)))))
    level = np.asarray(cv2.blur(power.astype(np.float32), (25, 25)))
    told = (radius > BAND[0]) & (radius < BAND[1]) & (slant > OFF_AXIS_DEGREES)
    return float((power[told] / (level[told] + 1e-3)).max())
