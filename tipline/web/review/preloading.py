"""The next tip of the queue is fetched while this one is looked at.

Its page comes by the browser's own means, by rules that it reads from an address of ours (the policy allows
none within a page). Its first pictures are fetched by a script.
"""

from __future__ import annotations

import re

from flask import Response, jsonify
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import triage
from tipline.web import guard, media
from tipline.web.review import blueprint

RULES = {"prefetch": [{"where": {"selector_matches": "a[rel=next][data-ahead]"}, "eagerness": "immediate"}]}
PICTURES = 6
_REFERENCE = re.compile(r"/desk/tips/(T-\d+)")


@blueprint.get("/desk/ahead.json")
@guard.staff("tip:read")
def rules() -> ResponseReturnValue:
    answer = jsonify(RULES)
    answer.headers["Content-Type"] = "application/speculationrules+json"
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


def offer(answer: Response) -> Response:
    """Let the browser fetch ahead what the page marks."""
    answer.headers["Speculation-Rules"] = '"/desk/ahead.json"'
    return answer


def pictures(tx: Transaction, below: str | None) -> list[str]:
    """Addresses of the first pictures that the page below shows."""
    found = _REFERENCE.match(below or "")
    if not found:
        return []
    return [media.rendition_url(one) for one in triage.first_pictures(tx, found[1], PICTURES)]
