"""Content credentials (C2PA), read without the network: is what was signed still what is there?

Nobody here vouches for a signer: "intact" says that nothing changed after signing, not who signed. A
manifest that lies elsewhere is not fetched, and no revocation is asked for; both are switched off, and the
wall has no network anyway.
"""

from __future__ import annotations

import io
import json
from typing import Any

import c2pa  # type: ignore[import-untyped]

from workers.media import sniff, tags
from workers.media.job import Job
from workers.media.opening import Bytes

SETTINGS = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
VERSION = str(c2pa.__version__)
INTACT, ALTERED, UNREADABLE, REMOTE_ONLY = "intact", "altered", "unreadable", "remote_only"
# What the bytes or the statement itself do not match any more. An unknown signer is no such fault.
BROKEN_SEAL = ("Hash.mismatch", "hashedURI.mismatch", "claimSignature.mismatch", "assertion.missing")
UNKNOWN_SIGNER = "signingCredential.untrusted"
LONGEST_JSON, MOST_ACTIONS, WORDS = 4 * 1024 * 1024, 12, 120
FORMS = {
    "JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "AVIF": "image/avif",
    "HEIF": "image/heic", "TIFF": "image/tiff",
}  # fmt: skip
SEARCHED = 4 * 1024 * 1024


def read(job: Job, head: bytes) -> dict[str, Any] | None:
    """What the credentials of this file say, bounded; None for the usual file, which has none."""
    form = _form(head)
    if form is None:
        return None
    try:
        return _read(job, form)
    except c2pa.C2paError.ManifestNotFound:
        return None
    except c2pa.C2paError as fault:
        return _without_manifest(str(fault), job)


def _read(job: Job, form: str) -> dict[str, Any]:
    source = io.BufferedReader(Stream(job), 256 * 1024)
    settings = c2pa.Settings.from_dict(SETTINGS)
    with c2pa.Context(settings=settings) as context, c2pa.Reader(form, source, context=context) as reader:
        text = reader.json()
        if len(text) > LONGEST_JSON:
            return {"state": UNREADABLE}
        return _told(str(reader.get_validation_state()), json.loads(text))


class Stream(io.RawIOBase):
    """The open file as a stream: it has no name, and only this one can be read."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._bytes = Bytes(job.input, job.size)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._bytes.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._bytes.seek(offset, whence)

    def tell(self) -> int:
        return self._bytes.tell()


def _told(validation: str, store: dict[str, Any]) -> dict[str, Any]:
    faults = [
        str(one.get("code", "")) for one in _list(store.get("validation_status")) if isinstance(one, dict)
    ]
    state = INTACT if validation in ("Valid", "Trusted") else UNREADABLE
    if state != INTACT and any(code.endswith(BROKEN_SEAL) for code in faults):
        state = ALTERED
    manifests = store.get("manifests")
    manifest = manifests.get(store.get("active_manifest")) if isinstance(manifests, dict) else None
    manifest = manifest if isinstance(manifest, dict) else {}
    signature = manifest.get("signature_info")
    signature = signature if isinstance(signature, dict) else {}
    told = {
        "state": state,
        "signer": _words(signature.get("issuer") or signature.get("common_name")),
        "signed_at": _words(signature.get("time")),
        "claim_generator": _words(_generator(manifest)),
        "actions": _actions(manifest),
        "faults": [tags.clean(code, 64) for code in faults if code != "signingCredential.untrusted"][
            :MOST_ACTIONS
        ],
    }
    return {name: value for name, value in told.items() if value}


def _generator(manifest: dict[str, Any]) -> object:
    for one in _list(manifest.get("claim_generator_info")):
        if isinstance(one, dict) and one.get("name"):
            return f"{one['name']} {one.get('version') or ''}"
    return manifest.get("claim_generator")


def _actions(manifest: dict[str, Any]) -> list[str]:
    found: dict[str, None] = {}
    for assertion in _list(manifest.get("assertions")):
        if isinstance(assertion, dict) and str(assertion.get("label", "")).startswith("c2pa.actions"):
            data = assertion.get("data")
            for action in _list(data.get("actions") if isinstance(data, dict) else None):
                if isinstance(action, dict) and action.get("action"):
                    found.setdefault(tags.clean(action["action"], 64))
    return list(found)[:MOST_ACTIONS]


def _without_manifest(fault: str, job: Job) -> dict[str, Any] | None:
    """Files that are broken or of another kind have no credentials; a reference to elsewhere is told."""
    if fault.startswith("Remote"):
        return {"state": REMOTE_ONLY}
    # The reader gave up. Say so only if there is something it should have read.
    head = Bytes(job.input, job.size).read(SEARCHED)
    return {"state": UNREADABLE} if b"c2pa" in head and b"jumb" in head else None


def _form(head: bytes) -> str | None:
    photo = sniff.photo_format(head)
    if photo:
        return FORMS.get(photo)
    if sniff.is_mp4(head):
        return "video/mp4"
    if head[:4] == b"RIFF":
        return {b"AVI ": "video/avi", b"WAVE": "audio/wav"}.get(head[8:12])
    return "audio/mpeg" if head.startswith(b"ID3") else None


def _words(value: object) -> str:
    return tags.clean(value, WORDS) if value else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
