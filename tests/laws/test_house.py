"""How the house is kept: names, sizes, and what no file of ours does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.laws.sources import ROOT, Source, calls, files, imports, python, strings

OURS = python("storage", "tipline", "workers", "tests")
PRODUCT = python()
TEMPLATES = files("templates", ".html")
LONGEST_FILE = 350
LONGEST_FUNCTION = 60
Function = ast.FunctionDef | ast.AsyncFunctionDef
RUN_TEXT = ("eval", "exec", "os.system", "os.popen")
# Of a template: markup without escaping, styles and scripts that stand in the page.
FORBIDDEN = (
    r"\|\s*safe\b|Markup\(|autoescape\s+false", r"""<[^>]*\sstyle\s*=\s*["']""", r"(?i)<style\b",
    r"""(?i)<[^>]*\son[a-z]+\s*=\s*["']""", r"(?i)javascript:",
)  # fmt: skip
# Names that say nothing of what is inside.
EMPTY_NAMES = re.compile(r"(utils?|helpers?|managers?|common|misc|stuff|base_classes)$")


def test_every_file_says_what_it_is_for() -> None:
    wrong = []
    for source in OURS:
        said = ast.get_docstring(source.tree) or ""
        is_silent = not said and source.text.strip()
        if is_silent or (said[:1].isalpha() and not said[0].isupper()):
            wrong.append(source.name)
    assert wrong == []


def test_no_file_and_no_function_is_too_long_to_be_read() -> None:
    long = [one.name for one in PRODUCT if len(one.text.splitlines()) > LONGEST_FILE]
    for source in PRODUCT:
        if "migrations/versions" not in source.name:  # a shape is one list of tables
            long += [
                f"{source.name}: {node.name}"
                for node in _functions(source)
                if _lines(node) > LONGEST_FUNCTION
            ]
    assert long == []


def _functions(source: Source) -> Iterator[Function]:
    return (node for node in ast.walk(source.tree) if isinstance(node, Function))


def _lines(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_names_say_what_is_inside() -> None:
    empty = [one.name for one in OURS if EMPTY_NAMES.search(one.path.stem.lower())]
    for one in PRODUCT:
        for node in ast.walk(one.tree):
            if isinstance(node, ast.ClassDef) and re.search(r"(Manager|Helper|Util)s?$", node.name):
                empty.append(f"{one.name}: {node.name}")
    assert empty == []


def test_nothing_is_unpickled_evaluated_or_handed_to_a_shell() -> None:
    unpickling = {"pickle", "marshal", "shelve", "dill"}
    wrong = [one.name for one in PRODUCT if {name.split(".")[0] for name in imports(one)} & unpickling]
    wrong += [f"{one.name}:{line}" for one in PRODUCT for line in _evaluated(one)]
    assert wrong == []


def _evaluated(source: Source) -> Iterator[int]:
    """Lines that run a text as a program, ours or a shell's."""
    for node in ast.walk(source.tree):
        is_shell = isinstance(node, ast.keyword) and node.arg == "shell"
        if is_shell and not (isinstance(node.value, ast.Constant) and node.value.value is False):
            yield node.value.lineno
    for name in RUN_TEXT:
        for call in calls(source, name.rpartition(".")[2]):
            if ast.unparse(call.func) == name:
                yield call.lineno


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


def test_a_template_needs_nothing_that_our_policy_forbids() -> None:
    wrong = []
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        wrong += [f"{path}: {found[0]}" for rule in FORBIDDEN if (found := re.search(rule, text))]
        for script in re.findall(r"<script\b[^>]*>.*?</script>", text, re.DOTALL | re.IGNORECASE):
            is_data = re.search(r"""type=["']application/(ld\+)?json["']""", script)
            is_file = re.fullmatch(r"<script\b[^>]*\bsrc=[^>]*>\s*</script>", script, re.DOTALL)
            wrong += [] if is_data or is_file else [f"{path}: {script}"]
    assert wrong == []


def test_a_template_fetches_nothing_from_elsewhere() -> None:
    fetches = re.compile(r"""(src|href|action|data-[a-z-]+)\s*=\s*["'](https?:)?//""")

    assert [path for path in TEMPLATES if fetches.search(path.read_text(encoding="utf-8"))] == []


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
