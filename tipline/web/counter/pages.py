"""Taking a tip: who brings it and how, the words as they were said or pasted, then straight to the receipt.

The tip is at the desk with its receipt before the first byte of a file is sent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import beats, categories, limits, receipts, shops, tips
from tipline.domain.reports import Report
from tipline.domain.tips import Tip
from tipline.errors import N_, TiplineError
from tipline.web import current, errors, guard
from tipline.web.counter import blueprint, kept
from tipline.web.counter.kept import Kept
from tipline.web.intake.answers import Answers

# Origin → what it is called, an icon, and what to do with it.
ORIGINS = {
    "walk-in": (N_("In person"), "user", N_("Somebody stands here and tells it.")),
    "phone": (N_("By phone"), "phone", N_("Somebody called and tells it.")),
    "chat": (
        N_("From a chat group"),
        "message",
        N_("Paste the messages as they are; their times stay with them."),
    ),
}
SHOPS_OFFERED = 500
# As the fields stand on the form: so faults are listed.
ORDER = ("origin", "text", "category", "occurred_date", "occurred_time", "shop", "place", "beat", "contact")


@dataclass
class Typed:
    """The fields of the form that are not those of a report."""

    origin: str = ""
    shop: str = ""
    is_mine: bool = True

    @classmethod
    def of_form(cls) -> Typed:
        form = request.form
        return cls(form.get("origin", ""), form.get("shop", "").strip()[:200], bool(form.get("mine")))


@blueprint.get("")
@guard.staff("intake:take")
def show_form() -> ResponseReturnValue:
    return _form(Answers(), Typed())


@blueprint.post("")
@guard.staff("intake:take")
def take() -> ResponseReturnValue:
    answers, typed = Answers.of_form(request.form), Typed.of_form()
    try:
        report = _report(answers, typed)
        tip, kept_ = _take(report, typed)
    except TiplineError as fault:
        return _form(answers, typed, fault), errors.status_of(fault)
    kept.keep(tip.reference, kept_)
    return redirect(url_for("counter.hand", reference=tip.reference), 303)


def _report(answers: Answers, typed: Typed) -> Report:
    """The report, or all faults at once: those of the report and those of this form."""
    faults: dict[str, str] = {}
    found: TiplineError | None = None
    if typed.origin not in tips.ORIGINS:
        faults["origin"] = "tip:origin-needed"
    if not answers.text.strip():
        faults["text"] = "tip:words-needed"
    shop = _shop(typed.shop)
    if typed.shop and not shop:
        faults["shop"] = "tip:shop-unknown"
    try:
        report = replace(answers, shop=shop or "").report()
    except TiplineError as fault:
        found = fault
        faults = {**fault.fields, **faults}
    if not faults:
        return report
    faults = {name: faults[name] for name in sorted(faults, key=_place_on_form)}
    code = next(iter(faults.values())) if len(faults) == 1 else "request:invalid"
    values = found.values if found and found.code == code else {}
    raise TiplineError(code, fields=faults, **values)


def _place_on_form(field: str) -> int:
    return ORDER.index(field) if field in ORDER else len(ORDER)


def _shop(typed: str) -> str | None:
    if not typed:
        return None
    with current.services().database.reading() as tx:
        shop = shops.find_meant(tx, typed)
    return shop.code if shop else None


def _take(report: Report, typed: Typed) -> tuple[Tip, Kept]:
    services, me = current.services(), current.staff()
    minutes = services.settings.ack_minutes
    with services.database.transaction() as tx:
        tip = tips.begin(
            tx, report, language=services.settings.locale, door="desk", ack_minutes=minutes,
            taker=me.actor, origin=typed.origin,
        )  # fmt: skip
        code = receipts.issue(tx, services.key, tip)
        token = open_uploads(tx, tip)
        tips.submit(tx, tip, me.actor, ack_minutes=minutes, zone=current.zone())
        if typed.is_mine:
            # An officer has heard it: that is what acknowledging means to whoever brought it.
            tips.assign(tx, me.actor, tip, me.id, me.username)
            tips.acknowledge(tx, me.actor, tip)
    return tip, Kept(code, token)


def open_uploads(tx: Transaction, tip: Tip) -> str:
    """Access for the member of staff who asks, to send files into the tip and for nothing else."""
    key, me = current.services().key, current.staff()
    return receipts.open_access(tx, key, tip, holder_id=me.id, scope=receipts.UPLOADS)


def _form(answers: Answers, typed: Typed, fault: TiplineError | None = None) -> str:
    with current.services().database.reading() as tx:
        known_beats = beats.list_beats(tx)
        known_shops = [one for one in shops.list_shops(tx, limit=SHOPS_OFFERED) if one.active]
    faults = {}
    if fault:
        faults = {name: errors.field_sentence(code, fault) for name, code in fault.fields.items()}
    return render_template(
        "counter/form.html",
        answers=answers,
        typed=typed,
        faults=faults,
        message=errors.sentence(fault) if fault else "",
        origins=ORIGINS,
        categories=categories.CATEGORIES,
        beats=known_beats,
        shops=known_shops,
        text_limit=limits.TEXT,
    )
