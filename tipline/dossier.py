"""The report that lies in a package: cover, list of evidence, pictures, timeline, custody, lines to sign.

Facts come in, HTML goes out; `printing` makes the PDF. It is written outside any request, so it speaks the
language it was asked for and knows no visitor. Everything a stranger wrote is escaped by the template.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.utils import select_autoescape

from tipline import i18n, printing
from tipline.errors import N_

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
# A table of thousands of rows is laid out far faster as many of these.
ROWS = 40
# How a file came to the station, by the door it came through.
METHODS = {
    "web": N_("Sent by the provider over the station's page; SHA-256 taken as it arrived, kept write-once"),
    "api": N_("Sent by the provider's program; SHA-256 taken as it arrived, kept write-once"),
    "desk": N_("Taken in at the station from its provider; SHA-256 taken as it arrived, kept write-once"),
    "partner": N_("Handed over by a partner's system; SHA-256 taken as it arrived, kept write-once"),
    "folder": N_("Taken from the station's drop folder; SHA-256 taken as it arrived, kept write-once"),
}  # fmt: skip
RESTS_ON = {
    "moment": N_("the true time of one picture"),
    "clock": N_("its clock, compared with true time"),
    "camera": N_("its clock, which nobody compared"),
    "file": N_("the file's own time"),
    "told": N_("about, as reported"),
    "unknown": N_("not known"),
}
# The log in a few lines: what an action counts as.
ACTS = {
    "evidence:receive": N_("files received and sealed"),
    "evidence:download": N_("originals downloaded"),
    "evidence": N_("files examined"),
    "tip": N_("acts on tips"),
    "link": N_("links made and taken back"),
    "case": N_("acts on the case"),
    "member": N_("members of the case"),
    "derivative": N_("stills, clips and covered copies"),
    "redaction": N_("covered copies looked at"),
    "package": N_("packages"),
    "key": N_("keys of the station"),
}
OTHER_ACTS = N_("other acts")


def html(locale: str, facts: dict[str, Any]) -> str:
    """The whole report; `facts` are what `workers.packing.report` gathers."""
    environment = _environment(locale)
    return environment.get_template("print/dossier.html").render(
        **facts,
        html_lang=i18n.HTML_LANG[locale],
        methods=METHODS,
        rests_on=RESTS_ON,
        counted=_counted(facts["actions"]),
        frame=printing.sheet("frame"),
        style=printing.sheet("dossier"),
    )


def _counted(actions: dict[str, int]) -> list[tuple[str, int]]:
    found: dict[str, int] = {}
    for action, number in actions.items():
        word = ACTS.get(action) or ACTS.get(action.partition(":")[0]) or OTHER_ACTS
        found[word] = found.get(word, 0) + number
    return list(found.items())


@cache
def _environment(locale: str) -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape(["html"]), undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    made.install_gettext_translations(i18n.catalogue(locale), newstyle=True)  # type: ignore[attr-defined]
    made.filters |= {"tables": _tables, "digits": _digits, "moment": _moment, "size": _size}
    made.globals["say"] = lambda sentence: i18n.say(locale, sentence)
    return made


def _tables(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for at in range(0, len(rows), ROWS):
        yield rows[at : at + ROWS]


def _digits(digest: str, size: int = 16) -> list[str]:
    return [digest[at : at + size] for at in range(0, len(digest), size)]


def _moment(at: datetime | None, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S") if at else "–"


def _size(size: int) -> str:
    return f"{size:,}"
