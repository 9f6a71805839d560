"""Asks every route of the OpenAPI page what it does with right and wrong requests that nobody would think of.

Requests come from the page itself (schemathesis): what fits the shapes, and what breaks them. Every second
one names a tip, file or case that is there, to get behind «not found». Nothing may end with a 5xx but
what says of itself that it is out of service.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from apiflask import APIFlask
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode, SerializationContext

PAGE = "/api/v1/openapi.json"
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@dataclass
class Told:
    """How many requests were sent to how many routes, and what broke: route → request and answer."""

    routes: int = 0
    requests: int = 0
    broken: dict[str, str] = field(default_factory=dict)


@schemathesis.serializer("application/offset+octet-stream")
def _bytes(_: SerializationContext, value: Any) -> bytes:
    data = getattr(value, "data", value)
    return data if isinstance(data, bytes) else repr(data).encode()


def ask_everything(
    app: APIFlask, askers: list[dict[str, str]], names: Mapping[str, str], *, examples: int, number: int
) -> Told:
    """Send `examples` requests a kind, route and asker. `askers` are headers, `names` fill in addresses."""
    told, turn = Told(), itertools.cycle((True, False))
    for one in schemathesis.openapi.from_wsgi(PAGE, app).get_all_operations():
        operation = one.ok()
        told.routes += 1
        for headers, mode in itertools.product(askers, MODES):
            ask = _asking(told, operation.label, headers, names, turn)
            made = operation.as_strategy(generation_mode=mode)
            # A route without anything to fill in has nothing that could be wrong.
            with suppress(Unsatisfiable):
                seed(number)(_bounds(examples)(given(made)(ask)))()
    return told


def _asking(
    told: Told, label: str, headers: dict[str, str], names: Mapping[str, str], turn: Iterator[bool]
) -> Callable[[Case], None]:
    def ask(case: Case) -> None:
        told.requests += 1
        if next(turn):
            known = {name: names[name] for name in case.path_parameters or {} if name in names}
            case.path_parameters = {**(case.path_parameters or {}), **known}
        answer = case.call(headers={**(case.headers or {}), **headers})
        if answer.status_code >= 500 and answer.status_code != 503:
            told.broken.setdefault(
                label, f"{case.as_curl_command()} → {answer.status_code} {answer.text[:200]}"
            )

    return ask


def _bounds(examples: int) -> settings:
    return settings(
        max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )  # fmt: skip
