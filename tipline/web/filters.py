"""How values stand on a page: times, lengths and sizes in the words of the reader's language."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from flask import Flask, current_app, g
from flask_babel import format_datetime
from markupsafe import Markup

from tipline import __version__, i18n, printing
from tipline.domain import categories, clock, ratings, stored, tails, uploads
from tipline.errors import TiplineError
from tipline.web import current, prose
from tipline.web.current import gettext


def init(app: Flask) -> None:
    # Not `length`: that name is Jinja's own, for the number of things in a list.
    app.jinja_env.filters.update(
        time=time, told_time=told_time, ago=ago, duration=duration, size=uploads.readable, position=position,
        lasting=lasting, wall=wall, category_label=category_label, spans=prose.spans,
    )  # fmt: skip
    app.jinja_env.globals.update(
        _=in_words,
        icon=icon,
        version=__version__,
        languages=i18n.NAMES,
        html_lang=html_lang,
        category_groups=category_groups,
        rating_reasons=lambda: {one for reasons in ratings.REASONS.values() for one in reasons},
        sheet=printing.sheet,
        store_is_silent=lambda: stored.is_silent(current.services().store),
        takes_tails=lambda: tails.is_wanted(current.services().store),
    )
    app.context_processor(lambda: {"locale": current.locale(), "station": current.settings().station})


def in_words(sentence: str, /, **values: object) -> Markup:
    """`_` of templates. A page says some three hundred sentences, most of them as they stand in our tables,
    and the extension's own way looks up language and catalogue for each."""
    locale = current.locale()
    return _translated(locale, sentence) % values if values else _as_it_stands(locale, sentence)


@lru_cache(8192)
def _translated(locale: str, sentence: str) -> Markup:
    return Markup(i18n.say(locale, sentence))  # noqa: S704 - written by us, what fills its places is escaped


@lru_cache(8192)
def _as_it_stands(locale: str, sentence: str) -> Markup:
    return _translated(locale, sentence) % {}  # so that a doubled % is one here too


def html_lang() -> str:
    return i18n.HTML_LANG[current.locale()]


def time(moment: datetime | None, form: str = "full") -> Markup:
    """A <time> element in the station's zone. Forms: full, day (no hour), short, clock (with seconds)."""
    if moment is None:
        return Markup("")
    patterns = {
        "full": _full(),
        "day": _full().removesuffix(" HH:mm"),
        "short": "MM-dd HH:mm",
        "clock": "yyyy-MM-dd HH:mm:ss",
    }
    shown = format_datetime(moment, patterns[form])
    exact = current.local(moment).isoformat(timespec="seconds")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(clock.stamp(moment), exact, shown)


def told_time(stated: str) -> Markup:
    """A time of a signed receipt, to the second with its offset: the very one that is stated."""
    moment = datetime.fromisoformat(stated)
    shown = f"{moment:%Y-%m-%d %H:%M:%S} {moment.isoformat()[-6:]}"
    return Markup('<time datetime="{}">{}</time>').format(stated, shown)


def category_label(code: str) -> str:
    """What a category is called; one that is no more keeps its code."""
    try:
        return str(gettext(categories.read_category(code).short))
    except TiplineError:
        return code


def category_groups() -> list[tuple[str, str, tuple[categories.Category, ...]]]:
    """Code, name and categories of each group, for lists to choose from."""
    return [
        (code, str(gettext(name)), categories.list_group(code))
        for code, name in categories.GROUP_NAMES.items()
    ]


def plain_time(moment: datetime) -> str:
    """The same in full within a sentence, without an element around it."""
    return str(format_datetime(moment, _full()))


def _full() -> str:
    return "yyyy年M月d日 HH:mm" if current.locale() == "zh_Hans_CN" else "d MMM yyyy HH:mm"


def ago(moment: datetime | None) -> Markup:
    """How long ago, with the exact time behind it."""
    if moment is None:
        return Markup("")
    minutes = int((clock.now() - moment).total_seconds() // 60)
    if minutes < 1:
        words = gettext("just now")
    elif minutes < 60:
        words = gettext("%(number)s min ago", number=minutes)
    elif minutes < 24 * 60:
        words = gettext("%(number)s h ago", number=minutes // 60)
    else:
        words = gettext("%(number)s d ago", number=minutes // 1440)
    exact = current.local(moment).isoformat(sep=" ", timespec="minutes")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(clock.stamp(moment), exact, words)


def duration(seconds: float | None) -> str:
    """Length of a film: 0:18, 12:41, 1:02:03."""
    if seconds is None:
        return "–"
    whole = int(seconds + 0.5)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def lasting(seconds: float) -> str:
    """A span as people say it: 3 min 20 s, 1 d 2 h. Its sign is left to the words around it."""
    left = round(abs(seconds))
    parts = []
    for length, sentence in (
        (86_400, gettext("%(number)s d")), (3600, gettext("%(number)s h")), (60, gettext("%(number)s min")),
        (1, gettext("%(number)s s")),
    ):  # fmt: skip
        number, left = divmod(left, length)
        if number:
            parts.append(sentence % {"number": number})
    return " ".join(parts[:3]) or gettext("%(number)s s", number=0)


def wall(moment: datetime) -> str:
    """A time on a clock that knows no zone, as it stood there."""
    return moment.isoformat(sep=" ", timespec="seconds")


def position(seconds: float | None) -> str:
    """A moment in a film to the millisecond: 00:01:23.480."""
    if seconds is None:
        return ""
    milli = round(seconds * 1000)
    whole, milli = divmod(milli, 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{milli:03}"


def icon(name: str, label: str = "") -> Markup:
    """An icon of the sprite; without a label it is decoration that a screen reader skips."""
    if "sprite" not in g:
        g.sprite = str(current_app.jinja_env.globals["asset"]("icons.svg"))  # type: ignore[operator]
    return _picture(f"{g.sprite}#{name}", label)


@lru_cache(1024)
def _picture(href: str, label: str) -> Markup:
    """A page of the queue shows hundreds of the same few."""
    if label:
        picture = Markup(
            '<svg class="icon" width="20" height="20" role="img" aria-label="{}"><use href="{}"></use></svg>'
        )
        return picture.format(label, href)
    return Markup(
        '<svg class="icon" width="20" height="20" aria-hidden="true"><use href="{}"></use></svg>'
    ).format(href)
