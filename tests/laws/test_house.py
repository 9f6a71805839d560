"""How the house is kept: names, sizes, and what no file of ours does."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.laws.sources import ROOT, Source, calls, files, imports, python, strings

OURS = python("storage", "tipline", "workers", "tests")
PRODUCT = python()
TEMPLATES = files("templates", ".html")
LONGEST_FILE = 350
LONGEST_FUNCTION = 60
# Names that say nothing of what is inside.
EMPTY_NAMES = re.compile(r"(utils?|helpers?|managers?|common|misc|stuff|base_classes)$")


def _named(items: list[Source]) -> dict[str, object]:
    return {"argvalues": items, "ids": [one.name for one in items]}


@pytest.mark.parametrize("source", **_named(OURS))
def test_every_file_says_what_it_is_for(source: Source) -> None:
    said = ast.get_docstring(source.tree)

    assert said or not source.text.strip(), source.name
    assert not said or said[0].isupper() or not said[0].isalpha(), source.name


@pytest.mark.parametrize("source", **_named(PRODUCT))
def test_no_file_and_no_function_is_too_long_to_be_read(source: Source) -> None:
    assert len(source.text.splitlines()) <= LONGEST_FILE
    if "migrations/versions" in source.name:
        return  # a shape is one list of tables
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"


def test_names_say_what_is_inside() -> None:
    empty = [one.name for one in OURS if EMPTY_NAMES.search(one.path.stem.lower())]
    for one in PRODUCT:
        for node in ast.walk(one.tree):
            if isinstance(node, ast.ClassDef) and re.search(r"(Manager|Helper|Util)s?$", node.name):
                empty.append(f"{one.name}: {node.name}")
    assert empty == []


@pytest.mark.parametrize("source", **_named(PRODUCT))
def test_nothing_is_unpickled_evaluated_or_handed_to_a_shell(source: Source) -> None:
    assert {name.split(".")[0] for name in imports(source)} & {"pickle", "marshal", "shelve", "dill"} == set()
    for name in ("eval", "exec", "system", "popen"):
        for call in calls(source, name):
            assert ast.unparse(call.func) not in ("eval", "exec", "os.system", "os.popen"), call.lineno
    for node in ast.walk(source.tree):
        if isinstance(node, ast.keyword) and node.arg == "shell":
            assert isinstance(node.value, ast.Constant), node.value.lineno
            assert node.value.value is False, node.value.lineno


def test_sql_is_written_in_the_database_and_domain_alone() -> None:
    sql = re.compile(r"\b(SELECT .+ FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b")
    allowed = ("tipline/db.py", "tipline/domain/", "tipline/migrations/")
    outside = [one for one in PRODUCT if not one.name.startswith(allowed)]

    assert [one.name for one in outside if any(sql.search(text) for text in strings(one))] == []


def test_nothing_is_left_to_be_done_later() -> None:
    later = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    places = [*(one.path for one in OURS), *TEMPLATES, *files("tipline/static", ".js", ".mjs", ".css")]
    here = Path(__file__)

    found = [path for path in places if path != here and later.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_no_test_is_skipped() -> None:
    skipping = re.compile(r"pytest\.(mark\.)?(skip|skipif|importorskip|xfail)\b")
    found = [one.name for one in python("tests") if one.path != Path(__file__) and skipping.search(one.text)]
    assert found == []


# --- templates


@pytest.mark.parametrize("path", TEMPLATES, ids=[path.relative_to(ROOT).as_posix() for path in TEMPLATES])
def test_a_template_needs_nothing_that_our_policy_forbids(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert not re.search(r"\|\s*safe\b|Markup\(|autoescape\s+false", text)
    assert not re.search(r"""<[^>]*\sstyle\s*=\s*["']""", text)
    assert not re.search(r"<style\b", text, re.IGNORECASE)
    assert not re.search(r"""<[^>]*\son[a-z]+\s*=\s*["']""", text, re.IGNORECASE)
    assert not re.search(r"javascript:", text, re.IGNORECASE)
    for script in re.findall(r"<script\b[^>]*>.*?</script>", text, re.DOTALL | re.IGNORECASE):
        is_data = re.search(r"""type=["']application/(ld\+)?json["']""", script)
        assert is_data or re.fullmatch(r"<script\b[^>]*\bsrc=[^>]*>\s*</script>", script, re.DOTALL), script


@pytest.mark.parametrize("path", TEMPLATES, ids=[path.relative_to(ROOT).as_posix() for path in TEMPLATES])
def test_a_template_fetches_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert not re.search(r"""(src|href|action|data-[a-z-]+)\s*=\s*["'](https?:)?//""", text)


def test_markup_is_never_made_of_a_value() -> None:
    """`Markup(…)` takes constants; values go through its own format, which escapes them, or say why not."""
    wrong = []
    for source in PRODUCT:
        lines = source.text.splitlines()
        for call in calls(source, "Markup"):
            reason = "# noqa: S704 - " in lines[call.lineno - 1]
            if not reason and not all(isinstance(one, ast.Constant) for one in call.args):
                wrong.append(f"{source.name}:{call.lineno}")
    assert wrong == []


def test_the_frame_of_the_desk_takes_no_name_from_its_pages() -> None:
    """What desk.html sets is seen by the page inside it, in place of what the view said."""
    frame = (ROOT / "templates" / "desk.html").read_text(encoding="utf-8")

    assert re.findall(r"{%-?\s*set\s+(\w+)", frame) == ["account"]
