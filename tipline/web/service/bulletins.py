"""The desk's bulletins: lists by how they stand, the editor with its phone, one with what came of it."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import acts, bulletins, cases, posting, reads, stills
from tipline.domain.cases import Case
from tipline.domain.posting import Said
from tipline.errors import TiplineError
from tipline.web import bulletin_words, current, errors, guard
from tipline.web.cases.refused import Failed
from tipline.web.community import bulletin_poster
from tipline.web.community.bulletins import names_of, send_picture
from tipline.web.review import notices
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext
from tipline.web.service import blueprint, bulletin_view
from tipline.web.service.bulletin_view import BASE, TABS

FORM = "bulletin"


@blueprint.get(BASE)
@guard.staff("bulletin:read")
def desk_bulletins() -> ResponseReturnValue:
    actor = current.actor()
    with current.services().database.reading() as tx:
        counts = bulletins.count_by_state(tx, actor)
        state = request.args.get("state", "")
        if state not in TABS:
            state = next((one for one in TABS if counts[one] and one != bulletins.DISCARDED), TABS[0])
        before = request.args.get("before", "")
        number = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
        rows = bulletins.list_desk(tx, actor, state, before=number, limit=bulletins.A_PAGE + 1)
        shown = rows[: bulletins.A_PAGE]
        return render_template(
            "service/bulletins.html", rows=shown, state=state, tabs=TABS, counts=counts, names=names_of(tx),
            kinds=bulletin_words.KIND, states=bulletin_words.STATE, reads=reads.totals(tx, shown),
            tips=posting.count_tips(tx, shown), notice=notices.take(),
            older=shown[-1].id if len(rows) > len(shown) else None,
        )  # fmt: skip


@blueprint.get(f"{BASE}/new")
@guard.staff("bulletin:draft")
def new_bulletin() -> ResponseReturnValue:
    """An empty form, or one that begins from a template or a case."""
    with current.services().database.reading() as tx:
        shown, case = bulletin_view.prefilled(tx)
        return bulletin_view.editor(tx, None, shown, case=case)


@blueprint.post(BASE)
@guard.staff("bulletin:draft")
def add_bulletin() -> ResponseReturnValue:
    number = request.form.get("case", "").strip()
    try:
        with current.services().database.transaction() as tx:
            case = _case(tx, number)
            row = posting.draft(tx, current.actor(), _said(), case)
    except TiplineError as fault:
        with current.services().database.reading() as tx:
            page = bulletin_view.editor(
                tx, None, bulletin_view.shown_of_form(), case=_case(tx, number), **_refused(fault)
            )
        return make_response(page, errors.status_of(fault))
    notices.keep(Notice(gettext("Draft kept. Residents do not see it.")))
    then = "/edit" if row.kind == bulletins.APPEAL else ""
    return redirect(f"{BASE}/{row.handle}{then}", 303)


@blueprint.post(f"{BASE}/preview")
@guard.staff("bulletin:draft")
def preview_bulletin() -> ResponseReturnValue:
    """What stands in the fields as residents would read it; nothing is kept."""
    shown = bulletin_view.shown_of_form()
    with current.services().database.reading() as tx:
        handle = request.form.get("handle", "")
        row = bulletin_view.read(tx, handle) if handle else None
        pictures = [one for one in stills.list_of(tx, row) if one.picture] if row else []
        return render_template(
            "community/bulletin_article.html", row=shown, word=bulletin_words.KIND[shown.kind],
            names=names_of(tx), stills=pictures if shown.kind == bulletins.APPEAL else [],
            picture_of=lambda one: f"{BASE}/{handle}/stills/{one.row.id}",
        )  # fmt: skip


@blueprint.get(f"{BASE}/<handle>")
@guard.staff("bulletin:read")
def desk_bulletin(handle: str) -> ResponseReturnValue:
    with current.services().database.reading() as tx:
        return bulletin_view.page(tx, bulletin_view.read(tx, handle))


@blueprint.get(f"{BASE}/<handle>/edit")
@guard.staff("bulletin:draft")
def edit_bulletin(handle: str) -> ResponseReturnValue:
    with current.services().database.reading() as tx:
        row = bulletin_view.read(tx, handle)
        posting.require_editable(current.actor(), row)
        return bulletin_view.editor(tx, row, bulletin_view.shown_of(row))


@blueprint.post(f"{BASE}/<handle>")
@guard.staff("bulletin:draft")
def save_bulletin(handle: str) -> ResponseReturnValue:
    """New words; of what residents read already that is a correction."""
    revision = bulletin_view.revision_typed()
    try:
        with current.services().database.transaction() as tx:
            row = bulletin_view.read(tx, handle)
            changed = posting.edit(tx, current.actor(), row, _said(), revision=revision)
            is_read, act = bulletins.state_of(row) == bulletins.PUBLISHED, acts.recorded(tx)
    except TiplineError as fault:
        if fault.code == "bulletin:not-found":
            raise
        with current.services().database.reading() as tx:
            row = bulletin_view.read(tx, handle)
            page = bulletin_view.editor(tx, row, bulletin_view.shown_of_form(), **_refused(fault))
        return make_response(page, errors.status_of(fault))
    if changed:
        words = gettext("Corrected. The page says so and when.") if is_read else gettext("Saved.")
        notices.keep(Notice(words, act=act.id if act else None))
    return redirect(f"{BASE}/{handle}", 303)


@blueprint.get(f"{BASE}/<handle>/stills/<int:number>")
@guard.staff("bulletin:read")
def desk_still(handle: str, number: int) -> Response:
    """A still as it will be shown, for whoever may see the file it is from."""
    with current.services().database.reading() as tx:
        row = bulletin_view.read(tx, handle)
        found = next((one for one in stills.list_of(tx, row) if one.row.id == number), None)
        if found is None or found.picture is None:
            raise TiplineError("bulletin:still-not-found")
        return send_picture(found.picture)


@blueprint.get(f"{BASE}/<handle>/poster.pdf")
@guard.staff("bulletin:read")
def desk_poster(handle: str) -> ResponseReturnValue:
    """The poster before anybody outside sees it."""
    with current.services().database.reading() as tx:
        row = bulletin_view.read(tx, handle)
        shown = [one for one in stills.list_of(tx, row) if one.picture]
        page = bulletin_poster.sheet(row, shown[: bulletin_poster.MOST_ON_PAPER], names_of(tx))
    return bulletin_poster.paper(row, page)


def _said() -> Said:
    form = request.form
    return Said(form.get("kind", ""), form.get("title", ""), form.get("text", ""), form.get("beat", ""))


def _case(tx: Transaction, number: str) -> Case | None:
    return cases.read_case(tx, number, current.actor()) if number else None


def _refused(fault: TiplineError) -> dict[str, Any]:
    return {"failed": Failed.of(FORM, fault), "notice": Notice(errors.sentence(fault), is_fault=True)}
