"""No request that the OpenAPI page can think of breaks a route."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from apiflask import APIFlask

from tests.hostile import nonsense
from tipline.domain.cases import Case
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip


# What flask-limiter says when a test's instance has no broker.
@pytest.mark.filterwarnings("ignore")
def test_nothing_that_can_be_asked_breaks_a_route(
    app: APIFlask, headers: Callable[..., dict[str, str]], tip: Tip, case: Case,
    add_file: Callable[..., Evidence],
) -> None:  # fmt: skip
    names = {"reference": tip.reference, "number": case.number, "evidence_id": add_file(tip).id}

    told = nonsense.ask_everything(app, [headers("admin"), {}], names, examples=30, number=11)

    assert told.broken == {}
    assert told.routes > 60
    assert told.requests > told.routes * 4
