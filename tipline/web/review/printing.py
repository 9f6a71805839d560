"""What a sheet of paper needs: a code that leads back to the record."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr(address: str) -> Markup:
    """The address as an SVG drawing; it holds nothing but squares."""
    drawn = segno.make(address, error="m").svg_inline(border=0, omitsize=True, svgclass="qr", lineclass=None)
    return Markup(drawn)  # noqa: S704 - drawn by us, the address is inside as squares alone
