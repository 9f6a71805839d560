"""What monitors, supervisors and robots are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest
import redis
from apiflask import APIFlask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError

import storage
from tests.conftest import browser
from tipline import checks
from tipline.app import create_app
from tipline.bell import SilentBell
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services, build
from tipline.settings import Settings


class DeafBell(SilentBell):
    def check(self) -> None:
        raise redis.ConnectionError("nobody there")


def test_alive_says_nothing_more(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "alive"})


def test_ready_when_everything_answers(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"status": "ready", "database": "ok", "broker": "ok", "store": "ok"}


def test_a_broker_that_is_down_is_named(settings: Settings) -> None:
    services = build(settings, bell=DeafBell())
    answer = browser(create_app(services)).get("/readyz")
    services.close()
    assert answer.status_code == 503
    assert answer.json["status"] == "not ready"
    assert answer.json["broker"] == "cannot be reached (ConnectionError)"
    assert answer.json["database"] == answer.json["store"] == "ok"


def test_a_store_that_is_down_is_named(
    app: APIFlask, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise storage.Unavailable("gone")

    monkeypatch.setattr(services.store, "check", fail)
    answer = browser(app).get("/readyz")
    assert (answer.status_code, answer.json["store"]) == (503, "cannot be used (Unavailable)")


def test_a_database_that_was_not_migrated_is_not_ready(tmp_path: Path, settings: Settings) -> None:
    fresh = replace(settings, database_url=f"sqlite:///{tmp_path / 'fresh.db'}")
    services = build(fresh, bell=SilentBell())
    answer = browser(create_app(services)).get("/readyz")
    services.close()
    assert answer.status_code == 503
    assert answer.json["database"] == "not migrated: run `tipline migrate`"


def test_who_is_signed_in_reads_a_sentence_while_the_database_is_away(
    signed_in: Callable[..., FlaskClient], services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in("investigator")
    fault = OperationalError("SELECT", {}, Exception("gone"))
    with monkeypatch.context() as away:
        for act in ("reading", "transaction"):
            away.setattr(services.database, act, Mock(side_effect=fault))
        for page in ("/desk/queue", "/desk/tips/T-1001", "/"):
            answer = client.get(page)
            assert answer.status_code == 503, page
            assert "Try again in a minute" in answer.text
    assert client.get("/desk/queue").status_code == 200


def test_a_database_that_is_gone_is_named_and_the_process_stays_alive(settings: Settings) -> None:
    away = replace(settings, database_url="postgresql+psycopg://nobody@127.0.0.1:9/none?connect_timeout=1")
    services = build(away, bell=SilentBell())
    client = browser(create_app(services))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["database"].startswith("cannot be reached")
    assert client.get("/healthz").status_code == 200
    services.close()


def test_a_check_that_hangs_does_not_hang_the_answer(
    app: APIFlask, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    end = threading.Event()
    monkeypatch.setattr(checks, "PATIENCE_S", 0.05)
    monkeypatch.setattr(services.store, "check", lambda: end.wait(30))
    answer = browser(app).get("/readyz")
    end.set()
    assert (answer.status_code, answer.json["store"]) == (503, checks.SILENT)


def test_metrics_count_what_is_there(
    client: FlaskClient, make_tip: Callable[..., Tip], add_file: Callable[..., Evidence]
) -> None:
    add_file(make_tip())
    make_tip(submit=False)
    text = client.get("/metrics").text
    numbers = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert numbers[("tipline_tips", "received")] == 1
    assert numbers[("tipline_tips", "draft")] == 1
    assert numbers[("tipline_evidence", "received")] == 1
    assert numbers[("tipline_outbox_jobs", "queued")] == 1
    assert numbers[("tipline_up", "broker")] == 1
    assert numbers[("tipline_store_free_bytes",)] > 0


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("10.3.4.5", {}, 200),
        ("192.168.1.9", {}, 200),
        ("::ffff:10.3.4.5", {}, 200),
        ("8.8.8.8", {}, 404),
        ("2400:3200::1", {}, 404),
        ("::ffff:8.8.8.8", {}, 404),
        ("", {}, 404),
        # Through a proxy nobody told us of, the asker may be anybody.
        ("127.0.0.1", {"X-Forwarded-For": "8.8.8.8"}, 404),
        ("127.0.0.1", {"Forwarded": "for=8.8.8.8"}, 404),
        ("127.0.0.1", {"Via": "1.1 proxy"}, 404),
    ],
)
def test_metrics_are_for_the_stations_own_network(
    app: APIFlask, address: str, headers: dict[str, str], status: int
) -> None:
    client = browser(app)
    client.environ_base["REMOTE_ADDR"] = address
    assert client.get("/metrics", headers=headers).status_code == status


def test_behind_a_known_proxy_the_true_address_counts(settings: Settings) -> None:
    services = build(replace(settings, behind_proxy=1), bell=SilentBell())
    client = browser(create_app(services))
    assert client.get("/metrics", headers={"X-Forwarded-For": "10.1.1.1"}).status_code == 200
    assert client.get("/metrics", headers={"X-Forwarded-For": "8.8.8.8"}).status_code == 404
    services.close()


def test_robots_stay_out_and_browsers_find_an_icon(client: FlaskClient) -> None:
    assert "Disallow: /desk" in client.get("/robots.txt").text
    with client.get("/favicon.ico") as icon:
        assert (icon.status_code, icon.mimetype) == (200, "image/x-icon")
        assert icon.data[:4] == b"\0\0\1\0"
        assert len(icon.data) < 4096
