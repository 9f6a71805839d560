"""The directory of partners, a beat at a time: add, correct, switch off and on, bring in a list.

Beside them stand the services that residents are sent to when something is not for the police.
"""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from tipline.domain import beats, partners
from tipline.domain.brought import Brought
from tipline.domain.partners import Described, Partner
from tipline.errors import N_, TiplineError
from tipline.web import current, errors, guard
from tipline.web.admin import bringing, tabs
from tipline.web.service import blueprint

HERE = "/desk/partners"
DONE = {
    "added": N_("%(name)s is in the directory."),
    "changed": N_("%(name)s is corrected. Links that are under way go on."),
    "off": N_("%(name)s is switched off: nobody is referred to it any more. Links that are under way go on."),
    "on": N_("%(name)s is in use again."),
}


@blueprint.get("/desk/partners")
@guard.staff("partner:manage")
def partner_list() -> ResponseReturnValue:
    """`beat` and `q` narrow the list."""
    return _page()


@blueprint.post("/desk/partners")
@guard.staff("partner:manage")
def add_partner() -> ResponseReturnValue:
    try:
        with current.services().database.transaction() as tx:
            made = partners.add(tx, current.actor(), _described())
    except TiplineError as fault:
        return _page(fault)
    return _done("added", made.id)


@blueprint.post("/desk/partners/<int:partner_id>")
@guard.staff("partner:manage")
def change_partner(partner_id: int) -> ResponseReturnValue:
    try:
        with current.services().database.transaction() as tx:
            partner = partners.read_partner(tx, partner_id)
            partners.change(tx, current.actor(), partner, _described())
    except TiplineError as fault:
        if fault.code == "partner:not-found":
            raise
        return _page(bringing.of_line(fault, partner_id), failed=partner_id)
    return _done("changed", partner_id)


@blueprint.post("/desk/partners/<int:partner_id>/off")
@guard.staff("partner:manage")
def switch_partner_off(partner_id: int) -> ResponseReturnValue:
    return _switch(partner_id, active=False)


@blueprint.post("/desk/partners/<int:partner_id>/on")
@guard.staff("partner:manage")
def switch_partner_on(partner_id: int) -> ResponseReturnValue:
    return _switch(partner_id, active=True)


@blueprint.post("/desk/partners/list")
@guard.staff("partner:manage")
def bring_partners_in() -> ResponseReturnValue:
    """A CSV file, or the same lines typed or pasted."""
    try:
        table = bringing.table("partner:list-empty")
        with current.services().database.transaction() as tx:
            brought = partners.bring_in(tx, current.actor(), table)
    except TiplineError as fault:
        return _page(fault)
    return _page(brought=brought)


def _switch(partner_id: int, *, active: bool) -> ResponseReturnValue:
    with current.services().database.transaction() as tx:
        partners.set_active(tx, current.actor(), partners.read_partner(tx, partner_id), active)
    return _done("on" if active else "off", partner_id)


def _done(what: str, partner_id: int) -> Response:
    args = request.args
    query = {"done": what, "id": partner_id, "beat": args.get("beat", ""), "q": args.get("q", "")}
    shown = urlencode({name: value for name, value in query.items() if value})
    return redirect(f"{HERE}?{shown}", 303)  # type: ignore[return-value]


def _described() -> Described:
    form = request.form
    return Described(*(form.get(name, "") for name in ("kind", "name", "phone", "beat", "words")))


def _page(
    fault: TiplineError | None = None, *, failed: int = 0, brought: Brought[Partner] | None = None
) -> Response:
    args = request.args
    words, beat, named = args.get("q", "").strip()[:100], args.get("beat", ""), args.get("id", "")
    with current.services().database.reading() as tx:
        found = partners.list_partners(tx, beat=beat, words=words)
        done = next((one for one in found if str(one.id) == named), None)
        return tabs.show(
            "partners", fault=fault, here=HERE, words=words, beat=beat, failed=failed, typed=request.form,
            asked=[one for one in found if one.kind != partners.PUBLIC],
            services=[one for one in found if one.kind == partners.PUBLIC],
            kinds=partners.KINDS, beats=beats.list_beats(tx), named=done, brought=brought,
            done=DONE.get(args.get("done", "")) if done else None,
            refused=[(number, errors.sentence(one)) for number, one in brought.refused] if brought else [],
        )  # fmt: skip
