"""What stands in the fields of the report form: read from a form, from a draft, and turned into a report.

Whatever was typed stays as it was typed, so that a page can show it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from tipline.domain import categories
from tipline.domain.reports import Report
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current
from tipline.web.intake import moments

# Longer than any sensible value of a one-line field; what is longer is refused by the report itself.
LONGEST_FIELD = 2_000
# What programs write for «not» in a field that a browser sends only when its box is ticked.
_NOT = frozenset({"", "0", "false", "no", "off"})
# Where a fault of the report is shown on the form.
_SHOWN_AT = {
    "occurred_at": "occurred_date",
    "occurred_until": "occurred_date",
    "clock_offset_s": "clock_minutes",
}


@dataclass
class Answers:
    """Fields by their names on the form. From `occurred_at` on only for the one-shot door."""

    category: str = ""
    text: str = ""
    occurred_date: str = ""
    occurred_time: str = ""
    place: str = ""
    beat: str = ""
    contact: str = ""
    contact_kept: bool = False  # given before and sealed; an empty field leaves it so
    contact_drop: str = ""
    occurred_at: str = ""
    occurred_until: str = ""
    lat: str = ""
    lon: str = ""
    anonymous: str = ""
    clock_way: str = ""  # fast or slow
    clock_minutes: str = ""
    clock_offset_s: str = ""
    overwrites_in_days: str = ""
    language: str = ""
    shop: str = ""
    bulletin: str = ""

    @classmethod
    def of_form(cls, form: Mapping[str, str]) -> Answers:
        known = {one.name: form.get(one.name, "") for one in fields(cls) if one.name != "contact_kept"}
        for name in known.keys() - {"text"}:
            known[name] = known[name].strip()[:LONGEST_FIELD]
        # Browsers send line ends of a text as two characters; one is what was typed.
        known["text"] = known["text"].replace("\r\n", "\n")
        return cls(**known)  # type: ignore[arg-type]

    @classmethod
    def of_tip(cls, tip: Tip, *, contact_kept: bool) -> Answers:
        """As the draft was left, but for the contact: it is sealed, so it is only known to be there."""
        answers = cls(tip.category, tip.text, place=tip.place, beat=tip.beat or "")
        answers.contact_kept = contact_kept
        answers.shop = tip.shop or ""
        if tip.occurred_at:
            begin = current.local(tip.occurred_at)
            answers.occurred_date = begin.date().isoformat()
            if not tip.occurred_until:
                answers.occurred_time = begin.strftime("%H:%M")
        return answers

    def report(self) -> Report:
        """The report these answers make, checked; raises with every fault under its field on the form."""
        faults: dict[str, str] = {}
        begin, end = self._times(faults)
        numbers = {name: self._number(name, code, faults) for name, code in _NUMBERS.items()}
        offset = numbers.pop("clock_offset_s")
        minutes = numbers.pop("clock_minutes")
        if self.clock_way in ("fast", "slow") and minutes is not None:
            offset = 60 * (minutes if self.clock_way == "fast" else -minutes)
        days = numbers.pop("overwrites_in_days")
        if days is not None and not (abs(days) <= 1e6 and days.is_integer()):
            faults["overwrites_in_days"], days = "tip:days-unclear", None
        if not self.category:
            faults["category"] = "tip:category-needed"
        contact = None if self.contact_kept and not self.contact and not self.contact_drop else self.contact
        report = Report(
            category=self.category or categories.CATEGORIES[0].code, text=self.text, place=self.place,
            beat=self.beat or None, contact=contact, language=self.language or None,
            anonymous=self.anonymous.lower() not in _NOT or contact == "", clock_offset_s=offset,
            occurred_at=begin, occurred_until=end, lat=numbers["lat"], lon=numbers["lon"],
            shop=self.shop or None, overwrites_in_days=None if days is None else int(days),
            bulletin=self.bulletin or None,
        )  # fmt: skip
        return _checked(report, faults)

    def _times(self, faults: dict[str, str]) -> tuple[datetime | None, datetime | None]:
        try:
            if self.occurred_at:
                begin, end = moments.read(self.occurred_at, "occurred_date"), None
            else:
                begin, end = moments.read_parts(self.occurred_date, self.occurred_time)
            end = moments.read(self.occurred_until, "occurred_date") or end
        except TiplineError as fault:
            faults.update(fault.fields)
            return None, None
        return begin, end

    def _number(self, name: str, code: str, faults: dict[str, str]) -> float | None:
        typed = getattr(self, name).replace("，", ".").replace(",", ".")
        if not typed:
            return None
        try:
            return float(typed)
        except ValueError:
            faults[_SHOWN_AT.get(name, name)] = code
            return None


_NUMBERS = {
    "lat": "tip:place-unclear",
    "lon": "tip:place-unclear",
    "clock_minutes": "tip:clock-unclear",
    "clock_offset_s": "tip:clock-unclear",
    "overwrites_in_days": "tip:days-unclear",
}


def _checked(report: Report, faults: dict[str, str]) -> Report:
    """All faults at once: those of reading and those of the report."""
    found: TiplineError | None = None
    try:
        report.checked()
    except TiplineError as fault:
        found = fault
        for name, code in fault.fields.items():
            faults.setdefault(_SHOWN_AT.get(name, name), code)
    if not faults:
        return report
    if found and len(faults) == 1:
        raise TiplineError(found.code, fields=faults, **found.values)
    raise TiplineError("request:invalid" if len(faults) > 1 else next(iter(faults.values())), fields=faults)
