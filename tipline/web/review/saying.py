"""`gettext` and `ngettext` with their types, for modules that hand sentences on as text."""

from __future__ import annotations

import flask_babel


def gettext(sentence: str, **values: object) -> str:
    """The sentence in the reader's language, its places filled."""
    return str(flask_babel.gettext(sentence, **values))


def ngettext(one: str, many: str, number: int) -> str:
    """The sentence for so many, which stand in it as `num`."""
    return str(flask_babel.ngettext(one, many, number))
