"""Two people changed the same thing: what it was, what it is now and by whom, and what the later one chose.

Nothing typed is lost: the box offers to apply it on top of what stands now, or to drop it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request

from tipline.db import Transaction
from tipline.domain import accounts, beats, custody, links
from tipline.domain.cases import Case
from tipline.domain.custody import Custody
from tipline.domain.tips import Tip
from tipline.errors import N_, TiplineError
from tipline.web import current, filters
from tipline.web.review import stance, words
from tipline.web.review.saying import gettext

LABELS = {
    "state": N_("State"),
    "assignee_id": N_("Responsible"),
    "category": N_("Kind"),
    "beat": N_("Beat"),
    "lat": N_("Latitude"),
    "lon": N_("Longitude"),
    "clock_offset_s": N_("Camera clock"),
    "acknowledged_at": N_("Acknowledged"),
    "cases": N_("Cases"),
    "title": N_("Title"),
    "summary": N_("Summary"),
}
# Free text that goes along with a choice.
TYPED = {"reason": N_("Reason"), "text": N_("Text"), "until": N_("Snooze until")}
NOT_SENT_AGAIN = ("csrf_token", "seen", "version")
LOOKED_BACK = 200


@dataclass(frozen=True)
class Row:
    """One field on which the two differ; `mine` is empty where nothing was chosen."""

    label: str
    was: str
    now: str
    mine: str
    who: str
    at: datetime | None


@dataclass(frozen=True)
class Conflict:
    """`fields` is the form again as it was sent, to be applied on top of what stands now."""

    rows: list[Row]
    typed: list[tuple[str, str]]
    action: str
    fields: list[tuple[str, str]]
    drop: str


def of_tip(tx: Transaction, tip: Tip, form: str) -> Conflict | None:
    """For a form of the tip's page that was drawn on an older state; None if nothing can be told."""
    was = stance.read(request.form.get("seen", ""))
    if was is None:
        return None
    standing = links.list_cases_of(tx, tip, current.actor())
    now = stance.held(tip, standing)
    say = _Words(tx)
    mine = _chosen(form, was)
    entries = custody.list_latest(tx, about=tip.reference, limit=LOOKED_BACK)
    rows = []
    for name, label in LABELS.items():
        is_different = name in now and was[name] != now[name]
        if is_different or (name in mine and mine[name] != now.get(name)):
            who, at = say.author(_last(entries, name)) if is_different else ("", None)
            shown = say.value(name, mine[name]) if name in mine else ""
            rows.append(
                Row(gettext(label), say.value(name, was[name]), say.value(name, now[name]), shown, who, at)
            )
    fields = [*_again(form, was), ("seen", stance.of(tip, standing))]
    return Conflict(rows, _typed(), _address(), fields, f"/desk/tips/{tip.reference}")


def _again(form: str, was: dict[str, Any]) -> list[tuple[str, str]]:
    """Of corrections only what was changed: the rest of the form would put older values back."""
    sent = [(name, text) for name, text in request.form.items(multi=True) if name not in NOT_SENT_AGAIN]
    if form != "change":
        return sent
    kept = _chosen(form, was)
    belongs = {"category": "category", "beat": "beat"}
    return [(name, text) for name, text in sent if belongs.get(name, "clock_offset_s") in kept]


def _chosen(form: str, was: dict[str, Any]) -> dict[str, Any]:
    """Which of the fields the form would have changed, and to what."""
    sent = request.form
    if form == "state":
        return {"state": sent.get("state", "")}
    if form == "assign":
        return {"assignee_id": sent.get("assignee", "")}
    if form == "link":
        return {"cases": [sent.get("case", "") if sent.get("case") != "new" else sent.get("title", "")]}
    if form == "change":
        typed = {"category": sent.get("category"), "beat": sent.get("beat") or None}
        found: dict[str, Any] = {
            name: value for name, value in typed.items() if name in sent and value != was[name]
        }
        offset = _offset()
        if offset is not None and offset != _as_number(was["clock_offset_s"]):
            found["clock_offset_s"] = offset if offset != "" else None
        return found
    return {}


def _offset() -> float | str | None:
    """The offset as typed; empty for «not known», None if the form says nothing that can be read."""
    sent = request.form
    if "offset" not in sent:
        return None
    if sent["offset"] not in ("ahead", "behind"):
        return ""
    try:
        total = int(sent.get("offset_min") or 0) * 60.0 + int(sent.get("offset_sec") or 0)
    except ValueError:
        return None
    return total if sent["offset"] == "ahead" else -total


def _as_number(value: Any) -> float | str:
    return "" if value is None else float(value)


def _typed() -> list[tuple[str, str]]:
    return [(gettext(label), request.form[name]) for name, label in TYPED.items() if request.form.get(name)]


def _address() -> str:
    return request.full_path.rstrip("?")


_STATES = ("tip:acknowledge", "tip:state", "case:close", "case:reopen", "case:state")
# Which entries of the log may have changed a field.
_CHANGED_BY: dict[str, Callable[[str], bool]] = {
    "assignee_id": lambda action: action == "tip:assign",
    "acknowledged_at": lambda action: action == "tip:acknowledge",
    "cases": lambda action: action.startswith("link:"),
    "clock_offset_s": lambda action: action in ("tip:clock", "tip:change"),
    "category": lambda action: action == "tip:change",
    "lat": lambda action: action.startswith("tip:p"),
    "lon": lambda action: action.startswith("tip:p"),
    "beat": lambda action: action == "tip:change",
    "state": lambda action: action in _STATES or action.partition(":")[2].replace("-", "_") in words.TIP,
    "title": lambda action: action == "case:change",
    "summary": lambda action: action == "case:change",
}  # fmt: skip


def _last(entries: list[Custody], name: str) -> Custody | None:
    """The newest entry that changed the field, be it by taking something back."""
    return next(_changing(entries, name), None)


def _changing(entries: list[Custody], name: str) -> Iterator[Custody]:
    for one in entries:
        action = one.action
        if action == "act:undo":
            facts = one.facts()
            action = str(facts.get("kind"))
            if name in facts.get("after", {}) or _CHANGED_BY[name](action):
                yield one
        elif _CHANGED_BY[name](action):
            after = one.facts().get("after")
            if not isinstance(after, dict) or name in after:
                yield one


class _Words:
    """Values as the reader knows them."""

    def __init__(self, tx: Transaction) -> None:
        staff = accounts.list_accounts(tx)
        self._people = {one.id: one.display_name for one in staff}
        self._names = {one.username: one.display_name for one in staff}
        self._beats = {one.code: one.name for one in beats.list_beats(tx)}

    def author(self, entry: Custody | None) -> tuple[str, datetime | None]:
        if entry is None:
            return "", None
        kind, _, name = entry.actor.partition(":")
        if kind == "reporter":
            return gettext("Tip provider"), entry.at
        return (gettext("System") if kind == "system" else self._names.get(name, name)), entry.at

    def value(self, name: str, value: Any) -> str:
        if name == "acknowledged_at":
            return gettext("yes") if value else gettext("no")
        if name == "clock_offset_s":
            return self._offset(value)
        if value in (None, "", []):
            return "–"
        if name == "state":
            return gettext(words.TIP[value].text) if value in words.TIP else str(value)
        if name == "assignee_id":
            return self._people.get(value) or self._names.get(str(value)) or str(value)
        if name == "category":
            return filters.category_label(str(value))
        if name == "beat":
            return self._beats.get(value, str(value))
        return gettext(", ").join(value) if isinstance(value, list) else str(value)

    def _offset(self, value: Any) -> str:
        if not isinstance(value, int | float):
            return gettext("not known")
        if not value:
            return gettext("right")
        length = filters.lasting(abs(value))
        ahead = gettext("%(length)s ahead", length=length)
        return ahead if value > 0 else gettext("%(length)s behind", length=length)


# --- cases


@dataclass(frozen=True)
class Wanted:
    """What the form changed of a case, and on what it was drawn."""

    values: dict[str, str]
    was: dict[str, str]


def wanted_of_case(names: tuple[str, ...]) -> Wanted:
    """Only what differs from what the form was drawn on: the rest would put older words back."""
    sent = request.form
    was = {name: plain(sent[f"was_{name}"]) for name in names if f"was_{name}" in sent}
    values = {name: sent[name] for name in names if name in sent and plain(sent[name]) != was.get(name)}
    return Wanted(values, was)


class Overtaken(TiplineError):
    """Somebody changed the very words that a form changes."""

    def __init__(self, box: Conflict) -> None:
        super().__init__("case:changed")
        self.box = box


def of_fault(fault: TiplineError) -> Conflict | None:
    """The box that a fault carries, if it tells anything."""
    return fault.box if isinstance(fault, Overtaken) and fault.box.rows else None


def require_untouched(tx: Transaction, case: Case, wanted: Wanted, version: int) -> None:
    """Raise case:changed if the form would write over what it has not seen; one that does not say what it saw
    rests on the version alone."""
    if case.version != version and (not wanted.was or is_overtaken(case, wanted)):
        raise Overtaken(of_case(tx, case, wanted))


def is_overtaken(case: Case, wanted: Wanted) -> bool:
    """Whether somebody changed the very words that this form changes, to something else than it wants."""
    return any(
        plain(getattr(case, name)) not in (wanted.was.get(name), plain(value))
        for name, value in wanted.values.items()
    )


def of_case(tx: Transaction, case: Case, wanted: Wanted) -> Conflict:
    say = _Words(tx)
    entries = custody.list_latest(tx, about=f"case:{case.number}", limit=LOOKED_BACK)
    rows = []
    for name, was in wanted.was.items():
        now = plain(getattr(case, name))
        if now != was or name in wanted.values:
            who, at = say.author(_last(entries, name)) if now != was else ("", None)
            mine = _said(name, wanted.values.get(name, ""))
            rows.append(Row(gettext(LABELS[name]), _said(name, was), _said(name, now), mine, who, at))
    fields = [(name, value) for name, value in wanted.values.items()]
    fields += [(f"was_{name}", plain(getattr(case, name))) for name in wanted.values]
    fields += [("version", str(case.version))]
    fields += [("reason", request.form["reason"])] if request.form.get("reason") else []
    return Conflict(rows, _typed(), _address(), fields, f"/desk/cases/{case.number}")


def plain(text: str) -> str:
    """Browsers send line ends of their own."""
    return text.replace("\r\n", "\n").strip()


def _said(name: str, value: str) -> str:
    return gettext(words.CASE[value].text) if name == "state" and value in words.CASE else value
