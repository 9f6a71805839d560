"""A whole report through web, broker and workers; then all that the station keeps and wrote is searched for
the address, browser and referrer it came with, and for what must never be in the clear.
"""

from __future__ import annotations

import http.client
import json
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import redis

from tests.footage import photo
from tests.journeys.station import JSON, PASSWORD, Station, until, upload_headers
from tipline.broker import socket_url

ADDRESS = "127.93.71.58"
BROWSER, FROM = "MarkerBrowser/7.7", "https://marker-referrer.example/page"
CONTACT = "canary 13912345678"
MARKS = {"User-Agent": BROWSER, "Referer": FROM, "X-Forwarded-For": "203.0.113.77"}


def test_a_report_leaves_no_address_no_browser_and_no_contact_anywhere(
    station: Station, tmp_path: Path
) -> None:
    body = {"category": "theft", "text": "x", "contact": CONTACT}
    opened = json.loads(send(station, "POST", "/api/v1/public/tips", json.dumps(body).encode(), JSON))
    data = photo(tmp_path / "a.jpg").read_bytes()
    token = opened["access_token"]
    send(station, "POST", "/api/v1/public/uploads", data, upload_headers(token, "a.jpg", len(data)))
    send(station, "GET", f"/status/{opened['reference']}", None, {})
    send(station, "GET", "/nowhere?code=" + opened["receipt_code"], None, {}, status=404)
    send(station, "POST", "/api/v1/public/sessions", b'{"receipt_code": "0000"}', JSON, status=404)
    station.wait_examined(opened["reference"])

    secret = (station.data / "secret.key").read_text().strip()
    canaries = [ADDRESS, BROWSER, "marker-referrer", "203.0.113.77", "13912345678", opened["receipt_code"],
                opened["receipt_code"].replace("-", ""), token, PASSWORD]  # fmt: skip
    kept = everything(station)
    assert len(kept) > 10
    found = [f"{one} in {name}" for name, raw in kept.items() for one in canaries if one.encode() in raw]
    assert found == []
    logs = [name for name, raw in kept.items() if name != "secret.key" and secret.encode() in raw]
    assert logs == []


def send(
    station: Station, method: str, path: str, body: bytes | None, headers: dict[str, str], status: int = 0
) -> bytes:
    """As somebody at ADDRESS."""
    where = urlsplit(station.url)
    line = http.client.HTTPConnection(
        where.hostname or "", where.port, timeout=60, source_address=(ADDRESS, 0)
    )
    try:
        line.request(method, path, body, {**MARKS, **headers})
        answer = line.getresponse()
        said = answer.read()
        assert status in (0, answer.status), said
        return said
    finally:
        line.close()


def everything(station: Station) -> dict[str, bytes]:
    """All files of the data folder, what was written to the terminal, and what the broker holds."""
    kept = {}
    for path in station.data.rglob("*"):
        with suppress(FileNotFoundError):  # the station runs: what it threw away meanwhile it does not keep
            if path.is_file():
                kept[str(path.relative_to(station.data))] = path.read_bytes()
    kept["terminal"] = (station.data.parent / "run.log").read_bytes()
    broker: Any = redis.Redis.from_url(socket_url(station.data))
    until(lambda: bool(broker.ping()), lambda: "the broker does not answer")
    for key in broker.scan_iter():
        kept[f"broker:{key.decode()}"] = key + (broker.dump(key) or b"")
    return kept
