"""Find your beat officer: the list of beats, and a page for each.

No visitor is counted, and where somebody stands never leaves the phone.
"""

from __future__ import annotations

import json

from flask import Response, request
from flask.typing import ResponseReturnValue

from tipline.domain import areas, beat_search, bulletins, categories, promptness, stored, topics
from tipline.domain.beats import Beat
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.community import blueprint, onduty
from tipline.web.intake import pages

HERE = "/beats"
MOST_NEWS = 3  # of bulletins and of topics, each
DIGITS = 5  # about a metre
# Disturbances with a sign of their own; one that is none of these is told in words.
ICONS = {
    "noise": "volume", "lift": "elevator", "dispute": "users", "pet": "paw", "outage": "bulb-off",
    categories.OTHER: "dots",
}  # fmt: skip
# How the first bytes of a picture say what it is; a photo was re-encoded when it was handed in.
_PICTURES = ((b"\xff\xd8", "image/jpeg"), (b"\x89PNG", "image/png"), (b"RIFF", "image/webp"))


@blueprint.get(HERE)
@guard.public
def list_beats() -> ResponseReturnValue:
    """`q` is a name or a street."""
    words = request.args.get("q", "").strip()[:100]
    with current.services().database.reading() as tx:
        found = beat_search.list_listed(tx, words)
        drawn = {one.code for one in beat_search.list_drawn(tx)}
    return pages.frame(
        "community/beats", HERE, beats=found, words_typed=words, has_borders=bool(drawn), drawn=drawn
    )


@blueprint.get("/beats/borders.json")
@guard.public
def show_borders() -> Response:
    """For the phone itself to see in which beat it is: where it is stays there."""
    with current.services().database.reading() as tx:
        drawn = beat_search.list_drawn(tx)
    told = [{"code": one.code, "name": one.name, "polygons": _rounded(one)} for one in drawn]
    return Response(json.dumps({"beats": told}, ensure_ascii=False), content_type="application/json")


@blueprint.get("/beats/<code>")
@guard.public
def show_beat(code: str) -> ResponseReturnValue:
    with current.services().database.reading() as tx:
        beat = beat_search.read_listed(tx, code)
        on_duty = onduty.now(tx, beat.code)
        usual_s = promptness.median_s(tx, beat.code)
        news = bulletins.list_public(tx, beat=beat.code, limit=MOST_NEWS)
        asked = topics.list_topics(tx, "open", beat=beat.code, limit=MOST_NEWS)
    return pages.frame(
        "community/beat", f"{HERE}/{beat.code}", beat=beat, on_duty=on_duty, usual_s=usual_s,
        days=promptness.DAYS, kinds=disturbances(), news=news, asked=asked,
    )  # fmt: skip


@blueprint.get("/beats/<code>/photo")
@guard.public
def show_photo(code: str) -> Response:
    with current.services().database.reading() as tx:
        beat = beat_search.read_listed(tx, code)
    if not beat.photo:
        raise TiplineError("beat:no-page")
    with stored.shown(), current.services().store.open(beat.photo) as reader:
        picture = reader.read()
    kind = next((kind for begin, kind in _PICTURES if picture.startswith(begin)), "application/octet-stream")
    return Response(picture, content_type=kind)


def disturbances() -> list[tuple[str, str, str]]:
    """Code, short words and sign of what may be going on, to choose from; the last is anything else."""
    listed = [(one.code, one.short) for one in categories.list_group(categories.NOW)]
    anything = categories.read_category(categories.OTHER)
    return [(code, words, ICONS[code]) for code, words in [*listed, (anything.code, anything.label)]]


def _rounded(beat: Beat) -> list[list[list[list[float]]]]:
    polygons = areas.read_shape(beat.shape or "")
    return [
        [[[round(lon, DIGITS), round(lat, DIGITS)] for lon, lat in ring] for ring in rings]
        for rings in polygons
    ]
