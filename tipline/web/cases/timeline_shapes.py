"""Clips of a timeline as its script takes them: moments in milliseconds since 1970, positions in seconds."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from tipline.domain.clips import Clip, Seen
from tipline.web import media
from tipline.web.review import truth
from tipline.web.review.looking import FileView
from tipline.web.review.saying import gettext

COLUMNS = 240  # of the strip of movement; a clip is seldom wider on a screen
THUMBNAILS = 60


def words() -> str:
    """What the script says, in the reader's language; `#` stands for a number or a time."""
    sentences = {
        "play": gettext("Play"),
        "pause": gettext("Pause"),
        "one": gettext("1 camera at this moment"),
        "many": gettext("%(number)s cameras at this moment, played in step", number="#"),
        "more": gettext("and %(number)s more", number="#"),
        "none": gettext("No camera saw this moment."),
        "next": gettext("The next one begins at %(at)s", at="#"),
        "last": gettext("This is the end of the last clip."),
        "about": gettext("about"),
        "open": gettext("Open in the tip"),
        "sightings": gettext("Sightings"),
        "lost": gettext("This clip could not be fetched. Try again in a moment."),
        "still": gettext("This browser does not play the film: its nearest keyframe is shown."),
        "changed": gettext("A clock or a clip has changed: everything is placed anew."),
    }
    return json.dumps(sentences, ensure_ascii=False)


def lane_names(found: list[Clip]) -> dict[tuple[str, str], str]:
    """What a lane is called: the camera, or the tip and its place."""
    names: dict[tuple[str, str], str] = {}
    for one in found:
        place = f" · {one.tip.place}" if one.tip.place else ""
        names.setdefault(one.lane, one.file.camera or f"{one.tip.reference}{place}")
    return names


def clip(one: Clip, lane: int) -> dict[str, Any]:
    file, placement = one.file, one.placement
    return {
        "id": file.id,
        "no": one.number,
        "name": file.filename,
        "kind": file.kind,
        "lane": lane,
        "start": _ms(placement.starts_at),
        "end": _ms(placement.ends_at),
        "pieces": [[piece.start, piece.end, _ms(piece.true), piece.pace] for piece in placement.pieces],
        "known": placement.known_by,
        "words": truth.corrected(placement, placement.offset_s),
        "url": f"/desk/tips/{one.tip.reference}?file={file.number}#file-{file.number}",
    }


def seen(one: Seen) -> dict[str, Any]:
    row = one.sighting
    return {
        "at": _ms(one.at),
        "text": row.text,
        "place": row.place,
        "clip": row.evidence_id,
        "t": row.t,
    }


def insides(view: FileView) -> dict[str, Any]:
    """What a clip is played from, and what may be seen of it before."""
    frames = [one for one in view.frames if one.t is not None or view.row.kind == "photo"]
    step = max(1, len(frames) // THUMBNAILS)
    return {
        "player": view.player or ("image" if view.frames else ""),
        "url": view.played_url if view.player in ("video", "audio") else view.stage_url,
        "frames": media.rendition_url(view.frame_list) if view.frame_list else "",
        "pictures": [[one.t or 0.0, media.rendition_url(one.small)] for one in frames[::step]],
        "movement": _movement(view.media),
    }


def _movement(facts: dict[str, Any]) -> dict[str, Any] | None:
    """The scores of movement in a bounded number of columns."""
    activity = facts.get("activity") or {}
    scores, step_s = activity.get("score") or [], float(activity.get("step_s") or 0)
    if not scores or step_s <= 0:
        return None
    fold = -(-len(scores) // COLUMNS)
    folded = [round(max(scores[at : at + fold]), 2) for at in range(0, len(scores), fold)]
    return {"step": step_s * fold, "score": folded}


def _ms(moment: datetime | None) -> int | None:
    return round(moment.timestamp() * 1000) if moment else None
