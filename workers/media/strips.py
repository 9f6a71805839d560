"""A strip of pixels under a moving picture, joined plane by plane: the picture itself is not touched."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from av.video.frame import VideoFrame

from workers.media.report import Pixels

Planes = tuple[Pixels, Pixels, Pixels]


def fitted(strip: Pixels, width: int) -> Pixels:
    """As wide as the picture, and even in height; drawn so already, unless a header told another width."""
    height, wide = strip.shape[:2]
    size: Any = (width, max(2, round(height * width / wide / 2) * 2))
    if size == (wide, height):
        return strip
    return np.asarray(cv2.resize(strip, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def planes_of(strip: Pixels) -> Planes:
    """Luma and both colours of a strip in RGB."""
    made = VideoFrame.from_ndarray(np.ascontiguousarray(strip), format="rgb24")
    return _planes(made.reformat(format="yuv420p", dst_color_range="MPEG"))


def joined(frame: VideoFrame, under: Planes) -> VideoFrame:
    """The picture with the strip under it; both are of even size and of one width."""
    planes = [np.vstack([above, below]) for above, below in zip(_planes(frame), under, strict=True)]
    height, width = planes[0].shape
    flat = np.concatenate([plane.reshape(-1) for plane in planes])
    return VideoFrame.from_ndarray(flat.reshape(height * 3 // 2, width), format="yuv420p")


def _planes(frame: VideoFrame) -> Planes:
    whole = np.asarray(frame.to_ndarray(), dtype=np.uint8)
    width, height = frame.width, frame.height
    rest = whole[height:].reshape(2, height // 2, width // 2)
    return whole[:height], rest[0], rest[1]
