"""What a snapshot states of itself, signed by the station, and how anybody sees that it is still so."""

from __future__ import annotations

import base64
import hmac
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tipline.backup import shelf
from tipline.backup.faults import DAMAGED, NOT_A_BACKUP, UNSIGNED, BackupError
from tipline.db import Database
from tipline.domain import ids, signatures, statements

FORMAT = "tipline-backup/1"


def write(database: Database, secret: str, coming: Path, stated: dict[str, Any]) -> None:
    """Sign and write it; the manifest last, for with it the snapshot is complete."""
    stated["seal"] = _seal_of(secret, stated)
    with database.transaction() as tx:
        signer = signatures.open_signer(tx, secret)
    signature = signer.sign(statements.canonical(stated))
    signed = {
        "key": signer.row.id, "public": signer.row.public,
        "signature": base64.b64encode(signature).decode(),
    }  # fmt: skip
    shelf.write_json(coming / shelf.SIGNATURE, signed)
    shelf.fsync_folder(coming / "tables")
    shelf.write_json(coming / shelf.MANIFEST, stated)
    shelf.fsync_folder(coming)


def read(snapshot: Path) -> dict[str, Any]:
    """What it states, once the signature beside it fits; raises BackupError.

    That shows damage. Whoever changes all of it can sign it with a key of his own; `require_ours` says
    whether it is the station's, to whoever has the station's secret.
    """
    stated, signed = shelf.read_json(snapshot / shelf.MANIFEST), shelf.read_json(snapshot / shelf.SIGNATURE)
    if not isinstance(stated, dict) or stated.get("format") != FORMAT:
        raise BackupError(NOT_A_BACKUP, folder=snapshot)
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(signed["public"]))
        key.verify(base64.b64decode(signed["signature"]), statements.canonical(stated))
    except (InvalidSignature, KeyError, TypeError, ValueError) as fault:
        raise BackupError(UNSIGNED) from fault
    return stated


def digest(stated: dict[str, Any]) -> str:
    """SHA-256 of the very bytes that are signed."""
    return statements.digest(stated)


def mark_of(secret: str, of: str) -> str:
    """By this a secret is known again, without telling it."""
    return ids.keyed_hash(secret, "backup", of)


def is_secret(secret: str, stated: dict[str, Any]) -> bool:
    """Whether this is the secret of the station that was backed up."""
    return hmac.compare_digest(mark_of(secret, str(stated.get("id"))), str(stated.get("secret")))


def require_ours(secret: str, stated: dict[str, Any]) -> None:
    """Raise BackupError unless the station with this secret stated just this."""
    if not hmac.compare_digest(_seal_of(secret, stated), str(stated.get("seal"))):
        raise BackupError(UNSIGNED)


def _seal_of(secret: str, stated: dict[str, Any]) -> str:
    """Over all that is stated, and through its digests over every table and object."""
    rest = {name: value for name, value in stated.items() if name != "seal"}
    return ids.keyed_hash(secret, "backup-manifest", statements.canonical(rest).decode())


def require_file(path: Path, sha256: str) -> None:
    """Raise BackupError unless the file is the one that was stated."""
    with shelf.told(path):
        found = shelf.sha256_of_file(path)
    if found != sha256:
        raise BackupError(DAMAGED, file=path.name)
