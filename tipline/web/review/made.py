"""How a file came to be, for the desk: each time with its source, contradictions, encoders, credentials.

The words claim no more than is known: a signature is intact or not, but nobody here has checked the signer.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tipline.domain import provenance, times
from tipline.domain.evidence import Evidence
from tipline.errors import N_
from tipline.time_sources import SOURCES, place_of
from tipline.web import filters
from tipline.web.review.saying import gettext


class Line(NamedTuple):
    """`label` is a sentence of the catalogue, `source` a code or one; `is_odd` asks for a second look."""

    label: str
    value: str
    source: str
    is_odd: bool = False


CONTENT = N_("file content")
COMPARED = N_("compared here")
TRACES = N_("traces in the file or its name")
NOTES = {
    times.UTC_BY_STANDARD: N_("UTC by its standard; many recorders write local time"),
}
CREDENTIALS = {
    "intact": N_("Unchanged since it was signed; the signer was not verified."),
    "altered": N_("Does not match what was signed: changed afterwards, or only a part of it is here."),
    "unreadable": N_("Content credentials are there, but they cannot be read."),
    "remote_only": N_("Content credentials lie on another server; they were not fetched."),
}
THROUGH_A_SCREEN = N_("A screen recording")


def told_times(row: Evidence, media: dict[str, Any], moment: Any) -> list[Line]:
    """Every time, the best first, then what cannot be true together."""
    told = media.get("times") or []
    lines = [Line(*_time(one, moment)) for one in told]
    odd = times.contradictions(told, length_s=media.get("duration_s"), arrived=row.received_at)
    return lines + [Line(_kind(one), _contradiction(one), COMPARED, is_odd=True) for one in odd]


def history(media: dict[str, Any]) -> list[Line]:
    """Who wrote the file last, and what its credentials say."""
    told = media.get("provenance") or {}
    seal = told.get("c2pa") or {}
    by = str(told.get("reencoded_by") or "")
    said = CREDENTIALS.get(str(seal.get("state")))
    return [
        Line(N_("Re-encoded by"), gettext(THROUGH_A_SCREEN) if by == "screen" else by, TRACES, is_odd=True),
        Line(N_("Credentials"), gettext(said) if said else "", "C2PA", is_odd=seal.get("state") == "altered"),
        Line(N_("Signed by"), _signer(seal), "C2PA"),
        Line(N_("Made with"), str(seal.get("claim_generator") or ""), "C2PA"),
        Line(N_("Steps it names"), " · ".join(seal.get("actions") or ()), "C2PA"),
    ]


def _time(one: dict[str, Any], moment: Any) -> tuple[str, str, str]:
    label = SOURCES.get(one["source"], N_("Time"))
    if one["value"] is None:
        return label, gettext("no date: the clock was never set"), place_of(one["source"])
    note = NOTES.get(one.get("note") or "")
    return label, moment(one["value"]) + (f" · {gettext(note)}" if note else ""), place_of(one["source"])


def _kind(one: times.Contradiction) -> str:
    return N_("Changed later") if one.code == "changed" else N_("Contradiction")


def _contradiction(one: times.Contradiction) -> str:
    names = {"first": _name(one.first), "second": _name(one.second)}
    length = filters.lasting(one.by.total_seconds())
    if one.code == "local-as-utc":
        return gettext(
            "“%(first)s” and “%(second)s” show the same clock, one as UTC and one as local time:"
            " the recorder probably wrote its wall clock where UTC belongs.", **names,
        )  # fmt: skip
    if one.code == "changed":
        return gettext(
            "The file was changed %(length)s after “%(first)s” (“%(second)s”).", length=length, **names
        )
    if one.code == "future":
        return gettext(
            "“%(first)s” lies %(length)s after the file arrived here.", length=length, first=names["first"]
        )
    return gettext("“%(first)s” and “%(second)s” are %(length)s apart.", length=length, **names)


def _name(source: str) -> str:
    where = gettext(place_of(source))
    return f"{gettext(SOURCES[source])} ({where})" if source in SOURCES else where


def _signer(seal: dict[str, Any]) -> str:
    if not seal.get("signer"):
        return ""
    at = f" · {seal['signed_at']}" if seal.get("signed_at") else ""
    return f"{seal['signer']}{at}"


def asks_for_export(media: dict[str, Any]) -> bool:
    """Whether the recorder's own export would show more."""
    return bool(provenance.ASKS_FOR_EXPORT & set(media.get("warnings") or ()))
