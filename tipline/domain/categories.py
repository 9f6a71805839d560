"""The kinds of tip a reporter can choose, and their headline words."""

from __future__ import annotations

from typing import NamedTuple

from tipline.errors import N_, TiplineError


class Category(NamedTuple):
    """`label` is what the reporter chooses, `short` what the desk reads."""

    code: str
    label: str
    short: str


CATEGORIES = (
    Category("theft", N_("My shop or home was just burgled or robbed"), N_("Theft on the premises")),
    Category("footage", N_("I have footage or photos of another incident"), N_("Footage of an incident")),
    Category(
        "recognised",
        N_("I recognised a person or vehicle from a bulletin"),
        N_("Person or vehicle recognised"),
    ),
    Category("other", N_("Something else"), N_("Other")),
)
CODES = frozenset(one.code for one in CATEGORIES)
_BY_CODE = {one.code: one for one in CATEGORIES}


def read_category(code: str) -> Category:
    """The category of this code; raises tip:category-unknown."""
    try:
        return _BY_CODE[code]
    except KeyError:
        raise TiplineError("tip:category-unknown", fields={"category": "tip:category-unknown"}) from None
