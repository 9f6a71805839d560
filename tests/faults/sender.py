"""A client with a journal: sends drawn files by tus over real HTTP, and goes on after every fault by HEAD.
Some files it leaves to clients of others (see `foreign`).

It believes only what it is told. Answers no client should ever get are noted as faults of the server.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import random
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

from tests.faults.foreign import Foreign
from tests.faults.journal import Journal, Record, Tip
from tests.faults.plan import OWN, Job

UPLOADS = "/api/v1/public/uploads"
STREAM = "application/offset+octet-stream"
TRIES_FOR_S = 150.0
# Answers that ask for patience; everything else that is no success must have a reason we know.
PATIENCE = (409, 423, 429, 503, 507)


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def offset(self) -> int:
        return int(self.headers["upload-offset"])


class GivesUp(Exception):
    """The sender walks away; what it sent is UNKNOWN."""


class Sender(threading.Thread):
    """Takes jobs until there are none."""

    uploads = UPLOADS

    def __init__(self, number: int, port: int, journal: Journal, next_job: Callable[[], Job | None]) -> None:
        super().__init__(name=f"sender-{number}", daemon=True)
        self.port, self.journal, self.next_job = port, journal, next_job
        self.rng = random.Random(f"sender {number}")
        self.tip: Tip | None = None
        self.crash: BaseException | None = None
        self._line: http.client.HTTPConnection | None = None

    def run(self) -> None:
        try:
            while (job := self.next_job()) is not None:
                record = self.journal.begin(job)
                try:
                    self._send(job, record)
                except GivesUp as reason:
                    self.journal.write("unknown", job=job.number, why=str(reason))
        except BaseException as fault:
            self.crash = fault
        finally:
            self._hang_up()

    # --- one file

    def _send(self, job: Job, record: Record) -> None:
        until = time.monotonic() + TRIES_FOR_S
        if self.tip is None or job.own_tip:
            self.tip = self._open_tip(job, record, until)
        record.tip = self.tip
        if job.client != OWN:
            Foreign(self, job, record, until).send()
            return
        content = job.content()
        location, offset = self._create(job, record, content, until)
        half = job.size // 2
        while record.outcome == "UNKNOWN":
            if job.ending != "stay" and offset >= half and offset < job.size:
                self.part_with(job, record, location, until)
                return
            offset = self._piece(job, record, location, content, offset, until)

    def _open_tip(self, job: Job, record: Record, until: float) -> Tip:
        said: dict[str, Any] = {"category": "theft", "place": "幸福超市"}
        if job.with_text:
            said["text"] = f"监控拍到有人拿走货物 {job.number}"
        headers = {"Content-Type": "application/json"}
        while True:
            answer = self._ask("POST", "/api/v1/public/tips", headers, json.dumps(said).encode(), until)
            if answer and answer.status == 201:
                opened = json.loads(answer.body)
                tip = Tip(opened["reference"], opened["access_token"], opened["receipt_code"])
                self.journal.opened(tip)
                return tip
            self._bear(answer, record, "tip")

    def _create(self, job: Job, record: Record, content: bytes, until: float) -> tuple[str, int]:
        said = {"filename": job.filename, "filetype": "video/mp4"}
        if job.says_digest:
            said["sha256"] = job.sha256
        headers = {
            "Upload-Length": str(job.size),
            "Upload-Metadata": ",".join(f"{name} {_base64(value.encode())}" for name, value in said.items()),
        }
        body = b""
        if job.first_along:
            body = content[: job.chunk]
            headers |= {"Content-Type": STREAM, **self._checksum(job, body)}
        while True:
            self.journal.write("create", job=job.number, along=len(body))
            answer = self._ask("POST", UPLOADS, headers, body, until)
            if answer and answer.status == 201:
                location = answer.headers["location"]
                self.journal.write("created", job=job.number, location=location, offset=answer.offset)
                self._heard(job, record, answer, 0)
                return location, answer.offset
            if answer and answer.status == 415:
                self.refused(job, record)
                return "", 0
            self._bear(answer, record, "create")

    def _piece(
        self, job: Job, record: Record, location: str, content: bytes, offset: int, until: float
    ) -> int:
        piece = content[offset : offset + job.chunk]
        headers = {"Content-Type": STREAM, "Upload-Offset": str(offset), **self._checksum(job, piece)}
        bent = job.bends and self.rng.random() < 0.15
        sent = _bent(piece) if bent else piece
        began = time.monotonic()
        self.journal.write("send", job=job.number, at=offset, size=len(piece), bent=bent)
        answer = self._ask("PATCH", location, headers, sent, until)
        record.pieces += 1
        if answer and answer.status == 204:
            if bent:
                record.faults.append("a damaged piece was taken")
            self.journal.acknowledged.append((began, time.monotonic()))
            self._heard(job, record, answer, offset + len(piece))
            return answer.offset
        if answer and answer.status == 415:
            self.refused(job, record)
            return offset
        if answer and answer.status == 460 and bent:
            return self.stand(job, record, location, until)
        self._bear(answer, record, "piece")
        return self.stand(job, record, location, until)

    def stand(self, job: Job, record: Record, location: str, until: float) -> int:
        """Ask where the upload stands, until somebody says so."""
        while True:
            answer = self._ask("HEAD", location, {}, b"", until)
            if answer and answer.status == 200:
                self._heard(job, record, answer, None)
                return answer.offset
            if answer and answer.status == 415:
                self.refused(job, record)
                return 0
            if answer and answer.status in (404, 410):
                self.lost_upload(record, answer.status)
            self._bear(answer, record, "stand")

    def part_with(self, job: Job, record: Record, location: str, until: float) -> None:
        if job.ending == "leave":
            raise GivesUp("left half way")
        # Without a reply it is not known whether the file went; a second try finds out.
        while True:
            answer = self._ask("DELETE", location, {}, b"", until)
            if answer and answer.status in (204, 404):
                record.outcome = "removed"
                self.journal.write("removed", job=job.number)
                return
            self._bear(answer, record, "remove")

    # --- what was heard

    def _heard(self, job: Job, record: Record, answer: Answer, expected: int | None) -> None:
        if expected and answer.offset != expected:
            record.faults.append(f"{expected} bytes were sent and taken, yet the server says {answer.offset}")
        if answer.offset < record.kept:
            record.faults.append(f"{record.kept} bytes were acknowledged, then only {answer.offset}")
        record.kept = max(record.kept, answer.offset)
        evidence = answer.headers.get("tipline-evidence")
        if not evidence:
            self.journal.write("kept", job=job.number, offset=answer.offset)
            return
        record.outcome, record.evidence = "acknowledged", evidence
        sha256 = answer.headers.get("tipline-sha256", "")
        self.journal.write("acknowledged", job=job.number, evidence=evidence, sha256=sha256)
        if sha256 != job.sha256:
            record.faults.append(f"acknowledged with another SHA-256 ({sha256})")

    def refused(self, job: Job, record: Record) -> None:
        record.outcome = "refused"
        self.journal.write("refused", job=job.number)
        if not job.refused:
            record.faults.append("refused, though it is footage")

    def _bear(self, answer: Answer | None, record: Record, step: str) -> None:
        self.bear(answer.status if answer else None, answer.body if answer else b"", record, step)

    def bear(self, status: int | None, body: bytes, record: Record, step: str) -> None:
        """Wait after a no or silence; note what should never be answered."""
        if status and status not in PATIENCE:
            record.faults.append(f"{step}: answer {status} {body[:160]!r}")
            raise GivesUp(f"answer {status}")
        time.sleep(self.rng.uniform(0.05, 0.5))

    def lost_upload(self, record: Record, status: int) -> NoReturn:
        record.faults.append(f"the upload is gone ({status}) at {record.kept} bytes")
        raise GivesUp("gone")

    # --- HTTP

    def require_patience(self, until: float) -> None:
        if time.monotonic() > until:
            raise GivesUp("no patience left")

    def _ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes, until: float
    ) -> Answer | None:
        """One request; None when nothing was heard. Connections are kept while they work."""
        self.require_patience(until)
        if path.startswith(UPLOADS):
            headers = headers | {"Tus-Resumable": "1.0.0"}
        if self.tip and "public/tips" not in path:
            headers = headers | {"Authorization": f"Bearer {self.tip.token}"}
        try:
            line = self._line or http.client.HTTPConnection(
                "127.0.0.1", self.port, timeout=self.rng.uniform(4, 9)
            )
            self._line = line
            line.request(method, path, body=body or None, headers=headers | {"Accept-Language": "en"})
            found = line.getresponse()
            answer = Answer(found.status, {k.lower(): v for k, v in found.getheaders()}, found.read())
        except (OSError, http.client.HTTPException) as fault:
            self.journal.write("silence", method=method, fault=type(fault).__name__)
            self._hang_up()
            return None
        if self.rng.random() < 0.3 or answer.status >= 300:
            self._hang_up()
        return answer

    def _hang_up(self) -> None:
        if self._line:
            self._line.close()
        self._line = None

    def _checksum(self, job: Job, piece: bytes) -> dict[str, str]:
        if not job.checksums:
            return {}
        return {"Upload-Checksum": f"sha256 {_base64(hashlib.sha256(piece).digest())}"}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bent(piece: bytes) -> bytes:
    middle = len(piece) // 2
    return piece[:middle] + bytes([piece[middle] ^ 0x20]) + piece[middle + 1 :]
