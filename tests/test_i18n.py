"""Languages: `tipline.i18n`."""

from __future__ import annotations

import pytest

from tipline import i18n
from tipline.errors import CATALOGUE
from tipline.settings import LOCALES


@pytest.mark.parametrize(
    ("wanted", "locale"),
    [
        ("zh-CN", "zh_Hans_CN"), ("zh", "zh_Hans_CN"), ("zh_Hans_CN", "zh_Hans_CN"), ("ZH-tw", "zh_Hans_CN"),
        ("en", "en"), ("en-GB", "en"), ("EN_us", "en"),
        ("fr", None), ("z", None), ("e", None), ("*", None), ("", None), (None, None), ("-", None),
    ],
)  # fmt: skip
def test_a_language_tag_finds_the_locale_we_speak_or_none(wanted: str | None, locale: str | None) -> None:
    assert i18n.nearest(wanted) == locale


def test_every_locale_has_a_name_and_a_tag_for_pages() -> None:
    assert set(i18n.NAMES) == set(i18n.HTML_LANG) == set(LOCALES)


def test_a_sentence_is_said_in_both_languages_with_its_places_filled() -> None:
    sentence = CATALOGUE["upload:too-large"].sentence

    assert i18n.say("en", sentence, limit="8 GB") == sentence % {"limit": "8 GB"}
    chinese = i18n.say("zh_Hans_CN", sentence, limit="8 GB")
    assert chinese == "文件超过 8 GB。请分段导出后逐个上传。"


def test_a_sentence_without_translation_stays_as_it_is() -> None:
    assert i18n.say("zh_Hans_CN", "100% unheard of") == "100% unheard of"
