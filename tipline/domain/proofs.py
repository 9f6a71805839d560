"""Signed receipts: what a tip's receipt states now, signed once for each state it is in.

Stated are reference, times, category, the files that have arrived with their digests and places in custody,
and the head of the custody log. Never stated: the receipt code, contact, place, words; of the words stands
the digest that custody holds too.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from tipline.db import Database, Transaction
from tipline.domain import clock, custody, evidence, signatures, statements, verifying
from tipline.domain.actors import Actor, reporter
from tipline.domain.custody import Custody
from tipline.domain.evidence import Evidence
from tipline.domain.signatures import SignedReceipt, SigningKey
from tipline.domain.statements import Statement
from tipline.domain.tips import Tip
from tipline.domain.verifying import Fault, Key, Verdict

# What stands in every statement without being a state of the tip; signing again would change it each time.
OF_THE_MOMENT = ("issued_at", "custody")
# Entries of the log from which a statement takes digests and places.
STATED = ("evidence:receive", "tip:create", "tip:rewrite")
MOST_ENTRIES = 100_000
MOST_PARTS = 20


class Proof(NamedTuple):
    """A receipt with its signature; `tip` and `files` are as they were when it was found to hold."""

    tip: Tip
    files: list[Evidence]
    statement: Statement
    body: str
    signature: str
    mark: str
    issued_at: datetime
    key: SigningKey

    @property
    def digest(self) -> str:
        """SHA-256 of what was signed."""
        return statements.digest(self.statement)


def issue(
    database: Database, secret: str, tip_id: int, *, station: str, zone: str, by: Actor | None = None
) -> Proof:
    """The tip's receipt as it stands, signed now unless this very state has been signed before.

    `by` asked for it; nobody named, it was the reporter. Raises key:sealed.
    """
    with database.reading() as tx:
        kept = _find_kept(tx, tx.get_one(Tip, tip_id), station, zone)
    if kept:
        return kept
    with database.transaction() as tx:
        tip = tx.get_one(Tip, tip_id)
        # Another request may have been quicker; from here on there is no other.
        return _find_kept(tx, tip, station, zone) or _sign(tx, secret, tip, station, zone, by)


def judge(database: Database, untrusted: bytes) -> Verdict:
    """Whether a receipt is one of ours, unchanged; names the parts that are not as we signed them."""
    with database.reading() as tx:
        keys = {one.id: Key(one.raw, one.retired_at) for one in signatures.list_keys(tx)}
        verdict = verifying.check(untrusted, keys)
        signed = None if verdict.valid else find_signed(tx, verdict.signature)
    if signed is None or verdict.statement is None:
        return verdict
    parts = islice(differing(signed, verdict.statement), MOST_PARTS)
    return verdict._replace(
        faults=[*verdict.faults, *(Fault("proof:altered", {"name": one}) for one in parts)]
    )


def find_signed(tx: Transaction, signature: str) -> Statement | None:
    """What was signed with this very signature, if it is one of ours."""
    body = tx.scalar(select(SignedReceipt.body).where(SignedReceipt.signature == signature).limit(1))
    return None if body is None else _parsed(body)


def _find_kept(tx: Transaction, tip: Tip, station: str, zone: str) -> Proof | None:
    """The newest receipt, if all it states still holds."""
    row = tx.scalar(
        select(SignedReceipt).where(SignedReceipt.tip_id == tip.id).order_by(SignedReceipt.id.desc()).limit(1)
    )
    key = signatures.find_active(tx)
    if row is None or key is None or row.key_id != key.id:
        return None
    statement, files = _parsed(row.body), evidence.list_of_reporter(tx, tip)
    now = _state(tx, tip, files, station, zone) | {"key": key.id}
    if {name: value for name, value in statement.items() if name not in OF_THE_MOMENT} != now:
        return None
    return Proof(tip, files, statement, row.body, row.signature, row.mark, row.issued_at, key)


def _sign(tx: Transaction, secret: str, tip: Tip, station: str, zone: str, by: Actor | None) -> Proof:
    signer = signatures.open_signer(tx, secret)
    issued_at = clock.now().replace(microsecond=0)
    head, files = custody.list_latest(tx, limit=1)[0], evidence.list_of_reporter(tx, tip)
    statement = _state(tx, tip, files, station, zone) | {
        "key": signer.row.id,
        "issued_at": _told(issued_at, zone),
        "custody": {"seq": head.seq, "hash": head.hash},
    }
    body = statements.canonical(statement)
    mark = statements.Mark(statements.digest(statement), signer.row.id, issued_at, tip.reference)
    row = SignedReceipt(
        tip_id=tip.id, key_id=signer.row.id, issued_at=issued_at, body=body.decode(),
        signature=base64.b64encode(signer.sign(body)).decode(), mark=mark.written(signer.sign(mark.signed)),
    )  # fmt: skip
    tx.add(row)
    custody.append(
        tx, by or reporter(tip.reference), "receipt:sign", f"tip:{tip.reference}", tip=tip.reference,
        key=signer.row.id, statement=mark.digest, files=len(statement["files"]),
    )  # fmt: skip
    return Proof(tip, files, statement, row.body, row.signature, row.mark, issued_at, signer.row)


def _state(tx: Transaction, tip: Tip, files: list[Evidence], station: str, zone: str) -> Statement:
    """All that is stated of the tip itself."""
    written = custody.list_of(tx, tip=tip.reference, actions=STATED, limit=MOST_ENTRIES)
    entries = {entry.subject: entry for entry in written if entry.action == "evidence:receive"}
    # Of the words the digest alone, from the log: it stays when one day the words have to be erased.
    words = [entry.facts()["words"] for entry in written if entry.action != "evidence:receive"]
    return {
        "type": statements.TYPE,
        "reference": tip.reference,
        "station": station,
        "category": tip.category,
        "language": tip.language,
        "created_at": _told(tip.created_at, zone),
        "received_at": _told(tip.received_at, zone),
        "report_sha256": words[-1],
        "files": [_file(one, entries.get(f"evidence:{one.id}"), zone) for one in files if one.arrived],
        "pending": [_pending(one) for one in files if one.state == "uploading"],
    }


def _file(file: Evidence, entry: Custody | None, zone: str) -> dict[str, Any]:
    return {
        "number": file.number,
        "name": file.filename,
        "size": file.size,
        "sha256": file.sha256,
        "client_sha256": file.client_sha256,
        "client_matches": file.digest_matches,
        "received_at": _told(file.received_at, zone),
        "custody": {"seq": entry.seq, "hash": entry.hash} if entry else None,
    }


def _pending(file: Evidence) -> dict[str, Any]:
    """Named as not yet here; nothing is proved of it."""
    return {"number": file.number, "name": file.filename, "size": file.size}


def _told(moment: datetime | None, zone: str) -> str | None:
    """RFC 3339 in the station's zone, to the second."""
    return moment.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds") if moment else None


def _parsed(body: str) -> Statement:
    statement: Statement = json.loads(body)
    return statement


def differing(one: Any, other: Any, path: str = "") -> Iterable[str]:
    """Names of all parts in which two statements differ: `files.2.sha256`."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted(one.keys() | other.keys()):
            yield from differing(one.get(name), other.get(name), f"{path}.{name}" if path else name)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other, strict=True), start=1):
            yield from differing(left, right, f"{path}.{number}")
    elif one != other:
        yield path
