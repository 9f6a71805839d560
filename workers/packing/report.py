"""The facts of the report, and the report as PDF/A; where this host cannot print, the same page as HTML.

A long list is printed in parts, each by a child of its own: time and memory of one do not grow with the case.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import structlog

import storage
from tipline import dossier, printing
from tipline.domain import renditions
from tipline.domain.evidence import Evidence
from tipline.domain.packing import Item
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from workers.packing.writing_state import GENUINE, LEFT, State

log = structlog.get_logger(__name__)
# Pictures lie in the page; what is printed at once is bounded.
MOST_PICTURES_BYTES = 4 * 1024 * 1024
# Files of the list in one part. A row costs some 35 ms of processor time and half a MiB.
MOST_ROWS = 400
SHOWN = {"image/webp", "image/jpeg", "image/png"}


def files(state: State) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of the report, part by part."""
    for number, told in enumerate(parts(facts(state)), start=1):
        path = "data/report" if number == 1 else f"data/report-{number}"
        page = dossier.html(state.wanted.language, told)
        try:
            yield f"{path}.pdf", printing.pdf(page, patient=True)
        except TiplineError as fault:
            log.warning("package.not-printed", package=state.package.id, part=number, fault=fault.code)
            state.unprinted = True
            yield f"{path}.html", page.encode()


def parts(whole: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The facts of each part: all of them have a piece of list and timeline, the first the rest."""
    items, timeline = whole["items"], whole["timeline"]
    number = max(1, -(-len(items) // MOST_ROWS))
    for at in range(number):
        rows = slice(at * MOST_ROWS, (at + 1) * MOST_ROWS)
        more: dict[str, Any] = {"pictured": [], "missing": [], "gaps": []} if at else {}
        yield {
            **whole,
            **more,
            "items": items[rows],
            "timeline": timeline[rows],
            "part": at + 1,
            "parts": number,
        }


def facts(state: State) -> dict[str, Any]:
    contents, wanted = state.contents, state.wanted
    pictured, unpictured = _pictured(state) if wanted.originals else ([], 0)
    dated = [one for one in contents.items if one.when.starts_at]
    return {
        "station": state.services.settings.station,
        "zone": state.services.settings.timezone,
        "case": contents.case,
        "package": state.package.id,
        "made_at": state.made_at,
        "by": state.by,
        "recipient": wanted.recipient,
        "reason": state.package.reason,
        "lead": contents.lead,
        "tips": len(contents.linked),
        "items": [_row(state, one) for one in contents.items],
        "files": len(contents.items),
        "originals": wanted.originals,
        "altered": [one.number for one in contents.items if one.file.id in state.altered],
        "lost": [one.number for one in contents.items if one.file.id in state.lost],
        "missing": [_missing(file, tip) for file, tip in contents.missing],
        "gaps": [
            {
                "place": one.place, "tip": one.tip.reference, "at": one.link.ended_at,
                "by": contents.people.get(one.link.ended_by or "", one.link.ended_by),
                "reason": one.link.ended_reason,
            }
            for one in contents.gaps
        ],
        "pictured": pictured,
        "unpictured": unpictured,
        "timeline": [_moment(one) for one in sorted(dated, key=lambda one: str(one.when.starts_at))],
        "snapshot": contents.snapshot,
        "entries": state.custody.number,
        "actions": state.custody.actions,
        "withheld": any(tip.anonymous for _link, tip in contents.linked),
        "checkpoint": state.head,
        "root": state.root,
        "key": state.signer.row.id,
        "fingerprint": state.signer.row.fingerprint,
    }  # fmt: skip


def _row(state: State, one: Item) -> dict[str, Any]:
    file, tip = one.file, one.tip
    return {
        "number": one.number, "name": file.filename, "size": file.size, "tip": tip.reference,
        "place": tip.place, "camera": file.camera, "sha256": file.sha256 or "",
        "sm3": state.found.get(file.id, {}).get("sm3", "") if state.verdict(one) == GENUINE else "",
        "received_at": _told(tip, file), "anonymous": tip.anonymous, "door": tip.door,
        "state": state.verdict(one), "differs": file.digest_matches is False,
        "seq": state.custody.received.get(file.id),
    }  # fmt: skip


def _told(tip: Tip, file: Evidence) -> Any:
    if file.received_at is None or not tip.anonymous:
        return file.received_at
    return file.received_at.replace(minute=0, second=0, microsecond=0)


def _missing(file: Evidence, tip: Tip) -> dict[str, Any]:
    return {"tip": tip.reference, "name": file.filename, "size": file.size}


def _moment(one: Item) -> dict[str, Any]:
    return {
        "number": one.number, "starts": one.when.starts_at, "ends": one.when.ends_at,
        "known_by": one.when.known_by, "offset": one.when.offset_s,
        "place": one.tip.place, "camera": one.file.camera,
    }  # fmt: skip


def _pictured(state: State) -> tuple[list[dict[str, Any]], int]:
    """A few small pictures of each file, until there is no more room; and of how many there was none left."""
    items = [one for one in state.contents.items if state.verdict(one) in (GENUINE, LEFT)]
    with state.services.database.reading() as tx:
        found = renditions.thumbnails(tx, [one.file.id for one in items])
    shown, held, left = [], 0, 0
    for one in items:
        pictures = [row for row in found[one.file.id] if row.mime in SHOWN]
        size = sum(row.size for row in pictures)
        if pictures and held + size > MOST_PICTURES_BYTES:
            left += 1
            continue
        loaded = [picture for row in pictures if (picture := _loaded(state, row))]
        held += size
        if loaded:
            shown.append({"number": one.number, "name": one.file.filename, "pictures": loaded})
    return shown, left


def _loaded(state: State, row: renditions.Rendition) -> dict[str, str] | None:
    try:
        with state.services.store.open(row.key) as reader:
            data = reader.read(row.size)
    except storage.Missing:
        return None
    t = row.t or 0.0
    position = f"{int(t) // 3600:02}:{int(t) // 60 % 60:02}:{int(t) % 60:02}" if row.t is not None else ""
    return {"data": f"data:{row.mime};base64,{base64.b64encode(data).decode()}", "t": position}
