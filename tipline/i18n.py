"""Languages: which one a person gets, and sentences outside a request.

English sentences are the keys; `locales/zh_Hans_CN` is the one catalogue of translations.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.support import NullTranslations, Translations

from tipline.settings import LOCALES

FOLDER = Path(__file__).parent / "locales"
HTML_LANG = {"zh_Hans_CN": "zh-CN", "en": "en"}
NAMES = {"zh_Hans_CN": "中文", "en": "English"}


@cache
def catalogue(locale: str) -> NullTranslations:
    """Translations of one locale; English needs none."""
    return Translations.load(str(FOLDER), [locale])


def say(locale: str, sentence: str, **values: object) -> str:
    """The sentence in that language, its places filled."""
    translated = catalogue(locale).gettext(sentence)
    return translated % values if values else translated


def nearest(wanted: str | None) -> str | None:
    """Our locale for a language tag such as zh-CN, zh_Hans_CN or en-GB; None if we do not speak it."""
    language = (wanted or "").replace("_", "-").lower().split("-")[0]
    return next((one for one in LOCALES if one.split("_")[0] == language), None)
