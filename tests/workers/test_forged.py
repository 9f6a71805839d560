"""Threat 37: whoever can write to the broker cannot choose what a worker does."""

from __future__ import annotations

import pickle
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from rq.job import Callback, Job
from rq.serializers import JSONSerializer

from tipline.jobs import JOBS
from workers import listen

OURS = next(iter(JOBS.values())).path


def job(func: str, *args: Any, **more: Any) -> Job:
    nowhere = redis.Redis(port=1)  # nothing is asked of it
    return Job.create(func, args=args, connection=nowhere, serializer=JSONSerializer, **more)


class Bomb:
    def __reduce__(self) -> Any:
        return (pytest.fail, ("a pickle was opened",))


def test_a_job_of_the_table_is_done() -> None:
    assert listen.is_ours(job(OURS, 7))


@pytest.mark.parametrize(
    "forged",
    [
        lambda: job("os.system", "true"),
        lambda: job("os.kill", 7),
        lambda: job(OURS, "7; true"),
        lambda: job(OURS, True),
        lambda: job(OURS, 7, 8),
        lambda: job(OURS, 7, kwargs={"services": 1}),
        lambda: job(OURS, 7, on_success=Callback("os.abort")),
        lambda: job(OURS, 7, on_failure=Callback("os.abort")),
        lambda: job(OURS, 7, on_stopped=Callback("os.abort")),
    ],
)
def test_a_function_that_is_not_in_the_table_or_anything_beside_it_is_refused(forged: Any) -> None:
    assert not listen.is_ours(forged())


def test_a_pickle_is_refused_unopened_and_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    dropped: list[str] = []
    monkeypatch.setattr(Job, "delete", lambda self: dropped.append(self.id))
    forged = Job(id="forged", connection=redis.Redis(port=1), serializer=JSONSerializer)
    forged.data = pickle.dumps((OURS, None, (Bomb(),), {}))

    # Were it done, the worker's own way of doing jobs would miss all that this one lacks.
    listen.QuietWorker.execute_job(SimpleNamespace(), forged, SimpleNamespace(name="media"))  # type: ignore[arg-type]
    assert dropped == ["forged"]
