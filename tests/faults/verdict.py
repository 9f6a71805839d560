"""After the faults: is every acknowledged byte still there, and is nothing half there? Reads by the
API alone, but for the outbox, which says when all is quiet.
"""

from __future__ import annotations

import http.client
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.faults.journal import Journal, Record
from tests.faults.station import Station
from tipline.db import Database
from tipline.domain import outbox

ARRIVED = ("received", "processing", "ready", "undecodable")
PIECE = 1024 * 1024


@dataclass
class Verdict:
    """Sentences by what they accuse the station of."""

    lost: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)
    half_visible: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    reread: int = 0
    reread_bytes: int = 0
    states: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    clients: Counter[str] = field(default_factory=Counter)
    unknown_whole: int = 0
    pictured: int = 0
    custody: str = "not verified"

    @property
    def all(self) -> list[str]:
        return [*self.lost, *self.altered, *self.half_visible, *self.other]


class Reader:
    """Asks the station directly, past the wire with its troubles."""

    def __init__(self, station: Station, token: str) -> None:
        self._station, self._token = station, token

    def stream(self, path: str, token: str | None = None) -> tuple[int, Iterator[bytes]]:
        line = http.client.HTTPConnection("127.0.0.1", self._station.port, timeout=60)
        line.request("GET", path, headers={"Authorization": f"Bearer {token or self._token}"})
        answer = line.getresponse()

        def pieces() -> Iterator[bytes]:
            try:
                while piece := answer.read(PIECE):
                    yield piece
            finally:
                line.close()

        return answer.status, pieces()

    def read(self, path: str, token: str | None = None) -> tuple[int, Any]:
        status, pieces = self.stream(path, token)
        body = b"".join(pieces)
        return status, json.loads(body) if body else None


def wait_until_quiet(station: Station, patience_s: float) -> float:
    """Seconds until no job waits or runs; AssertionError when nothing at all has moved for the patience."""
    database = Database(station.settings.database_url)
    began = moved = time.monotonic()
    calm, before = 0, -1
    try:
        while calm < 3:
            with database.reading() as tx:
                left = {state: n for state, n in outbox.counts(tx).items() if state != "dead"}
            calm = calm + 1 if not left else 0
            if sum(left.values()) != before:
                before, moved = sum(left.values()), time.monotonic()
            if time.monotonic() - moved > patience_s:
                raise AssertionError(f"nothing moved for {patience_s:.0f} s: {left}\n{station.dying_words()}")
            time.sleep(0.4)
    finally:
        database.close()
    return time.monotonic() - began


def judge(station: Station, journal: Journal, token: str) -> Verdict:
    reader, verdict = Reader(station, token), Verdict()
    seen = _files_by_job(reader, journal, verdict)
    for number, record in sorted(journal.records.items()):
        verdict.outcomes[record.outcome] += 1
        verdict.clients[record.job.client] += 1
        verdict.other += [f"file {number}: {fault}" for fault in record.faults]
        _judge_one(reader, record, seen.get(number, []), verdict)
    _judge_custody(station, reader, seen, verdict)
    return verdict


def _files_by_job(reader: Reader, journal: Journal, verdict: Verdict) -> dict[int, list[dict[str, Any]]]:
    """Job → every file of that name that any tip shows to its reporter."""
    found: dict[int, list[dict[str, Any]]] = {}
    for tip in journal.tips.values():
        status, shown = reader.read(f"/api/v1/public/tips/{tip.reference}", tip.token)
        if status != 200:
            verdict.lost.append(f"tip {tip.reference}: its reporter is answered {status}")
            continue
        for file in shown["evidence"]:
            number = int(file["filename"][2:8])
            found.setdefault(number, []).append(file | {"tip": tip.reference})
    return found


def _judge_one(reader: Reader, record: Record, files: list[dict[str, Any]], verdict: Verdict) -> None:
    number = record.job.number
    ids = {file["id"] for file in files}
    if record.outcome == "acknowledged" and record.evidence not in ids:
        verdict.lost.append(f"file {number}: acknowledged as {record.evidence}, but its tip does not show it")
    if record.outcome == "refused" and any(file["state"] in ARRIVED for file in files):
        verdict.half_visible.append(f"file {number}: refused, yet there")
    for file in files:
        verdict.states[file["state"]] += 1
        _judge_file(reader, record, file, verdict)


def _judge_file(reader: Reader, record: Record, file: dict[str, Any], verdict: Verdict) -> None:
    job, name = record.job, f"file {record.job.number} ({file['id']}, {record.outcome})"
    is_promised = record.evidence == file["id"]
    status, pieces = reader.stream(f"/api/v1/evidence/{file['id']}/original")
    if file["state"] not in ARRIVED:
        b"".join(pieces)
        if is_promised:
            verdict.lost.append(f"{name}: acknowledged, but it is {file['state']}")
        if status != 409 or file["sha256"]:
            verdict.half_visible.append(f"{name}: {file['state']}, yet its bytes are answered {status}")
        return
    if status != 200:
        b"".join(pieces)
        verdict.lost.append(f"{name}: {file['state']}, but its bytes are answered {status}")
        return
    same, size = _is_same(job.content(), pieces)
    if not same:
        accused = verdict.altered if size == job.size else verdict.half_visible
        accused.append(f"{name}: {size} bytes of {job.size} come back, not those that were sent")
        return
    if file["sha256"] != job.sha256 or file["size"] != job.size:
        verdict.altered.append(f"{name}: its record tells another size or SHA-256")
    if is_promised:
        verdict.reread, verdict.reread_bytes = verdict.reread + 1, verdict.reread_bytes + size
    else:
        verdict.unknown_whole += 1
    _judge_pictures(reader, name, file, verdict)


def _is_same(content: bytes, pieces: Iterator[bytes]) -> tuple[bool, int]:
    at, same = 0, True
    try:
        for piece in pieces:
            same = same and content[at : at + len(piece)] == piece
            at += len(piece)
    except (OSError, http.client.HTTPException):
        return False, at
    return same and at == len(content), at


def _judge_pictures(reader: Reader, name: str, file: dict[str, Any], verdict: Verdict) -> None:
    """A keyframe, or a code that says why there is none."""
    status, facts = reader.read(f"/api/v1/evidence/{file['id']}")
    if status != 200:
        verdict.lost.append(f"{name}: the desk is answered {status}")
    elif facts["state"] == "undecodable" and facts["failure"]:
        verdict.failures[facts["failure"]] += 1
    elif facts["state"] == "ready" and "media:document" in facts["media"]["warnings"]:
        verdict.failures["media:document"] += 1  # a few letters are a text: there is nothing to be seen
    elif facts["state"] != "ready" or not any(one["kind"] == "keyframe" for one in facts["renditions"]):
        verdict.other.append(f"{name}: {facts['state']} without keyframe or failure code")
    else:
        verdict.pictured += 1
        for one in facts["renditions"]:
            status, pieces = reader.stream(one["url"])
            if status != 200 or not b"".join(pieces):
                verdict.lost.append(f"{name}: picture {one['name']} is answered {status}")


def _judge_custody(
    station: Station, reader: Reader, seen: dict[int, list[dict[str, Any]]], verdict: Verdict
) -> None:
    received: Counter[str] = Counter()
    cursor: str | None = ""
    while cursor is not None:
        status, page = reader.read(f"/api/v1/custody?limit=200&cursor={cursor}")
        if status != 200:
            verdict.other.append(f"the custody log is answered {status}")
            return
        received.update(one["subject"] for one in page["items"] if one["action"] == "evidence:receive")
        cursor = page["next_cursor"]
    here = [file for files in seen.values() for file in files if file["state"] in ARRIVED]
    arrived = {f"evidence:{file['id']}" for file in here}
    verdict.other += [f"{one}: received {n} times in the log" for one, n in received.items() if n > 1]
    verdict.other += [f"{one}: arrived, but the log does not say so" for one in arrived - set(received)]
    verdict.other += [f"{one}: in the log, but no tip shows it" for one in set(received) - arrived]
    said = station.verify_custody()
    if said:
        verdict.other.append(f"custody verify: {said}")
    else:
        verdict.custody = f"verified, {sum(received.values())} files received in it"
