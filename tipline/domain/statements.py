"""What a receipt states, in the one form that is signed. Pure: no database, no settings, fit for offline use.

The form follows RFC 8785 (JSON Canonicalization Scheme): keys sorted, no spaces, UTF-8, nothing escaped that
need not be. Statements hold only texts, whole numbers, true, false, null, lists and objects with ASCII keys,
for which Python's own writer gives exactly that form. `docs/receipt.md` describes it for others.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime
from typing import Any, NamedTuple

TYPE = "tipline-receipt/1"
# What the picture on the receipt states; no statement begins like this, so neither passes for the other.
MARK_TYPE = b"tipline-receipt-mark/1\0"
MARK_FORM = "1."
KEY_ID_BYTES, TIME_BYTES = 8, 5

Statement = dict[str, Any]


def canonical(statement: Statement) -> bytes:
    """The exact bytes that are signed."""
    text = json.dumps(statement, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def digest(statement: Statement) -> str:
    """SHA-256 of the signed bytes: a name for this very statement."""
    return hashlib.sha256(canonical(statement)).hexdigest()


def key_id(public: bytes) -> str:
    """Name of a key: the beginning of the SHA-256 of its 32 raw bytes."""
    return hashlib.sha256(public).hexdigest()[: 2 * KEY_ID_BYTES]


def fingerprint(public: bytes) -> str:
    """For a notice board: half of the SHA-256, in groups of four."""
    return grouped(hashlib.sha256(public).hexdigest()[:32])


def grouped(text: str, size: int = 4) -> str:
    """`a1b2 c3d4 …`: long numbers in pieces that people can compare and pages can wrap."""
    return " ".join(text[at : at + size] for at in range(0, len(text), size))


class Mark(NamedTuple):
    """What fits into a QR code: that a key signed, at a time, a receipt for a reference with this digest.

    Signature, digest, id of the key, seconds since 1970, reference; read by static/js/parts/verify_mark.js.
    """

    digest: str
    key: str
    issued_at: datetime
    reference: str

    @property
    def signed(self) -> bytes:
        """The exact bytes its signature is over."""
        return MARK_TYPE + self._packed

    @property
    def _packed(self) -> bytes:
        seconds = int(self.issued_at.timestamp()).to_bytes(TIME_BYTES, "big")
        return bytes.fromhex(self.digest) + bytes.fromhex(self.key) + seconds + self.reference.encode()

    def written(self, signature: bytes) -> str:
        """As it stands behind the # of an address."""
        return MARK_FORM + base64.urlsafe_b64encode(signature + self._packed).decode().rstrip("=")
