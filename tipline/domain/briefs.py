"""A few facts of many files, read out by the database: the whole facts of many long films are megabytes."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import JSON, ColumnElement, Text, cast, func, select

from tipline.db import Transaction
from tipline.domain.evidence import Evidence

OF_TIME = ("clock", "captured_at", "captured_at_source", "duration_s")


def of_time(tx: Transaction, evidence_ids: list[str]) -> dict[str, dict[str, Any]]:
    """Evidence id → what its place in time rests on, as `placing.placed` takes it; in one query."""
    is_known = Evidence.id.in_(evidence_ids), Evidence.media.is_not(None)
    found: dict[str, dict[str, Any]] = {one: {} for one in evidence_ids}
    for evidence_id, told in tx.execute(select(Evidence.id, _told(tx)).where(*is_known)):
        found[evidence_id] = dict(zip(OF_TIME, json.loads(told), strict=True))
    return found


def _told(tx: Transaction) -> ColumnElement[Any]:
    """The fields as a list in JSON; each text is taken apart once."""
    if tx.get_bind().dialect.name == "sqlite":
        return func.json_extract(Evidence.media, *(f"$.{name}" for name in OF_TIME))
    media = cast(Evidence.media, JSON)
    parts = (func.json_extract_path(media, name) for name in OF_TIME)
    return cast(func.json_build_array(*parts), Text)
