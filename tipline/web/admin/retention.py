"""How long each kind of tip is kept: looked at first, then put in force."""

from __future__ import annotations

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from tipline.domain import categories, forecasting, holds, leaps, retention
from tipline.domain.retention import Rules
from tipline.errors import TiplineError
from tipline.web import current, guard, purposes
from tipline.web.admin import blueprint, tabs
from tipline.web.review import notices
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext

HERE = "/desk/admin/retention"


@blueprint.get("/retention")
@guard.staff("retention:read")
def show_retention() -> ResponseReturnValue:
    return _page()


@blueprint.post("/retention/look")
@guard.staff("retention:manage")
def look_at_retention() -> ResponseReturnValue:
    """What the typed rules would do now; nothing is changed."""
    try:
        wanted = _typed()
    except TiplineError as fault:
        return _page(fault)
    return _page(wanted=wanted)


@blueprint.post("/retention")
@guard.staff("retention:manage")
@guard.fresh
def save_retention() -> ResponseReturnValue:
    """The rules as they were shown."""
    try:
        wanted = _typed()
        reason = holds.checked_reason(purposes.said_in_form())
        with current.services().database.transaction() as tx:
            changed = retention.save(tx, current.actor(), wanted, reason=reason)
    except TiplineError as fault:
        return _page(fault, wanted=wanted if fault.code == "hold:reason-needed" else None)
    said = gettext("The rules are in force. What falls due is listed tonight.")
    notices.keep(Notice(said if changed else gettext("Nothing had to be changed.")))
    return redirect(HERE, 303)


@blueprint.post("/retention/clock")
@guard.staff("erasure:approve")
@guard.fresh
def confirm_clock() -> ResponseReturnValue:
    """A person says that the station's clock is right."""
    with current.services().database.transaction() as tx:
        leaps.confirm(tx, current.actor())
    notices.keep(Notice(gettext("The clock counts as right again. What waits, waits its days anew.")))
    return redirect(HERE, 303)


def _typed() -> Rules:
    """Days of each category; raises with the fault beside each field."""
    wanted: Rules = {}
    fault: TiplineError | None = None
    for one in categories.CATEGORIES:
        try:
            wanted[one.code] = retention.read_days(request.form.get(one.code, ""))
        except TiplineError as unclear:
            fields = {**(fault.fields if fault else {}), one.code: unclear.code}
            fault = TiplineError(unclear.code, fields=fields, **unclear.values)
    if fault:
        raise fault
    return wanted


def _page(fault: TiplineError | None = None, wanted: Rules | None = None) -> Response:
    """`wanted` are rules to look at before they are saved."""
    asked = purposes.refused("retention", fault) if fault else purposes.prompt("retention")
    with current.services().database.reading() as tx:
        rules, classes = retention.rules_of(tx), retention.list_classes(tx)
        shown = {
            code: str(days or "") if code in classes else str(retention.PROPOSED.get(code) or "")
            for code, days in (wanted or rules).items()
        }
        if wanted is not None:
            shown = {code: str(days or "") for code, days in wanted.items()}
        leap = leaps.find_open(tx)
        return tabs.show(
            "retention", fault=fault, categories=categories.CATEGORIES, classes=classes, rules=rules,
            days={**shown, **{one: request.form[one] for one in shown if fault and one in request.form}},
            wanted=wanted, preview=forecasting.forecast(tx, rules if wanted is None else wanted),
            leap=leap, leap_days=abs(leap.facts()["days"]) if leap else 0,
            last_round=leaps.last_round(tx), asked=asked, notice=notices.take(),
        )  # fmt: skip
