"""What tests of the reporter's side share: a photo, a film of any length, and small clients of both doors."""

from __future__ import annotations

import base64
import hashlib
import io
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from storage.base import FreeSpace
from storage.memory import MemoryStore
from tipline.domain import evidence, tips
from tipline.domain.evidence import Evidence
from tipline.services import Services

PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4
PLAYLIST = b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n"
TIPS = "/api/v1/public/tips"
UPLOADS = "/api/v1/public/uploads"
STREAM = "application/offset+octet-stream"


def film(size: int) -> bytes:
    """Bytes that begin as an MP4 does; the rest differs everywhere, so that a shift would show."""
    body = b"".join(hashlib.sha256(n.to_bytes(8, "big")).digest() for n in range(size // 32 + 1))
    return (b"\x00\x00\x00\x18ftypisom" + body)[:size]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def checksum(data: bytes, algorithm: str = "sha256") -> str:
    """The value of Upload-Checksum for these bytes."""
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"


def stored(services: Services, evidence_id: str) -> bytes:
    """The original as the store has it."""
    with services.database.reading() as tx:
        key = evidence.read_evidence(tx, evidence_id).key
    with services.store.open(key) as reader:
        return reader.read()


def rows(services: Services, reference: str = "T-1001") -> list[Evidence]:
    """All files of a tip."""
    with services.database.reading() as tx:
        return evidence.list_of_tip(tx, tips.read_tip(tx, reference))


def bearer(token: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", **more}


def open_tip(client: FlaskClient, **fields: Any) -> dict[str, str]:
    """Open a tip by the API; a draft unless `text` is given."""
    answer = client.post(TIPS, json={"category": "theft", **fields})
    assert answer.status_code == 201, answer.text
    opened: dict[str, str] = answer.json
    return opened


def metadata(**values: str) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items())


class Tus:
    """A client of the upload protocol that says only what it is told to."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client = client
        self.headers = bearer(token, **{"Tus-Resumable": "1.0.0"})

    def create(
        self, size: int, name: str = "cam1.mp4", *, data: bytes | None = None, **more: str
    ) -> TestResponse:
        headers = {**self.headers, "Upload-Length": str(size), "Upload-Metadata": metadata(filename=name)}
        headers.update(more)
        if data is not None:
            headers["Content-Type"] = STREAM
        return self.client.post(UPLOADS, headers=headers, data=data)

    def look(self, address: str) -> TestResponse:
        return self.client.head(address, headers=self.headers)

    def append(self, address: str, offset: int, data: bytes, **more: str) -> TestResponse:
        headers = {**self.headers, "Upload-Offset": str(offset), "Content-Type": STREAM, **more}
        return self.client.patch(address, headers=headers, data=data)

    def remove(self, address: str) -> TestResponse:
        return self.client.delete(address, headers=self.headers)

    def send(self, data: bytes, name: str = "cam1.mp4") -> TestResponse:
        """A whole file in one PATCH."""
        return self.append(self.create(len(data), name).headers["Location"], 0, data)


class FormFile(io.BytesIO):
    """A file of a form, by its name."""

    def __init__(self, data: bytes, name: str) -> None:
        super().__init__(data)
        self.name = name


class SmallDisk(MemoryStore, FreeSpace):
    """A store that says how much room is left."""

    def __init__(self, free: int) -> None:
        super().__init__()
        self.free = free

    def free_bytes(self) -> int:
        return self.free
