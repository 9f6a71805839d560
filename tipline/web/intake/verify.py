"""Anybody may check a receipt: was it signed here, and is it as it was signed?

Works without JavaScript: the receipt is sent as a file or pasted. Footage is never sent; a script compares it
on the device. A receipt's picture leads here with its proof behind the #, which only the script reads.
"""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from tipline import printing
from tipline.domain import checkpoints, proofs, signatures, statements
from tipline.domain.checkpoints import Checkpoint
from tipline.domain.verifying import Fault, Verdict
from tipline.errors import N_
from tipline.web import current, guard
from tipline.web.intake import blueprint, pages
from tipline.web.limiting import limiter

LIMIT = "60 per minute"
# Parts of a statement in people's words; what is not among them keeps its own name.
PARTS = {
    "reference": N_("reference"), "station": N_("station"), "category": N_("category"),
    "created_at": N_("beginning of the report"), "received_at": N_("time of receipt"),
    "issued_at": N_("time of issue"), "report_sha256": N_("digest of the report"), "key": N_("key"),
    "custody": N_("place in the log"), "files": N_("list of files"), "evidence": N_("list of files"),
    "pending": N_("files on their way"),
    "name": N_("name"), "size": N_("size"), "sha256": "SHA-256", "client_sha256": N_("SHA-256 of the device"),
}  # fmt: skip


@blueprint.get("/verify")
@guard.public
def show_verify() -> ResponseReturnValue:
    return _page(None)


@blueprint.post("/verify")
@guard.public
@limiter.shared_limit(LIMIT, "verify")
def verify() -> ResponseReturnValue:
    sent = request.files.get("receipt")
    untrusted = sent.read() if sent else b""
    typed = request.form.get("text", "")
    if not untrusted and not typed.strip():
        return _page(None, faults={"receipt": pages.sentence("proof:nothing")}), 422
    return _page(judge(untrusted or typed.strip().encode(errors="replace")), typed=typed)


def judge(untrusted: bytes) -> Verdict:
    """The verdict over a receipt as JSON or as the PDF it lies in."""
    if untrusted.startswith(b"%PDF-"):
        inside = printing.attached(untrusted)
        if inside is None:
            return Verdict([Fault("proof:paper")])
        untrusted = inside
    return proofs.judge(current.services().database, untrusted)


def checkpoint_of(verdict: Verdict) -> Checkpoint | None:
    """The oldest signed checkpoint over all that the receipt tells of; None while there is none yet."""
    if not verdict.valid or verdict.statement is None:
        return None
    with current.services().database.reading() as tx:
        return checkpoints.first_including(tx, int(verdict.statement["custody"]["seq"]))


def told(fault: Fault) -> str:
    """The fault's sentence in the asker's language."""
    values = dict(fault.values)
    if fault.code in ("proof:altered", "proof:outside"):
        values["name"] = _part(values["name"])
    return str(gettext(fault.sentence, **values) if values else gettext(fault.sentence))


def _part(path: str) -> str:
    """`files.2.sha256` → “list of files 2, SHA-256”."""
    words = [str(gettext(PARTS[one])) if one in PARTS else one for one in path.split(".")]
    return " › ".join(words)


def _page(verdict: Verdict | None, *, faults: pages.Faults | None = None, typed: str = "") -> str:
    with current.services().database.reading() as tx:
        keys = signatures.list_keys(tx)
    return pages.render(
        "verify", verdict=verdict, faults=faults or {}, typed=typed, keys=keys,
        sentence=told,
        checkpoint=checkpoint_of(verdict) if verdict else None,
        zone=current.settings().timezone,
        digest=statements.digest(verdict.statement) if verdict and verdict.statement else "",
    )  # fmt: skip
