"""Shops: add, correct, switch off and on, bring in a list. Their posters are in `posters`."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import beats, shops, triage
from tipline.domain.brought import Brought
from tipline.domain.shops import Described, Shop
from tipline.errors import N_, TiplineError
from tipline.web import current, errors, guard
from tipline.web.admin import blueprint, bringing, tabs

HERE = "/desk/admin/shops"
MOST_SHOWN = 500
DONE = {
    "added": N_("%(name)s is in the list. Its poster is ready to be printed."),
    "changed": N_("%(name)s is corrected. Posters that hang already go on working."),
    "off": N_("The poster of %(name)s fills in nothing any more. Tips that came by it stay as they are."),
    "on": N_("The poster of %(name)s works again."),
}


@blueprint.get("/shops")
@guard.staff("shop:manage")
def list_shops() -> ResponseReturnValue:
    """`q` narrows the list; `edit` opens the form of one shop."""
    return _page()


@blueprint.post("/shops")
@guard.staff("shop:manage")
def add_shop() -> ResponseReturnValue:
    try:
        with current.services().database.transaction() as tx:
            shop = shops.add(tx, current.actor(), _described())
    except TiplineError as fault:
        return _page(fault)
    return _done("added", shop.code)


@blueprint.post("/shops/<code>")
@guard.staff("shop:manage")
def change_shop(code: str) -> ResponseReturnValue:
    try:
        with current.services().database.transaction() as tx:
            shops.change(tx, current.actor(), shops.read_shop(tx, code), _described())
    except TiplineError as fault:
        if fault.code == "shop:unknown":
            raise
        return _page(bringing.of_line(fault, code), failed=code)
    return _done("changed", code)


@blueprint.post("/shops/<code>/off")
@guard.staff("shop:manage")
def switch_off(code: str) -> ResponseReturnValue:
    return _switch(code, active=False)


@blueprint.post("/shops/<code>/on")
@guard.staff("shop:manage")
def switch_on(code: str) -> ResponseReturnValue:
    return _switch(code, active=True)


@blueprint.post("/shops/list")
@guard.staff("shop:manage")
def bring_in() -> ResponseReturnValue:
    """A CSV file, or the same lines typed or pasted."""
    try:
        table = bringing.table("shop:list-empty")
        with current.services().database.transaction() as tx:
            brought = shops.bring_in(tx, current.actor(), table)
    except TiplineError as fault:
        return _page(fault)
    return _page(brought=brought)


def _switch(code: str, *, active: bool) -> ResponseReturnValue:
    with current.services().database.transaction() as tx:
        shops.set_active(tx, current.actor(), shops.read_shop(tx, code), active)
    return _done("on" if active else "off", code)


def _done(what: str, code: str) -> Response:
    query = {"done": what, "code": code, "q": request.args.get("q", "")}
    return redirect(f"{HERE}?{urlencode({name: value for name, value in query.items() if value})}", 303)  # type: ignore[return-value]


def _described() -> Described:
    form = request.form
    return Described(
        form.get("name", ""), form.get("place", ""), form.get("beat", ""),
        _degrees(form.get("lat", "")), _degrees(form.get("lon", "")),
    )  # fmt: skip


def _degrees(typed: str) -> float | None:
    typed = typed.strip().replace("，", ".")
    try:
        return float(typed) if typed else None
    except ValueError:
        raise TiplineError("tip:place-unclear", fields={"lat": "tip:place-unclear"}) from None


def _page(
    fault: TiplineError | None = None, *, failed: str = "", brought: Brought[Shop] | None = None
) -> Response:
    words = request.args.get("q", "").strip()[:100]
    with current.services().database.reading() as tx:
        found = shops.list_shops(tx, words=words, limit=MOST_SHOWN + 1)
        named = _told_of(tx)
        return tabs.show(
            "shops", fault=fault, shops=found[:MOST_SHOWN], is_cut=len(found) > MOST_SHOWN, words=words,
            beats=beats.list_beats(tx), tips=triage.count_by_shop(tx), failed=failed, typed=request.form,
            done=DONE.get(request.args.get("done", "")) if named else None, named=named, brought=brought,
            refused=[(number, errors.sentence(one)) for number, one in brought.refused] if brought else [],
            address=current.settings().base_url, is_public=bool(current.settings().public_url),
        )  # fmt: skip


def _told_of(tx: Transaction) -> Shop | None:
    """Only a shop that exists is told back: the address of a page is anybody's to write."""
    code = request.args.get("code", "")
    return shops.find_shop(tx, code) if code else None
