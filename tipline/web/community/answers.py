"""All published answers, searched as people ask."""

from __future__ import annotations

import re

from flask import request
from flask.typing import ResponseReturnValue

from tipline.domain import answers, beats
from tipline.web import current, guard
from tipline.web.community import blueprint
from tipline.web.intake import pages
from tipline.web.limiting import limiter

HERE = "/answers"
# Each reads all topics; a mall of people behind one address stays well below.
BY_ADDRESS = "240 per minute"


@blueprint.get(HERE)
@guard.public
@limiter.limit(BY_ADDRESS)
def search() -> ResponseReturnValue:
    """`q` as people write it; `beat` leaves out what is for other beats alone."""
    words = request.args.get("q", "").strip()[: answers.LONGEST_QUERY]
    beat = request.args.get("beat", "")
    with current.services().database.reading() as tx:
        known = beats.list_beats(tx)
        beat = beat if beat in {one.code for one in known} else ""
        hits = answers.find(tx, words, beat=beat)
    return pages.frame(
        "community/answers", HERE, hits=hits, words_typed=words, beat=beat, beats=known, marked=marked,
        names={one.code: one.name for one in known},
    )  # fmt: skip


def marked(text: str, words: list[str]) -> list[tuple[str, bool]]:
    """The text in pieces, with whether each is what was looked for."""
    form = "|".join(re.escape(one) for one in sorted(words, key=len, reverse=True))
    if not form:
        return [(text, False)]
    return [
        (part, at % 2 == 1)
        for at, part in enumerate(re.split(f"({form})", text, flags=re.IGNORECASE))
        if part
    ]
