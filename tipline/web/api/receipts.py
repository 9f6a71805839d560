"""Checking receipts for programs, and the station's public keys for everybody."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response, request

from tipline.domain import signatures
from tipline.web import current, guard
from tipline.web.api.reporter_models import KeysOut, VerdictOut
from tipline.web.intake import verify
from tipline.web.limiting import limiter

blueprint = APIBlueprint("receipts", __name__, tag="Reporter")


@blueprint.post("/api/v1/public/receipts/verify")
@guard.public
@limiter.shared_limit(verify.LIMIT, "verify")
@blueprint.output(VerdictOut)
def post_verify() -> dict[str, Any]:
    """Whether a receipt was signed by this station and nothing was changed since."""
    verdict = verify.judge(request.get_data())
    point = verify.checkpoint_of(verdict)
    return {
        "valid": verdict.valid,
        "reasons": [{"code": one.code, "message": verify.told(one)} for one in verdict.faults],
        "key_id": verdict.key or None,
        "statement": verdict.statement if verdict.valid else None,
        "checkpoint": {"size": point.size, "root": point.root, "note": point.note} if point else None,
    }


@blueprint.get("/.well-known/tipline-keys.json")
@guard.public
@blueprint.doc(hide=True)
def get_keys() -> Response:
    """The station's public keys, those that were retired too."""
    with current.services().database.reading() as tx:
        keys = signatures.list_keys(tx)
    said = KeysOut.model_validate(
        {
            "station": current.settings().station,
            "keys": [
                {
                    "id": one.id, "algorithm": signatures.ALGORITHM, "public_key": one.public,
                    "fingerprint": one.fingerprint, "created_at": one.created_at,
                    "retired_at": one.retired_at,
                }
                for one in keys
            ],
        }
    )  # fmt: skip
    response = Response(said.model_dump_json(indent=1), content_type="application/json")
    response.headers["Cache-Control"] = "public, max-age=300"
    # Other programs, pages of other stations among them, may read what hangs on a notice board.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
