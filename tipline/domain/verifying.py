"""Whether a receipt is what a station signed. Pure: needs the receipt, keys, and nothing else.

What strangers hand in is read strictly (`strict_json`). The part that is signed (`statement`) may be laid out
anew; not one value in it may change.
"""

# ruff: noqa: E501 - the table has one row an entry, however long its sentence is
from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tipline.domain import statements, strict_json
from tipline.domain.statements import Statement
from tipline.domain.strict_json import Refused
from tipline.errors import N_

PUBLIC_BYTES = 32

FAULTS: dict[str, str] = {
    "proof:too-large": N_("This is larger than any receipt. Choose the receipt itself, not the footage."),
    "proof:not-json": N_("This is not a receipt, or it was cut short. Choose the file that was downloaded as it is."),
    "proof:nested": N_("This is no receipt: its brackets nest without end."),
    "proof:twice": N_("The name “%(name)s” stands in it twice. Receipts never say a thing twice; it was altered."),
    "proof:number": N_("The number %(number)s is not written as receipts write numbers; it was altered."),
    "proof:no-receipt": N_("The part “%(name)s” is missing or is not what it should be, so this is not a whole receipt."),
    "proof:unsigned": N_("This receipt bears no signature, so it proves nothing. Ask for a signed one."),
    "proof:type": N_("This kind of receipt (%(type)s) is unknown here. Check it with a newer Tipline."),
    "proof:key": N_("It was signed with the key %(key)s, which is not a key of this station."),
    "proof:retired": N_("The key %(key)s signed nothing any more after %(at)s, but this receipt says it was issued later."),
    "proof:key-differs": N_("The key it names (%(key)s) is not the key that lies in it."),
    "proof:signature-form": N_("Its signature is damaged or cut short."),
    "proof:signature": N_("Its signature does not fit: what it states was altered after it was signed, or another key signed it."),
    "proof:altered": N_("Not as it was signed: %(name)s."),
    "proof:outside": N_("“%(name)s” beside the signed part differs from it. Believe the signed part alone."),
    "proof:file": N_("%(name)s is none of the files of this receipt: its SHA-256 is %(sha256)s."),
    "proof:paper": N_("No receipt lies in this PDF. It may have been printed or saved anew; use the original download."),
}  # fmt: skip


class Key(NamedTuple):
    """A public key of the station, and since when it signs no more."""

    raw: bytes
    retired_at: datetime | None = None


class Fault(NamedTuple):
    """One thing that is wrong; `values` fill the places of its sentence."""

    code: str
    values: dict[str, str] = {}

    @property
    def sentence(self) -> str:
        return FAULTS[self.code]


class Verdict(NamedTuple):
    """What was read, and why not to believe it; `statement` is None if nothing could be read."""

    faults: list[Fault]
    statement: Statement | None = None
    signature: str = ""
    key: str = ""
    public: bytes = b""

    @property
    def valid(self) -> bool:
        return not self.faults


def check(untrusted: bytes, keys: Mapping[str, Key] | None) -> Verdict:
    """Judge a receipt. `keys` are the station's, by id; None trusts the one that lies in it."""
    try:
        receipt = strict_json.read(untrusted)
        statement = _statement_of(receipt)
        signature, public = _decoded(receipt, "signature"), _decoded(receipt, "public_key")
    except Refused as refused:
        return Verdict([Fault(refused.code, refused.values)])
    faults = [*_judge_key(statement, receipt, public, keys)]
    if not faults:
        faults += _judge_signature(statement, signature, public)
    faults += _judge_outside(receipt, statement)
    return Verdict(faults, statement, str(receipt["signature"]), str(statement["key"]), public)


def match_files(verdict: Verdict, digests: Mapping[str, str]) -> list[Fault]:
    """Faults for files (name → SHA-256) that the receipt does not list."""
    listed = {one["sha256"] for one in (verdict.statement or {}).get("files", [])}
    return [
        Fault("proof:file", {"name": name, "sha256": sha256})
        for name, sha256 in digests.items()
        if sha256 not in listed
    ]


def read_keys(text: str) -> dict[str, Key]:
    """Keys by their id, from the station's list or from one key in base64 or hex; raises ValueError."""
    try:
        told = json.loads(text)
        listed = told["keys"] if isinstance(told, dict) else [{"public_key": text}]
        found = [Key(_raw_key(str(one["public_key"])), _moment(one.get("retired_at"))) for one in listed]
    except (KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise ValueError("not a key") from fault
    except ValueError:
        found = [Key(_raw_key(text))]
    return {statements.key_id(one.raw): one for one in found}


def _moment(text: object) -> datetime | None:
    """A time with its offset; None if it is none."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _raw_key(text: str) -> bytes:
    text = "".join(text.split())
    try:
        raw = (
            bytes.fromhex(text)
            if re.fullmatch(r"[0-9a-fA-F]{64}", text)
            else base64.b64decode(text, validate=True)
        )
    except (ValueError, binascii.Error) as fault:
        raise ValueError("not a key") from fault
    if len(raw) != PUBLIC_BYTES:
        raise ValueError("not a key")
    return raw


# --- reading


def _statement_of(receipt: dict[str, Any]) -> Statement:
    if receipt.get("signed") is False or ("statement" not in receipt and "reference" in receipt):
        raise Refused("proof:unsigned")
    statement = receipt.get("statement")
    if not isinstance(statement, dict):
        raise Refused("proof:no-receipt", name="statement")
    if statement.get("type") != statements.TYPE:
        raise Refused("proof:type", type=statement.get("type"))
    try:
        statements.canonical(statement)
    except UnicodeEncodeError as fault:  # half of a surrogate pair, which no UTF-8 holds
        raise Refused("proof:not-json") from fault
    for name, is_right in _SHAPE.items():
        if name not in statement or not is_right(statement[name]):
            raise Refused("proof:no-receipt", name=f"statement.{name}")
    return statement


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_text_or_null(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _is_place(value: Any) -> bool:
    return (
        isinstance(value, dict) and isinstance(value.get("seq"), int) and isinstance(value.get("hash"), str)
    )


def _are_files(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, dict)
        and isinstance(one.get("number"), int)
        and isinstance(one.get("size"), int)
        and all(isinstance(one.get(name), str) for name in ("name", "sha256", "received_at"))
        and _is_text_or_null(one.get("client_sha256"))
        for one in value
    )


def _are_pending(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, dict) and isinstance(one.get("size"), int) and isinstance(one.get("name"), str)
        for one in value
    )


_SHAPE = {
    "reference": _is_text, "station": _is_text, "category": _is_text, "language": _is_text,
    "created_at": _is_text, "received_at": _is_text_or_null, "issued_at": _is_text, "report_sha256": _is_text,
    "key": _is_text, "custody": _is_place, "files": _are_files, "pending": _are_pending,
}  # fmt: skip


def _decoded(receipt: dict[str, Any], name: str) -> bytes:
    lengths = {"signature": 64, "public_key": PUBLIC_BYTES}
    text = receipt.get(name)
    if not isinstance(text, str):
        raise Refused("proof:no-receipt", name=name)
    try:
        raw = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as fault:
        raise Refused(
            "proof:signature-form" if name == "signature" else "proof:no-receipt", name=name
        ) from fault
    if len(raw) != lengths[name]:
        raise Refused("proof:signature-form" if name == "signature" else "proof:no-receipt", name=name)
    return raw


# --- judging


def _judge_key(
    statement: Statement, receipt: dict[str, Any], public: bytes, keys: Mapping[str, Key] | None
) -> Iterator[Fault]:
    named: Collection[Any] = (statement["key"], receipt.get("key_id", statement["key"]))
    own = statements.key_id(public)
    if any(one != own for one in named):
        yield Fault("proof:key-differs", {"key": str(statement["key"])[:100]})
        return
    if keys is None:
        return
    known = keys.get(own)
    if known is None or known.raw != public:
        yield Fault("proof:key", {"key": own})
        return
    issued_at = _moment(statement["issued_at"])
    if known.retired_at and (issued_at is None or issued_at > known.retired_at):
        yield Fault("proof:retired", {"key": own, "at": f"{known.retired_at:%Y-%m-%d %H:%M:%S %Z}"})


def _judge_signature(statement: Statement, signature: bytes, public: bytes) -> Iterator[Fault]:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, statements.canonical(statement))
    except (InvalidSignature, ValueError):
        yield Fault("proof:signature")


def _judge_outside(receipt: dict[str, Any], statement: Statement) -> Iterator[Fault]:
    """What stands beside the statement for programs in a hurry must not say anything else than it."""
    for name in ("reference", "station", "category"):
        if name in receipt and receipt[name] != statement[name]:
            yield Fault("proof:outside", {"name": name})
    for name in ("created_at", "received_at", "issued_at"):
        if name in receipt and _second(receipt[name]) != _second(statement[name]):
            yield Fault("proof:outside", {"name": name})
    if receipt.get("evidence") is not None:
        signed = sorted((one["name"], str(one["size"]), one["sha256"]) for one in statement["files"])
        if _files_beside(receipt["evidence"]) != signed:
            yield Fault("proof:outside", {"name": "evidence"})


def _second(told: object) -> datetime | None:
    """The moment to the second, in which statements tell it."""
    moment = _moment(told)
    return moment.replace(microsecond=0) if moment else None


def _files_beside(told: Any) -> list[tuple[str, ...]] | None:
    """Files that are said to have arrived, in the words of the statement; None if that is no list of files."""
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        return None
    names = ("filename", "size", "sha256")
    return sorted(tuple(str(one.get(name)) for name in names) for one in told if one.get("sha256"))
