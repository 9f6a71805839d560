"""The signed receipt as a page, as a PDF and as JSON."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import segno
from flask import Response, render_template, url_for

from tipline import printing
from tipline.domain import clock, proofs
from tipline.domain.actors import Actor
from tipline.domain.evidence import Evidence
from tipline.domain.proofs import Proof
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current
from tipline.web.intake import pages, telling
from tipline.web.limiting import limiter

# Each takes a second of a processor.
PDF_LIMIT = "30 per 5 minutes"


def prove(tip: Tip, by: Actor | None = None) -> Proof:
    """The tip's signed receipt, for the reporter unless somebody else asks; raises key:sealed."""
    services = current.services()
    settings = services.settings
    return proofs.issue(
        services.database, services.key, tip.id, station=settings.station, zone=settings.timezone, by=by
    )


def page(tip: Tip) -> str:
    """To print or keep as a picture. Where nothing can be signed the list is shown all the same."""
    try:
        proof = prove(tip)
    except TiplineError as fault:
        if fault.code != "key:sealed":
            raise
        proof = None
    told = telling.tell(tip)
    return pages.render("slip", told=told, issued_at=clock.now(), proof=proof, **_shown(proof))


@limiter.shared_limit(PDF_LIMIT, "paper")
def pdf(tip: Tip, by: Actor | None = None) -> Response:
    """A4, with the JSON lying in it."""
    proof = prove(tip, by)
    html = render_template("print/receipt.html", proof=proof, told=telling.tell(tip), **_shown(proof))
    made = printing.pdf(html, attachments={f"{tip.reference}.json": _written(proof)})
    return _file(made, "application/pdf", f"{tip.reference}.pdf")


def document(tip: Tip) -> Response:
    """The JSON, as OpenAPI describes it (`ReceiptOut`)."""
    return _file(_written(prove(tip)).encode(), "application/json", f"{tip.reference}.json")


def _written(proof: Proof) -> str:
    """One text for all who ask: the API, the download, and what lies in the PDF."""
    said = {
        "reference": proof.tip.reference,
        "station": proof.statement["station"],
        "created_at": clock.stamp(proof.tip.created_at),
        "received_at": _stamp(proof.tip.received_at),
        "issued_at": clock.stamp(proof.issued_at),
        "category": proof.tip.category,
        "evidence": [_evidence(one) for one in proof.files],
        "signed": True,
        "statement": proof.statement,
        "signature": proof.signature,
        "key_id": proof.key.id,
        "public_key": proof.key.public,
        "verify_url": verify_url(proof),
    }
    return json.dumps(said, ensure_ascii=False, indent=1)


def verify_url(proof: Proof) -> str:
    """Where the picture leads. The proof stands behind the #, which browsers never send."""
    return current.settings().base_url + url_for("intake.show_verify") + "#" + proof.mark


def _shown(proof: Proof | None) -> dict[str, Any]:
    """What templates need beside the proof itself."""
    if proof is None:
        return {}
    picture = segno.make(verify_url(proof), error="m", micro=False)
    return {
        "picture_of_proof": picture.png_data_uri(scale=6, border=4),
        "site": current.settings().base_url,
    }


def _evidence(row: Evidence) -> dict[str, Any]:
    names = ("id", "filename", "size", "sha256", "client_sha256", "state", "purpose")
    return {name: getattr(row, name) for name in names} | {"received_at": _stamp(row.received_at)}


def _stamp(moment: datetime | None) -> str | None:
    return clock.stamp(moment) if moment else None


def _file(data: bytes, kind: str, name: str) -> Response:
    response = Response(data, content_type=kind)
    # The name is the reference alone: nothing of what a reporter typed stands in a header.
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
