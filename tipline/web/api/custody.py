"""The custody log for programs: entries as they were hashed, so that anybody can check the chain."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from tipline.domain import checkpoints, custody, logsearch, notes, policy, signatures
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.api import desk_shapes
from tipline.web.api.cases import cursor_number
from tipline.web.api.desk_models import CheckpointOut, CustodyPage, CustodyQuery, InclusionOut

blueprint = APIBlueprint("api_custody", __name__, url_prefix="/api/v1", tag="Custody")


@blueprint.get("/custody")
@guard.staff("custody:read")
@blueprint.input(CustodyQuery, location="query")
@blueprint.output(CustodyPage)
def list_custody(query_data: CustodyQuery) -> dict[str, Any]:
    """Entries in the order they were written.

    Those of a case that is open to its members alone, and of its tips, are told to whoever may see it; `seq`
    shows the gap.
    """
    after = cursor_number(query_data.cursor) or 0
    with current.services().database.reading() as tx:
        found = custody.list_of(
            tx,
            subject=query_data.subject,
            tip=query_data.tip.upper(),
            after=after,
            limit=query_data.limit + 1,
            without=policy.hidden_subjects(current.actor()),
            closed=policy.closed_references(current.actor()),
        )
    shown = found[: query_data.limit]
    rest = len(found) > len(shown)
    return {
        "items": [desk_shapes.custody(one) for one in shown],
        "next_cursor": str(shown[-1].seq) if rest else None,
    }


@blueprint.get("/custody/checkpoint")
@guard.staff("custody:read")
@blueprint.output(CheckpointOut)
def show_checkpoint() -> dict[str, Any]:
    """The newest signed checkpoint of the log (C2SP tlog-checkpoint), and the key to check it with."""
    with current.services().database.reading() as tx:
        newest = checkpoints.latest(tx)
        if newest is None:
            raise TiplineError("request:not-found")
        key = next(one for one in signatures.list_keys(tx) if one.id == newest.key_id)
        verifier = notes.verifier_key(checkpoints.origin(tx), key.raw)
    return {"size": newest.size, "note": newest.note, "key": verifier, "fingerprint": key.fingerprint}


@blueprint.get("/custody/<int:seq>/proof")
@guard.staff("custody:read")
@blueprint.output(InclusionOut)
def show_proof(seq: int) -> dict[str, Any]:
    """Proof (RFC 6962) that an entry stands in the log of which `note` is the signed checkpoint.

    The leaf is the 32 bytes of `hash`, its index `seq - 1`. An entry that no checkpoint is over yet has none.
    """
    with current.services().database.reading() as tx:
        entry = logsearch.find(tx, current.actor(), seq) if seq < 2**53 else None
        proof = next(logsearch.prove(tx, [seq]), None) if entry else None
    if entry is None or proof is None:
        raise TiplineError("request:not-found")
    path = [step.hex() for step in proof.path]
    return {"seq": seq, "hash": entry.hash, "size": proof.size, "path": path, "note": proof.note}
