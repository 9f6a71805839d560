"""Whether the custody entries are those of the signed log, and the originals those it tells of."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Iterator  # noqa: UP035 - Python 3.8 knows no other place for it

from tipline.verifier.bag import grouped, read_small
from tipline.verifier.faults import Findings
from tipline.verifier.proving import Note, read_note, root_of_proof
from tipline.verifier.reading import Damaged, Files
from tipline.verifier.signing import read_keys
from tipline.verifier.strict import Unclear, read_object, text_of

ENTRIES, PROOFS, CHECKPOINT = (
    "data/custody/entries.jsonl",
    "data/custody/proofs.jsonl",
    "data/custody/checkpoint.txt",
)
EVIDENCE = "data/metadata/evidence.json"
LONGEST_LINE = 4 * 1024 * 1024
LARGEST_LISTING = 256 * 1024 * 1024
HEX = re.compile(r"[0-9a-f]{64}")
HASHED = ("seq", "at", "actor", "action", "subject", "tip", "reason", "detail", "previous")


def check_custody(
    files: Files, found: Findings, digests: dict[str, dict[str, str]], statement: dict[str, Any]
) -> None:
    lacking = [name for name in (ENTRIES, PROOFS, CHECKPOINT) if name not in files.sizes]
    for name in lacking:
        found.fault("custody-missing", name=name)
    if lacking:
        return
    note = check_checkpoint(files, found, statement)
    received = check_entries(files, found, note, statement)
    check_originals(files, found, digests, received)


def check_checkpoint(files: Files, found: Findings, statement: dict[str, Any]) -> Note | None:
    note = read_note(read_small(files, found, CHECKPOINT, 1024 * 1024))
    if note is None:
        found.fault("checkpoint-form")
        return None
    if not any(note.is_signed_by(raw) for raw, _retired in read_keys(files, found).values()):
        found.fault("checkpoint-key")
    if statement and statement.get("head") != note.size:
        found.fault("checkpoint-size", size=note.size, head=statement.get("head"))
    found.facts["head"] = note.size
    return note


def check_entries(
    files: Files, found: Findings, note: Note | None, statement: dict[str, Any]
) -> dict[str, str]:
    """Each entry, its place in the chain and its proof; evidence id → digest on receipt, as custody tells."""
    proofs = lines_of(files, found, PROOFS)
    received: dict[str, str] = {}
    last_seq, last_hash, number = 0, "", 0
    for line, raw in enumerate(lines_of(files, found, ENTRIES), 1):
        number += 1
        try:
            entry = read_object(raw, whole_numbers=True)
            proof = read_object(next(proofs, b""), whole_numbers=True)
            seq, told, previous = entry.get("seq"), text_of(entry, "hash"), text_of(entry, "previous")
            if not isinstance(seq, int) or not HEX.fullmatch(told):
                raise Unclear("seq")
        except Unclear as fault:
            found.fault("custody-form", name=ENTRIES, line=line, why=fault)
            continue
        if seq <= last_seq:
            found.fault("entry-order", seq=seq)
        elif seq == last_seq + 1 and last_hash and previous != last_hash:
            found.fault("entry-chain", seq=seq)
        if entry_hash(entry) != told:
            found.fault("entry-changed", seq=seq)
        elif note is not None and not is_proved(told, seq, proof, note):
            found.fault("entry-unproved", seq=seq)
        else:
            note_receipt(entry, received)
        last_seq, last_hash = seq, told
    if statement and statement.get("entries") != number:
        found.fault("entry-number", listed=statement.get("entries"), found=number)
    found.facts["entries"] = number
    return received


def is_proved(told: str, seq: int, proof: dict[str, Any], note: Note) -> bool:
    steps = proof.get("proof")
    if proof.get("seq") != seq or not isinstance(steps, list) or len(steps) > 64:
        return False
    if not all(isinstance(one, str) and HEX.fullmatch(one) for one in steps):
        return False
    raw = [bytes.fromhex(one) for one in steps]
    return root_of_proof(bytes.fromhex(told), seq - 1, note.size, raw) == note.root


def entry_hash(entry: dict[str, Any]) -> str:
    """SHA-256 over the entry as the station wrote it down."""
    body = {name: entry.get(name) for name in HASHED}
    canonical = json.dumps(body, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def note_receipt(entry: dict[str, Any], received: dict[str, str]) -> None:
    if entry.get("action") != "evidence:receive":
        return
    try:
        detail = read_object(str(entry.get("detail")).encode())
        received[str(entry.get("subject")).partition(":")[2]] = text_of(detail, "sha256")
    except Unclear:
        return


def check_originals(
    files: Files, found: Findings, digests: dict[str, dict[str, str]], received: dict[str, str]
) -> None:
    """Each file of the list of evidence against what custody says was received."""
    for item in items_of(files, found):
        number, digest = item.get("number", "?"), item.get("sha256")
        known = received.get(str(item.get("id")))
        if known is None:
            found.fault("original-unproved", number=number)
        elif known != digest:
            found.fault("original-claim", number=number)
        name = item.get("file")
        if not name:
            continue
        if not isinstance(name, str):
            found.fault("metadata", name=EVIDENCE, why="file")
        elif name not in digests:
            found.fault("original-missing", number=number, name=name)
        elif known is not None and digests[name]["sha256"] != known:
            real = grouped(digests[name]["sha256"])
            found.fault("original-altered", name=name, number=number, listed=grouped(known), found=real)


def items_of(files: Files, found: Findings) -> list[dict[str, Any]]:
    """The list of evidence; nothing, and a fault, when it cannot be understood."""
    if EVIDENCE not in files.sizes:
        found.fault("custody-missing", name=EVIDENCE)
        return []
    try:
        told = read_object(read_small(files, found, EVIDENCE, LARGEST_LISTING)).get("items")
        if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
            raise Unclear("items")
    except Unclear as fault:
        found.fault("metadata", name=EVIDENCE, why=fault)
        return []
    found.facts["originals"] = sum(bool(one.get("file")) for one in told)
    return told


def lines_of(files: Files, found: Findings, name: str) -> Iterator[bytes]:
    """The lines of a file of any length; one that is longer than any of ours ends it."""
    held = b""
    try:
        for piece in files.chunks(name):
            *lines, held = (held + piece).split(b"\n")
            yield from lines
            if len(held) > LONGEST_LINE:
                found.fault("custody-form", name=name, line="?", why="too long")
                return
    except Damaged as fault:
        found.fault("damaged", name=name, fault=fault)
        return
    if held:
        yield held
