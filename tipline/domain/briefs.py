"""A few facts of many files, read out by the database: the whole facts of many long films are megabytes."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import JSON, ColumnElement, cast, func, select

from tipline.db import Transaction
from tipline.domain.evidence import Evidence

OF_TIME = ("clock", "captured_at", "captured_at_source", "duration_s")


def of_time(tx: Transaction, evidence_ids: list[str]) -> dict[str, dict[str, Any]]:
    """Evidence id → what its place in time rests on, as `placing.placed` takes it; in one query."""
    parts = [_part(tx, name) for name in OF_TIME]
    query = select(Evidence.id, *parts).where(Evidence.id.in_(evidence_ids), Evidence.media.is_not(None))
    found: dict[str, dict[str, Any]] = {one: {} for one in evidence_ids}
    for evidence_id, clock, captured_at, source, duration_s in tx.execute(query):
        found[evidence_id] = {
            "clock": json.loads(clock) if clock else None,
            "captured_at": captured_at,
            "captured_at_source": source,
            "duration_s": float(duration_s) if duration_s is not None else None,
        }
    return found


def _part(tx: Transaction, name: str) -> ColumnElement[Any]:
    """One field of the facts, as text: an object as JSON, a word as it is."""
    if tx.get_bind().dialect.name == "sqlite":
        return func.json_extract(Evidence.media, f"$.{name}")
    return func.json_extract_path_text(cast(Evidence.media, JSON), name)
