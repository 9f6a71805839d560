"""Arrows point one way: the table of ARCHITECTURE.md, proved on every import of every file."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

import storage
from tests.laws.sources import Source, imports, python

STDLIB = sys.stdlib_module_names | {"__future__"}
# Types for the checker alone; nothing at run time.
TYPES = {"typing_extensions"}
STORAGES_PUBLIC_NAMES = {f"storage.{name}" for name in (*storage.__all__, "keys", "hashing")}


def _top(name: str) -> str:
    return name.partition(".")[0]


def _is_in(name: str, *modules: str) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in modules)


def _is_flask(name: str) -> bool:
    return _top(name) in {"flask", "apiflask", "werkzeug", "jinja2"} or _top(name).startswith("flask_")


def _storage_may(name: str) -> bool:
    return _top(name) in STDLIB | TYPES | {"boto3", "botocore", "cryptography"} or _is_in(name, "storage")


def _media_may(name: str) -> bool:
    parts = {"av", "cv2", "PIL", "pillow_heif", "numpy", "pyseccomp", "rapidocr", "onnxruntime", "c2pa"}
    parts |= {"cryptography"}  # which opens the one file it is handed, where that is sealed
    parts |= {"omegaconf"}  # in which rapidocr is told what not to read
    return _top(name) in STDLIB | TYPES | parts or _is_in(name, "workers.media")


def _domain_may(name: str) -> bool:
    if _is_in(name, "storage"):
        return name == "storage" or name in STORAGES_PUBLIC_NAMES
    ours = _is_in(name, "tipline.domain", "tipline.errors", "tipline.db")
    return _top(name) in STDLIB | {"sqlalchemy", "cryptography"} or ours


def _web_may(name: str) -> bool:
    if _top(name) == "sqlalchemy":
        return _is_in(name, "sqlalchemy.exc")  # to answer its faults; SQL is the domain's
    return _top(name) not in {
        "workers",
        "boto3",
        "botocore",
        "cv2",
        "av",
        "PIL",
        "numpy",
        "rq",
        "alembic",
        "weasyprint",
    }


def _workers_may(name: str) -> bool:
    return not _is_flask(name) and not _is_in(name, "tipline.web", "tipline.app", "tipline.wsgi")


def _tipline_may(name: str) -> bool:
    return not _is_in(name, "workers")


LAYERS: dict[str, Callable[[str], bool]] = {
    "storage": _storage_may,
    "workers/media": _media_may,
    "tipline/domain": _domain_may,
    "tipline/web": _web_may,
    "workers": _workers_may,
    "tipline": _tipline_may,
}


@pytest.mark.parametrize("folder", LAYERS)
def test_a_layer_imports_only_what_it_may(folder: str) -> None:
    may = LAYERS[folder]
    wrong = [f"{one.name} imports {name}" for one in python(folder) for name in imports(one) if not may(name)]

    assert wrong == []


def test_storage_knows_nothing_of_the_rest() -> None:
    inside = [name for one in python("storage") for name in imports(one)]

    assert [name for name in inside if _is_in(name, "tipline", "workers", "flask")] == []


def test_modules_of_the_domain_do_not_go_round_in_circles() -> None:
    graph = {one.module: _neighbours(one) for one in python("tipline/domain")}

    circle = _find_circle(graph)
    assert circle is None, " → ".join(circle or ())


def _neighbours(source: Source) -> set[str]:
    inside = {name for name in imports(source) if _is_in(name, "tipline.domain")}
    # `tipline.domain.tips.Tip` is a name of the module `tipline.domain.tips`.
    return {".".join(name.split(".")[:3]) for name in inside} - {"tipline.domain", source.module}


def _find_circle(graph: dict[str, set[str]]) -> list[str] | None:
    done: set[str] = set()

    def walk(module: str, path: list[str]) -> list[str] | None:
        if module in path:
            return [*path[path.index(module) :], module]
        if module in done:
            return None
        for neighbour in sorted(graph.get(module, ())):
            if found := walk(neighbour, [*path, module]):
                return found
        done.add(module)
        return None

    return next((found for module in sorted(graph) if (found := walk(module, []))), None)


def test_a_circle_would_be_found() -> None:
    assert _find_circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c", "a"]
    assert _find_circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) is None
