"""The rota: who is on call for the station, lines of beats, who is away. A beat's grid is on its page."""

from __future__ import annotations

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from tipline.domain import absences, accounts, acts, beats, clock, duties
from tipline.domain.duties import ON_CALL
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.accounts import places
from tipline.web.admin import beat_pages, blueprint, rota, tabs
from tipline.web.review import notices, words
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext

HERE = "/desk/admin/duty"


@blueprint.get("/duty")
@guard.staff("duty:manage")
def show_duty() -> ResponseReturnValue:
    return page()


@blueprint.post("/duty")
@guard.staff("duty:manage")
def add_duty() -> ResponseReturnValue:
    """A line more, of the beat the form names or of the station."""
    beat = request.form.get("beat") or None
    try:
        with current.services().database.transaction() as tx:
            part = ON_CALL if beat is None else request.form.get("part", "")
            duties.add(tx, current.actor(), rota.said(beat, part))
            act = acts.recorded(tx)
    except TiplineError as fault:
        return _again(fault, beat, "new")
    notices.keep(Notice(gettext("The rota has one line more."), act=act.id if act else None))
    return redirect(places.safe(_place(beat)), 303)


@blueprint.post("/duty/<int:number>")
@guard.staff("duty:manage")
def change_duty(number: int) -> ResponseReturnValue:
    with current.services().database.reading() as tx:
        beat = duties.read_duty(tx, number).beat
    try:
        with current.services().database.transaction() as tx:
            row = duties.read_duty(tx, number)
            part = ON_CALL if row.beat is None else request.form.get("part", row.part)
            duties.change(tx, current.actor(), row, rota.said(row.beat, part))
            act = acts.recorded(tx)
    except TiplineError as fault:
        return _again(fault, beat, str(number))
    notices.keep(Notice(gettext("The line of the rota is changed."), act=act.id if act else None))
    return redirect(_place(beat), 303)


@blueprint.post("/duty/<int:number>/remove")
@guard.staff("duty:manage")
def remove_duty(number: int) -> ResponseReturnValue:
    with current.services().database.transaction() as tx:
        row = duties.read_duty(tx, number)
        beat = row.beat
        duties.remove(tx, current.actor(), row)
        act = acts.recorded(tx)
    notices.keep(Notice(gettext("The line is taken out of the rota."), act=act.id if act else None))
    return redirect(_place(beat), 303)


@blueprint.post("/duty/absences")
@guard.staff("duty:manage")
def add_absence() -> ResponseReturnValue:
    """Somebody is away; told for them."""
    form = request.form
    try:
        since, until = rota.moment("since"), rota.moment("until")
        with current.services().database.transaction() as tx:
            account = duties.read_person(tx, form.get("person", ""), "person")
            absences.add(
                tx, current.actor(), account, since=since, until=until,
                stand_in=form.get("stand_in", ""), words=form.get("words", ""),
            )  # fmt: skip
    except TiplineError as fault:
        return page(fault, failed="away")
    notices.keep(Notice(gettext("The absence is told. The rota follows it by itself.")))
    return redirect(f"{HERE}#away-title", 303)


@blueprint.post("/duty/absences/<int:number>/end")
@guard.staff("duty:manage")
def end_absence(number: int) -> ResponseReturnValue:
    with current.services().database.transaction() as tx:
        absences.end(tx, current.actor(), absences.read_absence(tx, number))
    notices.keep(Notice(gettext("The absence is over.")))
    return redirect(f"{HERE}#away-title", 303)


def page(fault: TiplineError | None = None, *, failed: str = "") -> Response:
    """On call, every beat at a glance, absences."""
    with current.services().database.reading() as tx:
        lines = duties.list_of(tx, None)
        shown = rota.week(tx, lines)
        away = absences.list_open(tx)
        known = beats.list_beats(tx)
        chains = duties.chains(tx, clock.now(), current.zone())
        people = {one.id: one for one in accounts.list_accounts(tx)}
        return tabs.show(
            "duty", fault=fault, failed=failed, typed=request.form, notice=notices.take(), beats=known,
            chains=chains, people=people, lines=lines, week=shown, heads=rota.heads(shown),
            around=rota.around(shown), able=rota.able(tx), away=away, rota=rota, parts=words.DUTY,
            on_call=duties.chain(tx, None, clock.now(), current.zone()).on_call,
        )  # fmt: skip


def _place(beat: str | None) -> str:
    return f"/desk/admin/beats/{beat}" if beat else HERE


def _again(fault: TiplineError, beat: str | None, failed: str) -> Response:
    if fault.code == "tip:beat-unknown":
        raise fault
    return beat_pages.page(beat, fault, failed=failed) if beat else page(fault, failed=failed)
