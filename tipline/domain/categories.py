"""The kinds of tip a reporter can choose, in groups by what the station does with them, and their headlines.

`tip` is footage and what was seen: it is reviewed. `now` is a disturbance that goes on while it is told:
somebody goes there. A `question` is answered, a `request` is done.
"""

from __future__ import annotations

from typing import NamedTuple

from tipline.errors import N_, TiplineError

TIP, NOW, QUESTION, REQUEST = GROUPS = ("tip", "now", "question", "request")


class Category(NamedTuple):
    """`label` is what the reporter chooses, `short` what the desk reads."""

    code: str
    label: str
    short: str
    group: str


CATEGORIES = (
    Category("theft", N_("My shop or home was just burgled or robbed"), N_("Theft on the premises"), TIP),
    Category(
        "footage", N_("I have footage or photos of another incident"), N_("Footage of an incident"), TIP
    ),
    Category(
        "recognised",
        N_("I recognised a person or vehicle from a bulletin"),
        N_("Person or vehicle recognised"),
        TIP,
    ),
    Category("other", N_("Something else"), N_("Other"), TIP),
    Category("noise", N_("Noise that does not stop"), N_("Noise"), NOW),
    Category("lift", N_("Somebody is stuck in a lift"), N_("Stuck lift"), NOW),
    Category("dispute", N_("A quarrel or dispute"), N_("Dispute"), NOW),
    Category("pet", N_("A lost pet, or an animal in the way"), N_("Lost pet"), NOW),
    Category("outage", N_("Water or power is cut off"), N_("Water or power cut"), NOW),
    Category("question", N_("I have a question"), N_("Question"), QUESTION),
    Category("request", N_("I would like to ask for something"), N_("Request"), REQUEST),
)
# What says least: for a report whose kind is not known yet.
OTHER = "other"
CODES = frozenset(one.code for one in CATEGORIES)
_BY_CODE = {one.code: one for one in CATEGORIES}

# What a group is called on the desk.
GROUP_NAMES = {
    TIP: N_("Tips and footage"),
    NOW: N_("Happening now"),
    QUESTION: N_("Questions"),
    REQUEST: N_("Requests"),
}


def read_category(code: str) -> Category:
    """The category of this code; raises tip:category-unknown."""
    try:
        return _BY_CODE[code]
    except KeyError:
        raise TiplineError("tip:category-unknown", fields={"category": "tip:category-unknown"}) from None


def list_group(group: str) -> tuple[Category, ...]:
    return tuple(one for one in CATEGORIES if one.group == group)


def group_of(code: str) -> str:
    """The group of a category; one that is no more was a tip."""
    return _BY_CODE[code].group if code in _BY_CODE else TIP


def meant_by(code: str) -> list[str]:
    """Codes that a filter means: one category, or all of a group."""
    return [code] if code in CODES else [one.code for one in list_group(code)] or [code]


def is_of(code: str, group: str) -> bool:
    """Whether a category may be chosen in a group; what goes on now may be anything else, too."""
    return group_of(code) == group or (group == NOW and code == OTHER)
