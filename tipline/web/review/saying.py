"""`gettext` and `ngettext` with their types, for modules that hand sentences on as text."""

from __future__ import annotations

import flask_babel

from tipline.web import current

gettext = current.gettext


def ngettext(one: str, many: str, number: int) -> str:
    """The sentence for so many, which stand in it as `num`."""
    return str(flask_babel.ngettext(one, many, number))
