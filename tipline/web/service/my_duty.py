"""My duty: who is on now on each beat, my shifts of a week, and my being away, which I tell myself."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from tipline.domain import absences, accounts, beats, clock, duties
from tipline.errors import TiplineError
from tipline.web import current, errors, guard
from tipline.web.admin import rota
from tipline.web.review import notices, words
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext
from tipline.web.service import blueprint

HERE = "/desk/duty"


@blueprint.get(HERE)
@guard.staff("tip:act")
def show_duty() -> ResponseReturnValue:
    """`?week=` shows the week of another day."""
    return _page()


@blueprint.post(f"{HERE}/absences")
@guard.staff("tip:act")
def add_absence() -> ResponseReturnValue:
    form, me = request.form, current.staff()
    try:
        since, until = rota.moment("since"), rota.moment("until")
        with current.services().database.transaction() as tx:
            absences.add(
                tx, me.actor, me, since=since, until=until, stand_in=form.get("stand_in", ""),
                words=form.get("words", ""),
            )  # fmt: skip
    except TiplineError as fault:
        return _page(fault)
    notices.keep(Notice(gettext("You are away then. The rota follows it by itself.")))
    return redirect(HERE, 303)


@blueprint.post(f"{HERE}/absences/<int:number>/end")
@guard.staff("tip:act")
def end_absence(number: int) -> ResponseReturnValue:
    with current.services().database.transaction() as tx:
        absences.end(tx, current.staff().actor, absences.read_absence(tx, number))
    notices.keep(Notice(gettext("The absence is over. You stand in the rota again.")))
    return redirect(HERE, 303)


def _page(fault: TiplineError | None = None) -> Response:
    me, now = current.staff(), clock.now()
    faults = (
        {name: errors.field_sentence(code, fault) for name, code in fault.fields.items()} if fault else {}
    )
    with current.services().database.reading() as tx:
        mine = duties.list_of_person(tx, me.id)
        shown = rota.week(tx, mine)
        page = render_template(
            "service/duty.html", mine=mine, week=shown, heads=rota.heads(shown), rota=rota,
            around=rota.around(shown), beats=beats.list_beats(tx), parts=words.DUTY,
            chains=duties.chains(tx, now, current.zone()),
            on_call=duties.chain(tx, None, now, current.zone()), able=rota.able(tx),
            away=absences.list_open(tx, me.id), notice=notices.take(), faults=faults, typed=request.form,
            people={one.id: one for one in accounts.list_accounts(tx)},
            message=errors.sentence(fault) if fault else "",
        )  # fmt: skip
    return make_response(page, errors.status_of(fault) if fault else 200)
