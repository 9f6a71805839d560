"""What tests of the child's parts need: a job over a file on this side of the wall. For drawn files only."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

from workers.media import exif, sniff
from workers.media.job import Job, Limits
from workers.media.report import Report


def job_over(path: Path) -> Job:
    """The descriptor stays open for as long as the tests run."""
    return Job(os.open(path, os.O_RDONLY), path.stat().st_size, os.getpid(), Limits())


def metadata_of(path: Path) -> dict[str, Any]:
    """What the EXIF of a drawn photo tells."""
    from PIL import Image

    report = Report(io.BytesIO(), [])
    form = sniff.photo_format(path.read_bytes())
    with Image.open(path, formats=[form] if form else None) as image:
        exif.read(image, report)
    return report.media
