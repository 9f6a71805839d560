"""Reasons of hints in words: what two tips share, and what speaks against, a sentence each.

No percentages: what the numbers mean stands in words that a person can check on the two tips themselves.
"""

from __future__ import annotations

from typing import Any

from tipline.domain import methods
from tipline.errors import N_
from tipline.web import filters
from tipline.web.review.saying import gettext, ngettext

Reason = dict[str, Any]

FOR = {
    "file:same": N_("File %(mine)s here is, byte for byte, file %(theirs)s there"),
    "shown:recording": N_(
        "File %(mine)s here and file %(theirs)s there show the same recording: %(pictures)s pictures in the"
        " same order over %(length)s"
    ),
    "shown:picture": N_("File %(mine)s here and file %(theirs)s there are the same picture"),
    "shown:view": N_("Same camera view in file %(mine)s here and file %(theirs)s there"),
    "code:plate": N_("Both name the plate %(code)s"),
    "code:phone": N_("Both name the phone number %(code)s"),
    "code:number": N_("Both name %(code)s"),
    "series:place": N_("%(distance)s apart"),
    "series:shop": N_("The same shop"),
    "series:named": N_("The same place by name"),
    "series:beat": N_("The same beat"),
    "series:hour": N_("About the same time of day"),
    "series:words": N_("Same words: %(words)s"),
    "series:method": N_("Same way: %(words)s"),
}
END = N_("The end of a number that the other names whole: %(code)s")
AGAINST = {
    "series:place": N_("%(distance)s apart"),
    "series:hour": N_("Another time of day: %(hours)s h apart"),
    "series:words": N_("Hardly a word in common"),
    "series:method": N_("Done another way"),
}
# A camera view proves a camera; this stands beside it.
VIEW_WARNS = N_("Two incidents before one fixed camera look alike; look at both")
# What a hint is, by its lane and the strongest of its reasons.
TITLES = {
    "file:same": N_("Same file"),
    "shown:recording": N_("Same recording"),
    "shown:picture": N_("Same picture"),
    "shown:view": N_("Same camera view"),
    "code": N_("Same number"),
    "series": N_("Possible series"),
}
BANDS = {"strong": N_("strong"), "some": N_("some"), "weak": N_("weak")}


def title(kind: str, reasons: list[Reason]) -> str:
    """`Same recording`."""
    code = reasons[0]["code"] if reasons else kind
    return gettext(TITLES.get(code) or TITLES.get(kind, kind))


def sentence(reason: Reason, mine: str = "", theirs: str = "") -> str:
    """One reason; `mine` and `theirs` are the words of the two tips, of which it quotes."""
    code, values = reason["code"], reason.get("values", {})
    if code == "series:days":
        return _days(values.get("days", 0))
    table = AGAINST if reason["bits"] < 0 else FOR
    text = END if code.startswith("code:") and not values.get("whole", True) else table.get(code)
    if text is None:
        return str(code)
    return gettext(text, **_values(reason, mine, theirs))


def _values(reason: Reason, mine: str, theirs: str) -> dict[str, object]:
    values = reason.get("values", {})
    return {
        "mine": reason.get("mine", {}).get("number", ""),
        "theirs": reason.get("theirs", {}).get("number", ""),
        "pictures": values.get("pictures", 0),
        "length": filters.duration(values.get("lasts_s", 0)),
        "code": values.get("code", ""),
        "hours": round(values.get("hours", 0)),
        "distance": distance(values.get("km", 0.0)),
        "words": gettext(", ").join(_quoted(one) for one in _words(reason, mine, theirs)),
    }


def _words(reason: Reason, mine: str, theirs: str) -> list[str]:
    """Of a method what both texts say, as they say it; a tag itself is never shown."""
    values = reason.get("values", {})
    if reason["code"] != "series:method":
        return [str(one) for one in values.get("words", [])]
    said = [(methods.words_of(tag, mine), methods.words_of(tag, theirs)) for tag in values.get("tags", [])]
    pairs = [
        one if one.casefold() == other.casefold() else f"{one} / {other}"
        for one, other in said
        if one and other
    ]
    return pairs[:3]


def _quoted(words: str) -> str:
    return gettext("“%(words)s”", words=words)


def _days(days: float) -> str:
    if days < 1:
        return gettext("Within a day")
    return ngettext("%(num)s day apart", "%(num)s days apart", round(days))


def distance(kilometres: float) -> str:
    """`350 m`, `1.2 km`, `14 km`."""
    if kilometres < 0.95:
        return gettext("%(number)s m", number=max(10, round(kilometres * 100) * 10))
    number = f"{kilometres:.1f}" if kilometres < 10 else f"{kilometres:.0f}"
    return gettext("%(number)s km", number=number)
