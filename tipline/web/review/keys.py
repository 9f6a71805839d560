"""The one table of keys: pages carry it, the script binds it, the list and the preferences are made from it.

`name` is what the script knows; `here` finds what must be on a page for the key to mean anything there.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from tipline.domain.preferences import Preferences
from tipline.errors import N_
from tipline.web.review.saying import gettext


class Key(NamedTuple):
    name: str
    key: str
    what: str
    here: str  # a CSS selector; empty: everywhere
    group: str


MOVE, DECIDE, LOOK, DESK = (
    N_("Move about"), N_("Decide"), N_("Film and pictures"), N_("Everywhere")
)  # fmt: skip
_FILM = "[data-stage] video"
_ROWS = "[data-rows] > *"

TABLE = (
    Key("next", "j", N_("Next"), f"{_ROWS}, [data-key=j]", MOVE),
    Key("previous", "k", N_("Previous"), f"{_ROWS}, [data-key=k]", MOVE),
    Key("select", "x", N_("Select"), "[data-batch]", MOVE),
    Key("search", "/", N_("Search"), '[data-key="/"]', MOVE),
    Key("acknowledge", "c", N_("Acknowledge"), "[data-key=c], [data-batch]", DECIDE),
    Key("answer", "y", N_("Acknowledge with the ready sentence"), "[data-key=y], [data-batch]", DECIDE),
    Key("assign", "a", N_("Assign"), "[data-key=a], [data-sheet=assign]", DECIDE),
    Key("link", "l", N_("Link to a case"), "[data-key=l], [data-sheet=link]", DECIDE),
    Key("duplicate", "d", N_("Duplicate"), "[data-state-form], [data-sheet=duplicate]", DECIDE),
    Key("snooze", "h", N_("Snooze"), "[data-state-form], [data-sheet=snooze]", DECIDE),
    Key("not_used", "n", N_("Not used"), "[data-state-form], [data-sheet=not_used], [data-key=n]", DECIDE),
    Key("reply", "r", N_("Write to the tip provider"), "[data-key=r], [data-sheet=reply]", DECIDE),
    Key("sighting", "g", N_("Mark a sighting"), "[data-key=g]", DECIDE),
    Key("gather", "w", N_("Put together what tells of one thing"), "[data-key=w]", DECIDE),
    Key("export", "e", N_("Export"), "[data-key=e]", DECIDE),
    Key("undo", "u", N_("Undo"), "[data-undo], [data-undo-last]", DECIDE),
    Key("play", "Space", N_("Play, pause"), _FILM, LOOK),
    Key("frame_back", ",", N_("1 frame back"), _FILM, LOOK),
    Key("frame_on", ".", N_("1 frame on"), _FILM, LOOK),
    Key("back", "ArrowLeft", N_("1 second back, with Shift 10"), _FILM, LOOK),
    Key("on", "ArrowRight", N_("1 second on, with Shift 10"), _FILM, LOOK),
    Key("in", "i", N_("In point"), _FILM, LOOK),
    Key("out", "o", N_("Out point"), _FILM, LOOK),
    Key("still", "s", N_("Still, with Shift a clip"), _FILM, LOOK),
    Key("mark", "b", N_("Mark this moment"), _FILM, LOOK),
    Key("loop", "\\", N_("Loop"), _FILM, LOOK),
    Key("tick_back", "[", N_("Keyframe before"), _FILM, LOOK),
    Key("tick_on", "]", N_("Keyframe after"), _FILM, LOOK),
    Key("look", "0", N_("Picture as it is"), "[data-file].is-adjusted", LOOK),
    Key("map", "m", N_("Map"), "[data-key=m]", LOOK),
    Key("print", "p", N_("Print"), "[data-key=p]", DESK),
    Key("take", "t", N_("Take a tip for somebody"), "[data-key=t]", DESK),
)
# What stands in the list and cannot be chosen anew.
FIXED = (
    Key("", "Enter", N_("Open it"), _ROWS, MOVE),
    Key("", "1 – 9", N_("Speed"), _FILM, LOOK),
    Key("", "?", N_("This list"), "", DESK),
)
GROUPS = (MOVE, DECIDE, LOOK, DESK)


def bound(chosen: Preferences) -> dict[str, str]:
    """Name → the key that does it now."""
    return {one.name: chosen.keys.get(one.name, one.key) for one in TABLE}


def clash(keys: dict[str, str]) -> tuple[Key, Key] | None:
    """Two that want the same key."""
    taken: dict[str, Key] = {}
    for one in TABLE:
        other = taken.setdefault(keys[one.name], one)
        if other is not one:
            return other, one
    return None


def as_json(chosen: Preferences) -> str:
    """What the script needs: name, key as it is now, key as it comes, words, where it means something."""
    now = bound(chosen)
    table = [
        [one.name, now.get(one.name, one.key), one.key, gettext(one.what), one.here, GROUPS.index(one.group)]
        for one in (*TABLE, *FIXED)
    ]
    groups = [gettext(one) for one in GROUPS]
    return json.dumps({"off": chosen.keys_off, "groups": groups, "table": table}, ensure_ascii=False)
