"""The queue is spoken to in text; here the text is proved to mean something."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator

import pytest

from tests.laws.sources import Source, calls, python
from tipline.domain import evidence
from tipline.jobs import JOBS, QUEUES


@pytest.mark.parametrize("kind", JOBS)
def test_the_name_of_every_job_resolves_to_a_function_of_one_number(kind: str) -> None:
    module, _, name = JOBS[kind].path.rpartition(".")
    function = getattr(importlib.import_module(module), name)

    parameters = list(inspect.signature(function).parameters.values())
    assert [one.kind for one in parameters] == [inspect.Parameter.POSITIONAL_OR_KEYWORD]
    assert parameters[0].annotation in (int, "int")


@pytest.mark.parametrize("kind", JOBS)
def test_every_job_has_a_queue_that_is_listened_to_and_patience(kind: str) -> None:
    assert JOBS[kind].queue in QUEUES
    assert JOBS[kind].timeout_s > 0


def test_every_kind_of_work_that_is_asked_for_is_in_the_table() -> None:
    asked = {kind for source in python("tipline", "workers") for kind in _kinds(source)}

    assert evidence.DERIVE in asked
    assert asked <= set(JOBS)


def test_every_job_in_the_table_is_asked_for_somewhere() -> None:
    assert set(JOBS) <= {kind for source in python("tipline", "workers") for kind in _kinds(source)}


def _kinds(source: Source) -> Iterator[str]:
    """The third argument of every `outbox.add`, a constant of its module or a string; and the second
    of what rings for a row that is its own outbox."""
    for call in calls(source, "partial"):
        if call.args and ast.unparse(call.args[0]) == "tx.ring":
            yield str(eval(ast.unparse(call.args[1]), vars(importlib.import_module(source.module))))  # noqa: S307
    for call in calls(source, "add"):
        if not (isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "outbox"):
            continue
        kind = call.args[2]
        if isinstance(kind, ast.Constant):
            yield str(kind.value)
        else:
            yield str(eval(ast.unparse(kind), vars(importlib.import_module(source.module))))  # noqa: S307
