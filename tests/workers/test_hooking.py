"""Webhooks on their way out, checked by the very example that docs/webhooks.md gives."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests import receivers
from tests.laws.sources import ROOT
from tests.receivers import Receiver
from tests.workers.test_delivering import deliver, later, state
from tipline.bell import SilentBell
from tipline.domain import clock, webhooks
from tipline.domain.actors import SYSTEM
from tipline.domain.channels import PAUSED_AT, Webhook
from tipline.domain.notices import Notice
from tipline.domain.tips import Tip
from tipline.services import Services
from workers import egress, outgoing


@pytest.fixture(scope="module")
def other() -> Iterator[Receiver]:
    with receivers.receiver() as made:
        yield made


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    return environment | {"TIPLINE_NOTICE_NETWORKS": "127.0.0.0/8"}


@pytest.fixture
def hook(services: Services, other: Receiver) -> tuple[Webhook, str]:
    other.got.clear()
    other.answers.clear()
    with services.database.transaction() as tx:
        return webhooks.add(tx, services.key, SYSTEM, other.at("/hooks"), label="指挥中心")


@pytest.fixture(scope="module")
def is_genuine() -> Callable[..., bool]:
    """The example of the documentation, as its readers run it."""
    text = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", text, re.DOTALL)[0], names)  # noqa: S102
    found: Callable[..., bool] = names["is_genuine"]
    return found


def test_a_message_is_signed_as_the_documentation_says_and_holds_codes_alone(
    services: Services, bell: SilentBell, other: Receiver, hook: Any, make_tip: Any, is_genuine: Any
) -> None:
    tip: Tip = make_tip("CANARYTEXT", place="CANARYPLACE")
    deliver(services, bell)
    ((_path, headers, body),) = other.got

    assert is_genuine(hook[1], headers, body)
    assert headers["user-agent"] == "Tipline"
    assert not is_genuine(hook[1], headers, body + b" ")
    assert not is_genuine(hook[1], headers | {"webhook-timestamp": "1"}, body)
    told = json.loads(body)
    assert told["type"] == "tip:new"
    assert told["data"] == {
        "reference": tip.reference,
        "category": "theft",
        "beat": None,
        "state": "received",
    }
    assert b"CANARY" not in body


def test_a_new_secret_signs_beside_the_old_one_for_a_day(
    services: Services, bell: SilentBell, other: Receiver, hook: Any, make_tip: Any, is_genuine: Any
) -> None:
    row, old = hook
    with services.database.transaction() as tx:
        new = webhooks.rotate(tx, services.key, SYSTEM, tx.get_one(Webhook, row.id))
    make_tip()
    deliver(services, bell)
    assert [is_genuine(one, *other.got[-1][1:]) for one in (old, new)] == [True, True]

    with clock.frozen(clock.now() + timedelta(hours=25)), services.database.reading() as tx:
        kept = tx.get_one(Webhook, row.id)
        signed = webhooks.headers(services.key, kept, tx.get_one(Notice, 1), b"{}", clock.now())
    assert " " not in signed["webhook-signature"]


def test_it_is_tried_again_in_order_under_the_same_number_until_it_is_paused(
    services: Services, bell: SilentBell, other: Receiver, hook: Any, make_tip: Any
) -> None:
    other.answers["/hooks"] = (503, "")
    first, _second = make_tip(), make_tip()
    deliver(services, bell)
    assert [one for one, _ in state(services)] == ["waiting", "waiting"]

    other.answers.clear()
    later(services, bell, timedelta(seconds=50))
    numbers = [headers["webhook-id"] for _, headers, _ in other.got]
    assert numbers[0] == numbers[1]
    assert json.loads(other.got[1][2])["data"]["reference"] == first.reference
    assert state(services) == [("sent", None)] * 2

    with services.database.transaction() as tx:
        tx.get_one(Webhook, hook[0].id).failures = PAUSED_AT - 1
    other.answers["/hooks"] = (410, "")
    make_tip()
    deliver(services, bell)
    assert state(services)[-1] == ("failed", "notice:paused")


def test_neither_a_proxy_of_the_host_nor_what_it_keeps_in_a_netrc_goes_along_where_somebody_chose_the_name(
    other: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A proxy would look the name up again, where nobody asks whether it leads inside."""
    other.got.clear()
    (tmp_path / ".netrc").write_text(
        "machine sms.example login root password CANARYNETRC\n", encoding="utf-8"
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{other.port}")
    monkeypatch.delenv("no_proxy", raising=False)
    places = {"127.0.0.1": ("127.0.0.1", other.port)}
    monkeypatch.setattr(
        egress, "_lookup", lambda host, *_a, **_k: [(2, 1, 6, "", places.get(host, ("10.0.0.1", 80)))]
    )

    assert outgoing.by_request("POST", "http://inside.example/x", ()).fault == "notice:inside"
    assert other.got == []
    assert outgoing.by_request("POST", "http://sms.example/x", outgoing.ANYWHERE).fault is None
    assert [headers.get("authorization") for _, headers, _ in other.got] == [None]


def test_a_name_that_changes_its_mind_is_looked_up_once_and_a_redirect_leads_nowhere(
    other: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    other.got.clear()
    asked: list[str] = []

    def turning(host: str, *_given: Any, **_named: Any) -> Any:
        asked.append(host)
        return [(2, 1, 6, "", ("192.0.2.1" if len(asked) > 1 else "127.0.0.1", other.port))]

    monkeypatch.setattr(egress, "_lookup", turning)
    loopback = outgoing.networks(["127.0.0.0/8"])
    sent = outgoing.by_request(
        "POST", f"http://turning.example:{other.port}/cgi-bin/x?key=away-robot", loopback
    )

    assert (sent.fault, len(other.got)) == ("notice:redirected", 1)
    assert asked == ["turning.example"]
    assert (
        outgoing.by_request("POST", f"http://turning.example:{other.port}/x", loopback).fault
        == "notice:inside"
    )
