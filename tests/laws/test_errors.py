"""Whatever answers «no» has a sentence, and no sentence is kept that nobody says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.laws.sources import Source, calls, files, python, strings
from tipline.errors import CATALOGUE, Kind
from tipline.failures import FAILURES
from tipline.web import errors as answers
from workers.media import codes

CODE = re.compile(r"[a-z]+(-[a-z]+)*:[a-z]+(-[a-z]+)*")
PLACE = re.compile(r"%\((\w+)\)s")
# Where codes are defined, which is no use of them.
TABLES = {
    "tipline/errors.py", "tipline/trust_errors.py", "tipline/service_errors.py",
    "tipline/incident_errors.py", "tipline/topic_errors.py", "tipline/failures.py",
    "tipline/handover_errors.py", "tipline/notice_errors.py", "workers/media/codes.py",
}  # fmt: skip


def _raised() -> Iterator[tuple[Source, ast.Call, str]]:
    """Every `TiplineError("code", …)` of the product."""
    for source in python():
        for call in calls(source, "TiplineError"):
            if call.args and isinstance(call.args[0], ast.Constant):
                yield source, call, str(call.args[0].value)


def test_every_code_that_is_raised_is_in_the_catalogue() -> None:
    raised = {code: source.name for source, _, code in _raised()}

    assert len(raised) > 30
    assert {code: name for code, name in raised.items() if code not in CATALOGUE} == {}


def test_every_code_beside_a_field_is_in_the_catalogue() -> None:
    unknown = []
    for source, call, _ in _raised():
        fields = next((one.value for one in call.keywords if one.arg == "fields"), None)
        if isinstance(fields, ast.Dict):
            for value in fields.values:
                if isinstance(value, ast.Constant) and value.value not in CATALOGUE:
                    unknown.append(f"{source.name}: {value.value}")
    assert unknown == []


def test_every_code_of_the_catalogue_is_used() -> None:
    used = {text for source in python() if source.name not in TABLES for text in strings(source)}
    for path in [*files("templates", ".html"), *files("tipline/static/js", ".js")]:
        used |= set(re.findall(CODE.pattern.replace("(", "(?:"), path.read_text(encoding="utf-8")))

    assert sorted(set(CATALOGUE) - used) == []


def test_codes_speak_one_grammar() -> None:
    assert [code for code in [*CATALOGUE, *FAILURES] if not CODE.fullmatch(code)] == []


def test_every_place_of_a_sentence_is_filled_where_it_is_raised() -> None:
    wrong = []
    for source, call, code in _raised():
        given = {one.arg for one in call.keywords}
        if code in CATALOGUE and None not in given:
            places = set(PLACE.findall(CATALOGUE[code].sentence))
            if places != given - {"fields"}:
                wrong.append(
                    f"{source.name}:{call.lineno} {code} has {places}, is given {given - {'fields'}}"
                )
    assert wrong == []


def test_a_sentence_can_be_read() -> None:
    assert [entry.sentence for entry in CATALOGUE.values() if not _is_readable(entry.sentence)] == []


def _is_readable(sentence: str) -> bool:
    # It may begin with somebody's name.
    begins = sentence[0].isupper() or sentence.startswith(("“", "%(name)s"))
    # Nothing but our own places is to be filled in.
    return begins and sentence.endswith((".", "?", "!")) and "%" not in PLACE.sub("", sentence)


def test_every_kind_of_no_has_a_status_and_is_used() -> None:
    assert set(answers.STATUS) == set(Kind)
    assert {entry.kind for entry in CATALOGUE.values()} == set(Kind)


def test_statuses_of_their_own_belong_to_codes_that_exist() -> None:
    assert set(answers._OWN_STATUS) | set(answers.RETRY_S) | set(answers._LIMITS) <= set(CATALOGUE)


def test_every_code_of_an_examination_has_a_sentence_and_no_other_has() -> None:
    assert sorted(codes.ALL ^ set(FAILURES)) == []


def test_every_code_of_an_examination_that_is_written_anywhere_exists() -> None:
    written = {
        text for source in python() for text in strings(source) if re.fullmatch(r"media:[a-z-]+", text)
    }

    assert written <= set(FAILURES) | set(CATALOGUE)
