"""Puts the page together. It stands alone: pictures and style lie in it, and its policy forbids all else."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from markupsafe import Markup

from tipline.domain import clock
from tipline.errors import N_
from tipline.failures import sentence_of
from tipline.i18n import HTML_LANG, say
from workers import untrusted
from workers.encode import Picture
from workers.page import facts, strip
from workers.page.words import KIND, REASON, length

STYLE = Path(__file__).with_name("sheet.css")
NAME_LENGTH = 200
CODEC_NAMES = {"h264": "H.264", "hevc": "H.265"}

PAGE = Markup(
    '<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8">'
    '<meta http-equiv="Content-Security-Policy" content="{policy}">'
    '<meta name="viewport" content="width=device-width,initial-scale=1">'
    '<meta name="referrer" content="no-referrer">'
    "<title>{name}</title><style>{style}</style></head><body>"
    '<header><p class="made">{made}</p><h1><bdi>{name}</bdi></h1><p class="brief">{brief}</p></header>'
    '<main>{notices}{band}{sheet}<div class="facts">{facts}</div></main>'
    "<footer><p>{foot}</p></footer></body></html>\n"
)
NOTICE = Markup('<li class="{how}"><span aria-hidden="true">{sign}</span><p>{words}</p></li>')
SHEET = Markup(
    "<section><h2>{title} <small>{count}</small></h2>"
    '<ol id="sheet" class="sheet {form}">{pictures}</ol></section>'
)
FRAME = Markup(
    '<li id="{at}"><a class="open" href="#{at}"><img src="data:{mime};base64,{data}" alt="{alt}" '
    'width="{width}" height="{height}" loading="lazy"></a>'
    '<a class="shut" href="#sheet" aria-label="{shut}">×</a>'
    "<p><b>{t}</b>{clock}<span>{reason}</span></p></li>"
)


def page(name: str, media: dict[str, Any], pictures: Mapping[str, Picture], locale: str) -> str:
    """The whole page. ``pictures`` are those of the keyframes, by the name of their file."""

    def said(sentence: str, **values: object) -> str:
        return say(locale, sentence, **values)

    style = STYLE.read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    return str(
        PAGE.format(
            lang=HTML_LANG.get(locale, "en"),
            policy=policy,
            name=untrusted.text(name, NAME_LENGTH) or "?",
            style=Markup(style),  # noqa: S704 - our own file
            made=said(N_("What was seen in one file")),
            brief=_brief(media, said),
            notices=_notices(media, said),
            band=strip.band(media, said),
            sheet=_sheet(media, pictures, said),
            facts=facts.groups(media, said),
            foot=said(
                N_("Made on %(at)s from the original, which was not changed. Nothing was sent anywhere."),
                at=f"{clock.now():%Y-%m-%d %H:%M} UTC",
            ),
        )
    )


def _brief(media: dict[str, Any], said: facts.Say) -> str:
    parts = [said(KIND[media["kind"]])]
    if media.get("duration_s"):
        parts.append(length(media["duration_s"]))
    if media.get("width"):
        parts.append(f"{media['width']} × {media['height']}")
    if media.get("video_codec"):
        parts.append(CODEC_NAMES.get(media["video_codec"], media["video_codec"]))
    return " · ".join(parts)


def _notices(media: dict[str, Any], said: facts.Say) -> Markup:
    told = [("failed", "!", media["failure"])] if media["failure"] else []
    told += [("warned", "!", code) for code in media["warnings"]]
    if not told:
        return Markup("")
    lines = (NOTICE.format(how=how, sign=sign, words=said(sentence_of(code))) for how, sign, code in told)
    return Markup('<ul class="notices">{}</ul>').format(Markup("").join(lines))


def _sheet(media: dict[str, Any], pictures: Mapping[str, Picture], said: facts.Say) -> Markup:
    shown = [(at, one) for at, one in enumerate(media["keyframes"], 1) if one["file"] in pictures]
    if not shown:
        return Markup("")
    frames = Markup("").join(_frame(at, one, pictures[one["file"]], media, said) for at, one in shown)
    form = "alone" if len(shown) == 1 else "tall" if _is_tall(shown[0][1]) else "wide"
    title = N_("Contact sheet") if media["kind"] == "video" else N_("Picture")
    count = str(len(shown)) if len(shown) > 1 else ""
    return SHEET.format(title=said(title), count=count, form=form, pictures=frames)


def _frame(at: int, one: dict[str, Any], picture: Picture, media: dict[str, Any], said: facts.Say) -> Markup:
    moves = media["kind"] == "video"
    t = length(one["t"], tenths=True)
    reason = said(REASON.get(one["reason"], REASON["coverage"])) if moves else ""
    return FRAME.format(
        at=f"k{at}",
        mime=picture.mime,
        data=base64.b64encode(picture.data).decode(),
        alt=f"{reason} {t}".strip() if moves else said(KIND[media["kind"]]),
        width=picture.width,
        height=picture.height,
        shut=said(N_("Close")),
        t=t if moves else "",
        clock=_on_the_clock(one["t"], media) if moves else "",
        reason=reason,
    )


def _on_the_clock(t: float, media: dict[str, Any]) -> Markup:
    """What the camera's own clock showed, where it was read and believed."""
    started = (media.get("clock") or {}).get("started_at")
    if not started:
        return Markup("")
    try:
        shown = datetime.fromisoformat(started) + timedelta(seconds=t)
    except (ValueError, OverflowError):
        return Markup("")
    return Markup("<time>{:%H:%M:%S}</time>").format(shown)


def _is_tall(one: dict[str, Any]) -> bool:
    return bool(one["height"] > one["width"])
