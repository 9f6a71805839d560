"""What the JSON files of a package say: case, tips, evidence. Facts alone; sentences stand in the report.

Times of an anonymous report are cut to the hour, so that nobody is found by the second in which he sent.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tipline.db import Transaction
from tipline.domain import clock, packing_names, placing, times
from tipline.domain.evidence import Evidence
from tipline.domain.exhibits import integrity_of
from tipline.domain.links import Link
from tipline.domain.packing import Contents, Item
from tipline.domain.tips import Tip


def case(contents: Contents) -> dict[str, Any]:
    row = contents.case
    return {
        "number": row.number,
        "title": row.title,
        "summary": row.summary,
        "state": row.state,
        "outcome": row.outcome,
        "opened_at": _stamp(row.opened_at),
        "closed_at": _stamp(row.closed_at),
        "lead": contents.lead,
        "merged_here": contents.merged,
        "tips": [
            {"reference": tip.reference, **_link(link), "links_ended": False} for link, tip in contents.linked
        ],
        "places_that_stand_empty": [
            {
                "place": one.place, "tip": one.tip.reference, "ended_by": one.link.ended_by,
                "ended_at": _stamp(one.link.ended_at), "reason": one.link.ended_reason,
            }
            for one in contents.gaps
        ],
    }  # fmt: skip


def tips(contents: Contents) -> dict[str, Any]:
    return {"items": [_tip(tip, link) for link, tip in contents.linked]}


def missing(contents: Contents) -> dict[str, Any]:
    """What was announced and had not arrived at the moment of the snapshot."""
    return {
        "snapshot": contents.snapshot,
        "items": [
            {
                "id": file.id, "tip": tip.reference, "filename": file.filename, "size": file.size,
                "state": file.state,
            }
            for file, tip in contents.missing
        ],
    }  # fmt: skip


def listed(item: Item, found: str | None) -> dict[str, Any]:
    """One line of the list of evidence; `found` is the digest that the original had while it was packed."""
    file = item.file
    return {
        "number": item.number,
        "id": file.id,
        "tip": item.tip.reference,
        "file": item.path if found else None,
        "metadata": packing_names.metadata(item.number),
        "filename": file.filename,
        "size": file.size,
        "sha256": file.sha256,
        "client_sha256": file.client_sha256,
        "integrity": integrity_of(file),
        "unaltered": found == file.sha256 if found else None,
        "received_at": told_time(item.tip, file.received_at),
        "kind": file.kind,
        "camera": file.camera,
        "true_from": _stamp(item.when.starts_at),
        "true_until": _stamp(item.when.ends_at),
        "true_rests_on": item.when.known_by,
        "redacted": [one.path for one in item.covered],
    }


def whole(tx: Transaction, item: Item, sm3: str | None) -> dict[str, Any]:
    """One file as the API tells it, with paths of the package in place of addresses."""
    row = tx.get_one(Evidence, item.file.id)
    facts = row.facts or None
    if item.tip.anonymous and facts:
        facts = {name: value for name, value in facts.items() if name != "device"}
    where, when = placing.at(item.when, 0.0), item.when
    return {
        "id": row.id,
        "number": item.number,
        "tip": item.tip.reference,
        "filename": row.filename,
        "size": row.size,
        "sha256": row.sha256,
        **({"sm3": sm3} if sm3 else {}),
        "client_sha256": row.client_sha256,
        "state": row.state,
        "failure": row.failure,
        "received_at": told_time(item.tip, row.received_at),
        "purpose": row.purpose,
        "clock": {
            "camera": row.camera, "offset_s": when.offset_s, "offset_source": when.offset_source,
            "camera_at": where.camera.isoformat() if where.camera else None,
            "true_from": _stamp(when.starts_at), "true_until": _stamp(when.ends_at),
            "rests_on": when.known_by, "source": when.source,
            "doubts": list(when.doubts),
        },
        "media": facts,
        "renditions": [
            {
                "kind": one.row.kind, "name": one.row.name, "file": one.path, "sha256": one.row.sha256,
                "t": one.row.t,
            }
            for one in (*item.pieces, *item.covered)
        ],
    }  # fmt: skip


def entry(row: Any) -> dict[str, Any]:
    """A custody entry as it was hashed."""
    names = ("seq", "actor", "action", "subject", "tip", "reason", "detail", "previous", "hash")
    return {**{name: getattr(row, name) for name in names}, "at": clock.stamp(row.at)}


def told_time(tip: Tip, moment: datetime | None) -> str | None:
    if moment is not None and tip.anonymous:
        moment = times.to_the_hour(moment)
    return _stamp(moment)


def _tip(tip: Tip, link: Link) -> dict[str, Any]:
    names = (
        "reference",
        "category",
        "text",
        "place",
        "lat",
        "lon",
        "beat",
        "shop",
        "door",
        "language",
        "state",
    )
    return {
        **{name: getattr(tip, name) for name in names},
        "anonymous": tip.anonymous,
        "occurred_at": _stamp(tip.occurred_at),
        "occurred_until": _stamp(tip.occurred_until),
        "received_at": told_time(tip, tip.received_at),
        "times_cut_to_the_hour": tip.anonymous,
        "link": _link(link),
    }


def _link(link: Link) -> dict[str, Any]:
    return {"linked_by": link.author, "linked_at": _stamp(link.at), "reason": link.reason}


def _stamp(moment: datetime | None) -> str | None:
    return clock.stamp(moment) if moment else None
