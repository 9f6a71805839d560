"""What every answer carries, area by area, for every route there is; and what browsers report of it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from tests.conftest import browser
from tipline.app import create_app
from tipline.services import Services
from tipline.web import security

NONE = {"base-uri 'none'", "object-src 'none'", "frame-ancestors 'none'", "default-src 'none'"}
ALL = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def answers(app: APIFlask) -> list[tuple[str, Any]]:
    """One answer for each address of the map, as a stranger gets it."""
    client = browser(app)
    paths = sorted({re.sub(r"<[^>]+>", "1", rule.rule) for rule in app.url_map.iter_rules()})
    found = []
    for path in paths:
        with client.get(path) as answer:
            found.append((path, answer))
    return found


def test_every_route_carries_the_headers_of_its_area(app: APIFlask) -> None:
    seen = set()
    for path, answer in answers(app):
        headers, area = answer.headers, security.area_of(path)
        seen.add(area.policy)
        # Anybody may check a receipt with the station's public keys, from any page.
        is_for_all = path.startswith("/.well-known/")
        more = {"Cross-Origin-Resource-Policy": "cross-origin"} if is_for_all else {}
        assert {name: headers[name] for name in ALL} == {**ALL, **more}, path
        policy = set(headers["Content-Security-Policy"].split("; "))
        assert policy >= NONE or headers["Content-Security-Policy"] == security.MEDIA, path
        assert not any("unsafe" in one or "*" in one for one in policy), path
        assert headers["Permissions-Policy"] == area.permissions, path
        assert "camera=()" in headers["Permissions-Policy"]
        is_part = path.startswith(("/static/", "/.well-known/")) or path in ("/favicon.ico", "/robots.txt")
        assert is_part or "no-store" in headers["Cache-Control"], path
        assert "Server" not in headers
        assert "Strict-Transport-Security" not in headers  # nobody reaches this station over TLS
    assert seen == {area.policy for _, area in security.AREAS}


def test_areas_differ_where_they_must() -> None:
    desk, outside, intake = security.DESK, security.OUTSIDE, security.INTAKE

    assert security.area_of("/desk/queue") is desk
    assert security.area_of("/share/x/look") is outside
    assert security.area_of("/report/files") is intake
    assert "connect-src" not in outside.policy
    assert "require-trusted-types-for 'script'" in outside.policy
    assert "script-src" not in security.area_of("/api/v1/queue").policy
    assert intake.permissions.replace("(self)", "()") == desk.permissions
    assert intake.allowed == {"screen-wake-lock", "microphone", "geolocation"}


@pytest.mark.parametrize(("host", "is_told"), [("tips.example.org", True), ("abcd.onion", False)])
def test_tls_is_insisted_on_but_not_of_an_onion_host(services: Services, host: str, is_told: bool) -> None:
    served = replace(services, settings=replace(services.settings, public_url="https://tips.example.org"))
    answer = create_app(served).test_client().get("/healthz", headers={"Host": host})

    assert ("Strict-Transport-Security" in answer.headers) is is_told


def test_a_report_is_logged_without_secrets_or_who_sent_it(client: FlaskClient) -> None:
    told = {
        "document-uri": "https://user:pw@tips.example.org/share/abc?code=SECRET#SECRET",
        "blocked-uri": "inline", "effective-directive": "script-src\n-elem",
    }  # fmt: skip
    with capture_logs() as logs:
        answer = client.post(security.REPORTS, json={"csp-report": told})

    assert answer.status_code == 204
    (line,) = [one for one in logs if one["event"] == "csp.report"]
    assert line["page"] == "tips.example.org/share/abc"
    assert line["directive"] == "script-src-elem"
    assert "SECRET" not in repr(logs)
    assert "127.0.0.1" not in repr(logs)


def test_what_is_no_rule_of_a_policy_is_not_written_down_as_one(client: FlaskClient) -> None:
    told = {"document-uri": "https://tips.example.org/report", "effective-directive": "my name is Li"}
    with capture_logs() as logs:
        client.post(security.REPORTS, json={"csp-report": told})

    (line,) = [one for one in logs if one["event"] == "csp.report"]
    assert line["directive"] == ""


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"csp-report": 7}', b"[" * 9000, b"x" * 20_000])
def test_a_report_that_is_none_is_answered_and_forgotten(client: FlaskClient, body: bytes) -> None:
    with capture_logs() as logs:
        answer = client.post(security.REPORTS, data=body, content_type="application/csp-report")

    assert answer.status_code == 204
    assert [one for one in logs if one["event"] == "csp.report"] == []


def test_reports_of_one_sender_are_counted(client: FlaskClient) -> None:
    client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    codes = [client.post(security.REPORTS, data=b"{}").status_code for _ in range(32)]

    assert codes[0] == 204
    assert codes[-1] == 429


WITHIN = re.compile(
    r"Traceback|File \"|site-packages|/tipline/|\.py\b|SELECT |INSERT |sqlite|sqlalchemy", re.I
)


def test_pages_of_faults_tell_an_id_and_nothing_of_the_inside(
    app: APIFlask, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(app)
    monkeypatch.setattr(type(services.database), "reading", _broken)

    for path, status in (("/verify", 500), ("/api/v1/public/tips/T-1", 500), ("/nowhere/x.py", 404)):
        answer = client.get(path, headers={"Authorization": "Bearer x"} if "tips" in path else {})
        assert answer.status_code == status, path
        assert not WITHIN.search(answer.text.replace("/nowhere/x.py", "")), path
        assert re.search(r"\b[0-9a-f]{8}\b", answer.text), path


def _broken(_database: object) -> None:
    raise RuntimeError("SELECT secret FROM /tipline/domain/x.py")
