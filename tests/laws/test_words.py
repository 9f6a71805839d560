"""Every word a person reads comes in both languages: code, templates and the one catalogue agree."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages import extract
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from tests.laws.sources import ROOT, files
from tipline.domain import categories, timeline
from tipline.errors import CATALOGUE
from tipline.failures import FAILURES

CHINESE = ROOT / "tipline/locales/zh_Hans_CN/LC_MESSAGES/messages.po"
PLACES = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")
TAGS = re.compile(r"<[^>]*>")
HAN = re.compile(r"[\u4e00-\u9fff]")
# Sentences that are the same in every language: names, numbers, nothing to translate.
SAME = {"Tipline", "SHA-256", "English", "中文", "“%(words)s”"}


@cache
def _chinese() -> Catalog:
    with CHINESE.open("rb") as file:
        return read_po(file, locale="zh_Hans_CN", ignore_obsolete=False)


@cache
def _said() -> dict[str, str]:
    """Every sentence that code and templates mark for translation → where."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
    methods = [(one["pattern"], one["method"]) for one in config]
    keywords = {**extract.DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None}
    found = {}
    for folder in ("tipline", "workers", "templates"):
        inside = [
            (pattern.removeprefix(f"{folder}/"), how)
            for pattern, how in methods
            if pattern.startswith(folder)
        ]
        for name, line, message, _, _ in extract.extract_from_dir(ROOT / folder, inside, keywords=keywords):
            sentence = message if isinstance(message, str) else message[0]
            found[sentence] = f"{folder}/{name}:{line}"
    return found


def _messages() -> Iterator[Message]:
    return (one for one in _chinese() if one.id)


def _singular(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _translations(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def test_the_sentences_of_code_and_templates_are_found() -> None:
    said = _said()

    for sentence in (
        CATALOGUE["tip:empty"].sentence, FAILURES["media:corrupt"], timeline.STATUS["triage"],
        categories.CATEGORIES[0].label, "just now", "Back to the start page",
    ):  # fmt: skip
        assert sentence in said


def test_the_catalogue_holds_just_the_sentences_that_are_said() -> None:
    kept = {_singular(one) for one in _messages()}

    assert {sentence: where for sentence, where in _said().items() if sentence not in kept} == {}
    assert sorted(kept - set(_said())) == []
    assert not _chinese().obsolete


def test_every_sentence_has_its_chinese() -> None:
    missing = [
        _singular(one)
        for one in _messages()
        if not all(_translations(one))
        or not (
            HAN.search("".join(_translations(one)))
            or _singular(one) in SAME
            or not re.search("[A-Za-z]", _singular(one))
        )
    ]

    assert missing == []


def test_no_translation_is_a_guess() -> None:
    assert [_singular(one) for one in _messages() if one.fuzzy] == []


def test_a_translation_has_the_same_places_and_tags() -> None:
    wrong = []
    for message in _messages():
        expected = PLACES.findall(_singular(message)), TAGS.findall(_singular(message))
        for translation in _translations(message):
            if tuple(map(sorted, (PLACES.findall(translation), TAGS.findall(translation)))) != tuple(
                map(sorted, expected)
            ):
                wrong.append((_singular(message), translation))
    assert wrong == []


def test_chinese_is_set_as_chinese_is() -> None:
    """Full-width marks after Chinese, and none of the words a reporter must not meet."""
    wrong = [
        one
        for message in _messages()
        for one in _translations(message)
        if re.search(r"[\u4e00-\u9fff][,;:?!](?!\w)", one) or "系统繁忙" in one
    ]
    assert wrong == []


# --- words that nobody marked


JINJA = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
CODE_BLOCKS = re.compile(r"<(script|style|code|kbd)\b.*?</\1>|<!--.*?-->", re.DOTALL)
SPOKEN = re.compile(
    r"""\b(?:alt|aria-label|placeholder|title|aria-description)\s*=\s*(["'])(.*?)\1""", re.DOTALL
)
# Names for style sheets and scripts, attributes that a macro adds to a tag, codes and subjects as examples.
UNSEEN = re.compile(
    r"{% block (?:kind|entry|head) %}.*?{% endblock %}"
    r"""|\s[a-z-]+="[^"]*"(?=[^<>]*{% end)"""
    r"|\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b"
    r"|\b[a-z]+:[\w-]+"
)
WORD = re.compile(r"[A-Za-z\u4e00-\u9fff]{2,}")
# Names, units and keys, which every language writes alike.
EVERYWHERE = {
    "Tipline", "SHA", "SM", "JSON", "API", "GPS", "UTC", "Enter", "Esc", "Ctrl", "Shift", "PDF", "URL", "ID",
    "EXIF", "WGS", "Ed", "English", "中文", "nbsp", "middot", "times", "amp", "lt", "gt", "ndash",
    "mdash", "hellip", "deg",
}  # fmt: skip


def test_no_visible_word_of_a_template_is_left_in_one_language() -> None:
    left = {path.relative_to(ROOT).as_posix(): _bare_words(path) for path in files("templates", ".html")}

    assert {name: words for name, words in left.items() if words} == {}


def _bare_words(path: Path) -> list[str]:
    """What a template says without asking a catalogue."""
    bare = JINJA.sub("", UNSEEN.sub("", CODE_BLOCKS.sub("", path.read_text(encoding="utf-8"))))
    spoken = [found[2] for found in SPOKEN.finditer(bare)]
    text = TAGS.sub(" ", bare)
    return sorted(set(WORD.findall(" ".join([text, *spoken]))) - EVERYWHERE)
