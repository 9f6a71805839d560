"""The list of what was handed in, on paper."""

from __future__ import annotations

from tipline.domain import clock
from tipline.web.intake import pages
from tipline.web.intake.telling import Told


def page(told: Told) -> str:
    """Files with sizes and digests, to print. It says itself that nobody has signed it."""
    return pages.render("slip", told=told, issued_at=clock.now())
