"""The draft of covers and what was searched and made, as the API tells them and the editor takes them."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from tipline import failures
from tipline.db import Transaction
from tipline.domain import accounts, derivatives, redacting, redactions
from tipline.domain.derivatives import Derivative
from tipline.domain.evidence import Evidence

SHOWN = 40
# Of what a job tells, what can be long; asked for alone it is all there.
LONG = frozenset({"tracks", "boxes"})


def draft_told(tx: Transaction, file: Evidence) -> dict[str, Any]:
    """The draft as the editor takes it."""
    row = redactions.find_draft(tx, file)
    if row is None:
        return {**redactions.EMPTY, "version": 0, "changed_at": None, "changed_by": None}
    by = accounts.names(tx, {row.changed_by_id}).get(row.changed_by_id)
    name = by.display_name if by else None
    return {**row.draft, "version": row.version, "changed_at": row.changed_at, "changed_by": name}


def jobs_told(tx: Transaction, file: Evidence) -> list[dict[str, Any]]:
    """All jobs of a file, newest first, without what is long."""
    rows = redacting.results_of(tx, file)[:SHOWN]
    names = accounts.names(tx, {one.author_id for one in rows})
    return [_told(one, names, is_whole=False) for one in rows]


def job_told(tx: Transaction, row: Derivative) -> dict[str, Any]:
    """One job with all it says."""
    return _told(row, accounts.names(tx, {row.author_id}), is_whole=True)


def _told(row: Derivative, names: Any, *, is_whole: bool) -> dict[str, Any]:
    author = names.get(row.author_id)
    told = {name: value for name, value in row.told.items() if name != "looked"}
    if not is_whole and row.kind != derivatives.REDACTION:
        told = {name: value for name, value in told.items() if name not in LONG}
    url = f"/api/v1/evidence/{row.evidence_id}/derivatives/{row.id}/file" if row.rendition else None
    same = ("kind", "state", "progress", "failure", "created_at", "finished_at")
    return {
        **{name: getattr(row, name) for name in same},
        "number": row.id,
        "failure_text": gettext(failures.sentence_of(row.failure)) if row.failure else None,
        "by": author.display_name if author else "",
        "wanted": {name: value for name, value in row.wanted.items() if name != "tracks"},
        "about": told or None,
        "looked": row.told.get("looked"),
        "url": url,
    }
