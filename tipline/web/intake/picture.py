"""The receipt code as a picture, to be kept by a long press.

It holds the code as plain text, never as part of an address: addresses are logged on their way.
"""

from __future__ import annotations

import segno
from flask_babel import gettext

from tipline.web import current


def picture(code: str) -> str:
    """A QR code as a data: address."""
    station = current.settings().station or "Tipline"
    text = gettext("%(station)s receipt code %(code)s", station=station, code=code)
    return str(segno.make(text, error="m", micro=False).png_data_uri(scale=6, border=3))
