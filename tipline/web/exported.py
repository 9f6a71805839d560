"""Hands out what was made at somebody's word: the file under a name of ours, or what it says of itself."""

from __future__ import annotations

from flask import Response

from tipline.domain import derivatives, exports, renditions
from tipline.domain.derivatives import Derivative
from tipline.errors import TiplineError
from tipline.web import current, media


def send(evidence_id: str, number: int, *, beside: bool = False) -> Response:
    """The file of an export, or what it says of itself; a saved one stands in the log."""
    with current.services().database.reading() as tx:
        row = derivatives.read_derivative(tx, evidence_id, number)
        if row.rendition is None:
            raise TiplineError("rendition:not-found")
        name = f"{row.kind}-{row.id}.json" if beside else row.rendition
        made = renditions.read_rendition(tx, evidence_id, name)
        saved_as = exports.name_of(tx, row, "." + made.name.rpartition(".")[2])
    response = media.send_export(made, saved_as)
    if not beside and media.begins(response):
        with current.services().database.transaction() as tx:
            derivatives.note_download(tx, current.actor(), tx.get_one(Derivative, number))
    return response
