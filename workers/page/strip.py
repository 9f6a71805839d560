"""The band of movement: what happened when, and where nobody looked at every frame. Drawn as SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from markupsafe import Markup

from tipline.errors import N_
from workers.page.words import length

WIDTH, HEIGHT, FOOT = 1000, 64, 10
MOST_BARS = 400
LABELS = 5
Say = Callable[..., str]

BAND = Markup(
    '<section class="movement"><h2>{title}</h2>'
    '<svg viewBox="0 0 {width} {height}" preserveAspectRatio="none" role="img" aria-label="{told}">'
    '<defs><pattern id="sampled" width="8" height="8" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><path d="M0 0V8" class="hatch"/></pattern></defs>'
    '<rect class="ground" width="{width}" height="{height}"/><rect class="only-sampled" width="{width}" '
    'height="{height}" fill="url(#sampled)"/>{seen}{bars}{marks}</svg>'
    '<div class="scale">{scale}</div><p class="told">{told}</p><ul class="legend">{legend}</ul></section>'
)
SEEN = Markup('<rect class="seen" x="{x}" width="{w}" height="{h}"/>')
BAR = Markup('<rect class="bar" x="{x}" y="{y}" width="{w}" height="{h}"/>')
MARK = Markup(
    '<a href="#{at}"><rect class="mark" x="{x}" y="{y}" width="3" height="{h}"><title>{t}</title></rect></a>'
)
KEY = Markup('<li class="{name}">{words}</li>')


def band(media: dict[str, Any], say: Say) -> Markup:
    """Empty for what does not move."""
    activity, seconds = media.get("activity"), float(media.get("duration_s") or 0)
    if not activity or seconds <= 0:
        return Markup("")
    seen = activity.get("seen") or []
    return BAND.format(
        title=say(N_("Movement")),
        told=_told(activity, seen, seconds, say),
        width=WIDTH,
        height=HEIGHT,
        seen=Markup("").join(_seen(part, seconds) for part in seen),
        bars=Markup("").join(_bars(activity["score"], activity["step_s"], seconds)),
        marks=Markup("").join(_mark(at, one["t"], seconds) for at, one in enumerate(media["keyframes"])),
        scale=Markup("").join(
            Markup("<span>{}</span>").format(length(seconds * at / (LABELS - 1))) for at in range(LABELS)
        ),
        legend=Markup("").join(_legend(seen, seconds, say)),
    )


def _seen(part: Sequence[float], seconds: float) -> Markup:
    start, end = (min(max(one, 0.0), seconds) for one in part)
    return SEEN.format(x=_x(start, seconds), w=_x(end - start, seconds), h=HEIGHT)


def _bars(score: Sequence[float], step: float, seconds: float) -> list[Markup]:
    """One bar a step; in long films the highest of several, so that nothing short is lost."""
    together = max(1, -(-len(score) // MOST_BARS))
    bars = []
    for at in range(0, len(score), together):
        high = max(score[at : at + together])
        if high > 0:
            tall = round(4 + high * (HEIGHT - FOOT - 8), 1)
            wide = max(1.5, WIDTH * step * together / seconds - 0.6)
            x = min(_x(at * step, seconds), WIDTH - wide)
            bars.append(BAR.format(x=round(x, 2), y=round(HEIGHT - FOOT - tall, 1), w=round(wide, 2), h=tall))
    return bars


def _mark(at: int, t: float, seconds: float) -> Markup:
    x = min(max(_x(t, seconds) - 1, 0), WIDTH - 3)
    return MARK.format(at=f"k{at + 1}", x=x, y=HEIGHT - FOOT + 2, h=FOOT - 2, t=length(t, tenths=True))


def _x(seconds: float, whole: float) -> float:
    return round(WIDTH * seconds / whole, 2)


def _told(activity: dict[str, Any], seen: Sequence[Sequence[float]], seconds: float, say: Say) -> str:
    """The same in words, for who cannot see the band."""
    events = activity["events"]
    moved = sum(one["end"] - one["start"] for one in events)
    looked = min(1.0, sum(end - start for start, end in seen) / seconds)
    if not events:
        found = say(N_("No movement was found."))
    else:
        found = say(
            N_("Stretches with movement: %(count)s, together %(length)s."),
            count=len(events),
            length=length(moved),
        )
    if looked >= 0.995:
        rest = say(N_("Every frame was looked at."))
    elif looked < 0.005:
        rest = say(N_("The film was only sampled: short events may be missed."))
    else:
        rest = say(
            N_("Every frame of %(share)s of the film was looked at; elsewhere short events may be missed."),
            share=f"{looked:.0%}",
        )
    return f"{found} {rest}"


def _legend(seen: Sequence[Sequence[float]], seconds: float, say: Say) -> list[Markup]:
    looked = sum(end - start for start, end in seen)
    keys = [("is-bar", N_("Movement"))]
    if looked > 0:
        keys.append(("is-seen", N_("every frame looked at")))
    if looked < seconds * 0.995:
        keys.append(("is-sampled", N_("only sampled")))
    keys.append(("is-mark", N_("Keyframes")))
    return [KEY.format(name=name, words=say(words)) for name, words in keys]
