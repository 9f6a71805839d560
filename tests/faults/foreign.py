"""Files sent by clients that others wrote: tuspy, and tus-js-client under Node. Neither is changed.

They know nothing of evidence, so when one says it is done, the journal's own client asks what came of it.
"""

from __future__ import annotations

import io
import json
import subprocess
import time
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError
from tusclient.uploader import Uploader

from tests.clients.node import find_node
from tests.faults.journal import Record
from tests.faults.plan import Job

if TYPE_CHECKING:
    from tests.faults.sender import Sender

SCRIPT = Path(__file__).with_name("tus_js.mjs")
GONE = (404, 410)


class Foreign:
    """One file by one of them, told to the journal as the sender's own files are."""

    def __init__(self, sender: Sender, job: Job, record: Record, until: float) -> None:
        assert record.tip
        self.sender, self.job, self.record, self.until = sender, job, record, until
        self.headers = {"Authorization": f"Bearer {record.tip.token}", "Accept-Language": "en"}
        self.endpoint = f"http://127.0.0.1:{sender.port}{sender.uploads}"
        self.metadata = {"filename": job.filename, "filetype": "video/mp4"}
        if job.says_digest:
            self.metadata["sha256"] = job.sha256
        self.url: str | None = None

    def send(self) -> None:
        {"tuspy": self._by_tuspy, "tus-js-client": self._by_tus_js}[self.job.client]()

    # --- tuspy

    def _by_tuspy(self) -> None:
        client = TusClient(self.endpoint, headers=self.headers)
        chunk = min(self.job.chunk, self.job.size)
        upload = client.uploader(
            file_stream=io.BytesIO(self.job.content()), chunk_size=chunk, metadata=self.metadata
        )
        while upload.url is None and self.record.outcome == "UNKNOWN":
            self.sender.journal.write("create", job=self.job.number, along=0)
            self._try(lambda: upload.set_url(upload.create_url()))
        if upload.url:
            self._created(upload.url)
        while upload.offset < self.job.size and self.record.outcome == "UNKNOWN":
            if self.job.ending != "stay" and upload.offset >= self.job.size // 2:
                self.sender.part_with(self.job, self.record, urlsplit(upload.url).path, self.until)
                return
            self._piece_by_tuspy(upload)
        if upload.url:
            self._ask_what_came_of_it(upload.url)

    def _piece_by_tuspy(self, upload: Uploader) -> None:
        began = time.monotonic()
        self.sender.journal.write("send", job=self.job.number, at=upload.offset, size=upload.chunk_size)
        self.record.pieces += 1
        if self._try(upload.upload_chunk):
            self.sender.journal.acknowledged.append((began, time.monotonic()))
            self._kept(upload.offset)
            return
        while self.record.outcome == "UNKNOWN" and not self._try(lambda: _ask_offset(upload)):
            pass

    def _try(self, act: Any) -> bool:
        """Whether it went well; a no is borne as any sender bears it."""
        self.sender.require_patience(self.until)
        try:
            act()
        except TusCommunicationError as fault:
            self._bear(fault.status_code, fault.response_content or b"")
            return False
        return True

    # --- tus-js-client

    def _by_tus_js(self) -> None:
        with NamedTemporaryFile() as file:
            file.write(self.job.content())
            file.flush()
            while self.record.outcome == "UNKNOWN" and not self._run_node(file.name):
                self.sender.require_patience(self.until)
        if self.url:
            self._ask_what_came_of_it(self.url)

    def _run_node(self, path: str) -> bool:
        """One life of the client: True when it says that all is sent."""
        wish = {
            "endpoint": self.endpoint, "path": path, "chunk": min(self.job.chunk, self.job.size),
            "headers": self.headers, "metadata": self.metadata, "along": self.job.first_along,
            "url": self.url,
        }  # fmt: skip
        with subprocess.Popen(
            [find_node(), str(SCRIPT), json.dumps(wish)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as node:
            try:
                said = node.communicate(timeout=max(1.0, self.until - time.monotonic()))
            except subprocess.TimeoutExpired:
                node.kill()
                said = node.communicate()
        events = [json.loads(line) for line in said[0].splitlines()]
        assert events or not said[1], said[1]
        return all([self._note(event) for event in events]) and bool(events) and events[-1]["event"] == "done"

    def _note(self, event: dict[str, Any]) -> bool:
        if event["event"] == "created":
            self._created(event["url"])
        elif event["event"] == "answer":
            # This client takes every no to a HEAD, even «not now», as leave to begin another upload. That is
            # its way; to be told that the upload is gone is our fault.
            if event["method"] == "HEAD" and event["status"] in GONE:
                self.record.faults.append(f"its upload was not found again ({event['status']})")
        elif event["event"] == "kept":
            now = time.monotonic()
            self.sender.journal.acknowledged.append((now - event["took"], now))
            self.record.pieces += 1
            self._kept(event["offset"])
        elif event["event"] == "failed":
            self._bear(event["status"], event["body"].encode())
            return False
        return True

    # --- what was heard

    def _created(self, url: str) -> None:
        self.url = url
        self.sender.journal.write("created", job=self.job.number, location=urlsplit(url).path, offset=0)

    def _kept(self, offset: int) -> None:
        if offset < self.record.kept:
            self.record.faults.append(f"{self.record.kept} bytes were acknowledged, then only {offset}")
        self.record.kept = max(self.record.kept, offset)
        self.sender.journal.write("kept", job=self.job.number, offset=offset)

    def _bear(self, status: int | None, body: bytes) -> None:
        if status == 415:
            self.sender.refused(self.job, self.record)
        elif status in GONE:
            self.sender.lost_upload(self.record, status)
        else:
            self.sender.bear(status, body, self.record, self.job.client)

    def _ask_what_came_of_it(self, url: str) -> None:
        while self.record.outcome == "UNKNOWN":
            self.sender.stand(self.job, self.record, urlsplit(url).path, self.until)


def _ask_offset(upload: Uploader) -> None:
    upload.offset = upload.get_offset()
