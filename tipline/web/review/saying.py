"""`gettext` with its type, for modules that hand sentences on as text."""

from __future__ import annotations

import flask_babel


def gettext(sentence: str, **values: object) -> str:
    """The sentence in the reader's language, its places filled."""
    return str(flask_babel.gettext(sentence, **values))
