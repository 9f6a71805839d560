"""The audit log to take away: what was found as a file, and the newest checkpoint for a second person."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import checkpoints, clock, custody, logfiles, logsearch, notes, signatures
from tipline.domain.custody import Custody
from tipline.errors import N_
from tipline.web import current, guard
from tipline.web.admin import blueprint, tabs
from tipline.web.admin.log import in_words, wanted_of
from tipline.web.cases import tables
from tipline.web.review import printing
from tipline.web.review.layout import say


@blueprint.post("/log/export")
@guard.staff("audit:export")
def export_log() -> ResponseReturnValue:
    """What is looked for as a file: a table for people, or JSON lines with proofs for programs."""
    wanted, services = wanted_of(request.form), current.services()
    as_table = request.form.get("form") != "jsonl"
    with services.database.transaction() as tx:
        custody.append(
            tx, current.actor(), "log:export", custody.LOG, form="csv" if as_table else "jsonl", **wanted.told
        )
        checkpoints.make(tx, services.key, services.store)
    with services.database.reading() as tx:
        found = logsearch.search(tx, current.actor(), wanted, limit=logsearch.MOST_EXPORTED)[::-1]
        text = tables.csv(_table(tx, found)) if as_table else "".join(_lines(tx, found))
    kind, name = ("text/csv", "custody.csv") if as_table else ("application/jsonl", "custody.jsonl")
    return _saved(text, kind, name)


@blueprint.get("/log/checkpoint")
@guard.staff("audit:export")
def show_checkpoint() -> ResponseReturnValue:
    """The newest checkpoint, to print or to take away."""
    with current.services().database.reading() as tx:
        newest = checkpoints.latest(tx)
        key = newest and next(one for one in signatures.list_keys(tx) if one.id == newest.key_id)
        verifier = key and notes.verifier_key(checkpoints.origin(tx), key.raw)
    qr = printing.qr(newest.note) if newest else None
    return tabs.show("checkpoint", here="log", newest=newest, key=key, verifier=verifier, qr=qr)


@blueprint.post("/log/checkpoint")
@guard.staff("audit:export")
def take_checkpoint() -> ResponseReturnValue:
    """Sign how far the log has come now, and save it."""
    services = current.services()
    with services.database.transaction() as tx:
        custody.append(tx, current.actor(), "checkpoint:hand-out", custody.LOG)
        made = checkpoints.make(tx, services.key, services.store)
    return _saved(made.note, "text/plain", f"checkpoint-{made.size}.txt")


def _table(tx: Transaction, found: list[Custody]) -> list[list[str]]:
    names = (N_("No."), N_("When"), N_("Who"), N_("What"), N_("Of what"), N_("Tip"), N_("Reason"), N_("Hash"))
    rows = [[say(name) for name in names]]
    for one, line in zip(found, in_words(tx, found), strict=True):
        rows.append([
            str(one.seq), clock.stamp(one.at), one.actor, line.sentence, one.subject, one.tip or "",
            one.reason or "", one.hash,
        ])  # fmt: skip
    return rows


def _lines(tx: Transaction, found: list[Custody]) -> list[str]:
    """An entry a line with its proof; the checkpoint they lead to comes first."""
    newest = checkpoints.latest(tx)
    lines: list[dict[str, Any]] = [{"checkpoint": newest.note if newest else None}]
    proofs = {one.seq: one for one in logsearch.prove(tx, [one.seq for one in found])}
    for one in found:
        proof = proofs.get(one.seq)
        path = {"size": proof.size, "path": [step.hex() for step in proof.path]} if proof else None
        lines.append({**logfiles.told(custody.row_of(one)), "proof": path})
    return [json.dumps(line, ensure_ascii=False) + "\n" for line in lines]


def _saved(text: str, kind: str, name: str) -> Response:
    response = Response(text, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
