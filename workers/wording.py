"""The text of a notice: what kind of event, the number of a tip, its kind, a link. Nobody's words.

This is the one place where such a text is made. It is handed codes and numbers, so that there is nothing
else it could say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tipline import i18n
from tipline.domain.categories import CATEGORIES
from tipline.domain.events import EVENTS
from tipline.domain.notices import TEST
from tipline.errors import N_

# Bytes, for that is what the services count.
LIMITS = {"wecombot": 2048, "dingtalk": 15_000, "feishu": 15_000, "lark": 15_000}
LONGEST = 3500
TRIAL = N_("Tipline: this is a trial. Messages arrive here, each with the number of a tip and a link.")
_KINDS = {one.code: one.short for one in CATEGORIES}


class Line(NamedTuple):
    """One event. `reference` and `category` are empty where it is about no tip."""

    event: str
    reference: str = ""
    category: str = ""


def for_staff(locale: str, base: str, lines: Sequence[Line], scheme: str = "") -> str:
    """Each event once with its link, as many as the service takes; the rest as a number."""
    different = list(dict.fromkeys(lines))
    limit = LIMITS.get(scheme, LONGEST) - 200
    parts: list[str] = []
    for one in different:
        part = _line(locale, base, one)
        if len("\n".join([*parts, part]).encode()) > limit:
            rest = len(different) - len(parts)
            parts.append(
                i18n.say(locale, N_("And %(number)s more: %(link)s"), number=rest, link=f"{base}/desk/queue")
            )
            break
        parts.append(part)
    return "\n".join(parts)


def _line(locale: str, base: str, one: Line) -> str:
    if one.event == TEST:
        return i18n.say(
            locale,
            N_("Tipline: this is a trial. Messages arrive here, each with the number of a tip and a link."),
        )
    said = i18n.say(locale, EVENTS[one.event].sentence)
    if not one.reference:
        return f"{said} {base}/desk/queue"
    kind = i18n.say(locale, _KINDS[one.category]) if one.category in _KINDS else ""
    return f"{said} {one.reference}{f' · {kind}' if kind else ''} {base}/desk/tips/{one.reference}"


def for_reporter(locale: str, base: str, reference: str) -> str:
    """That there is news, and where; the code is needed there and stands in no message."""
    words = N_("There is news on %(reference)s: %(link)s Have your receipt code ready.")
    return i18n.say(locale, words, reference=reference, link=f"{base}/status/{reference}")


def stop_line(locale: str, link: str) -> str:
    return i18n.say(locale, N_("No more such messages: %(link)s"), link=link)


def title(locale: str, station: str) -> str:
    """The subject of a mail."""
    return station or i18n.say(locale, "Tipline")
