"""Report in four steps: what and when, files, check, receipt. Each is a form of its own on the server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from tipline.domain import beats, categories, contacts
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, guard, limiting
from tipline.web.intake import answering, blueprint, opening, pages, posters, taking, telling, visit
from tipline.web.intake.answers import Answers
from tipline.web.intake.taking import Terms


@blueprint.get("/")
@blueprint.get("/report")
@guard.public
def show_what() -> ResponseReturnValue:
    """Step 1: what, when, where. A draft of this browser is shown as it was left."""
    tip = visit.find_tip()
    told = telling.tell(tip) if tip else None
    if tip and tip.state == "draft":
        with current.services().database.reading() as tx:
            answers = Answers.of_tip(tip, contact_kept=contacts.is_given(tx, tip.id))
            answers.bulletin = answering.of_draft(tx, tip)
    else:
        answers = Answers(place=request.args.get("place", ""), beat=request.args.get("beat", ""))
    posters.scan(answers)
    answering.scan(answers)
    return pages.what(answers, {}, told=told)


@blueprint.post("/report/what")
@guard.public
def save_what() -> ResponseReturnValue:
    answers = Answers.of_form(request.form)
    tip = visit.find_tip()
    if tip and tip.state == "draft":
        with current.services().database.reading() as tx:
            answers.contact_kept = contacts.is_given(tx, tip.id)
    try:
        visit.require_own_form(request.form.get("csrf_token"))
        posters.settle(answers)
        report = answers.report()
        if tip and tip.state == "draft":
            limiting.spend_words(tip.reference)
            opening.correct(tip, report)
        else:
            limiting.spend(limiting.TIPS)
            opened = opening.open_tip(report, door="web")
            visit.begin(opened.token, opened.code)
    except TiplineError as fault:
        page = pages.what(answers, pages.faults_of(fault), told=telling.tell(tip) if tip else None)
        return pages.refusal(page, fault)
    return redirect(url_for("intake.show_check" if request.form.get("back") else "intake.show_files"), 303)


@blueprint.post("/report/new")
@guard.public
def start_anew() -> ResponseReturnValue:
    """Leave what this browser visits and begin with an empty form."""
    visit.leave()
    shop, bulletin = (request.form.get(name) or None for name in ("shop", "bulletin"))
    return redirect(url_for("intake.show_what", shop=shop, bulletin=bulletin), 303)


@blueprint.get("/report/files")
@guard.public
def show_files() -> ResponseReturnValue:
    """Step 2."""
    tip = _draft()
    if tip is None:
        return _elsewhere()
    return files_page(tip, {})


@blueprint.post("/report/files")
@guard.reporter
def send_files() -> ResponseReturnValue:
    """Files without JavaScript."""
    return receive_form(files_page, "intake.show_files")


@blueprint.post("/report/files/remove")
@guard.reporter
def remove_file() -> ResponseReturnValue:
    """Take back a file that was never finished."""
    tip = current.reporter_tip()
    current.services().receiver.remove(request.form.get("upload", ""), tip.id)
    return redirect(url_for("intake.show_files" if tip.state == "draft" else "intake.show_status"), 303)


@blueprint.get("/report/check")
@guard.public
def show_check() -> ResponseReturnValue:
    """Step 3."""
    tip = _draft()
    return _check(tip, {}) if tip else _elsewhere()


@blueprint.post("/report/check")
@guard.public
def submit() -> ResponseReturnValue:
    tip = _draft()
    if tip is None:
        return _elsewhere()
    if telling.tell(tip).is_empty:
        return _check(tip, {"text": pages.sentence("tip:empty")}), 422
    if not request.form.get("confirm"):
        return _check(tip, {"confirm": pages.sentence("tip:confirm-needed")}), 422
    opening.submit(tip)
    return redirect(url_for("intake.show_receipt"), 303)


@blueprint.get("/report/receipt")
@guard.public
def show_receipt() -> ResponseReturnValue:
    """Step 4, as long as the reporter has not said that the code is kept."""
    tip = visit.find_tip()
    if tip is None or tip.state == "draft" or not visit.code():
        return _elsewhere()
    return pages.receipt(telling.tell(tip))


@blueprint.post("/report/kept")
@guard.reporter
def keep_code() -> ResponseReturnValue:
    """The reporter has the code; this browser forgets it."""
    visit.forget_code()
    return redirect(url_for("intake.show_status"), 303)


def receive_form(page: Callable[[Tip, pages.Faults], str], done: str) -> ResponseReturnValue:
    """Take a form's files into the visited tip; then to `done`, or to the page with what was not taken."""
    tip = current.reporter_tip()
    limiting.spend(limiting.FORMS)
    return receive_into(tip, page, url_for(done))


def receive_into(
    tip: Tip, page: Callable[[Tip, pages.Faults], str], address: str, *, sent_by_id: int | None = None
) -> ResponseReturnValue:
    """The same for whoever may send files into this tip; then to `address`."""

    def owner(fields: dict[str, str]) -> Tip:
        visit.require_own_form(fields.get("csrf_token"))
        return tip

    taken = taking.take_form(owner, Terms(sent_by_id=sent_by_id))
    visit.require_own_form(taken.fields.get("csrf_token"))
    faults = pages.faults_of_files(taken.refused)
    if taken.ended:
        told = " ".join([pages.sentence(taken.ended.code), *faults.values()])
        return pages.refusal(page(tip, {"file": told}), taken.ended)
    if not taken.received and not faults:
        faults = {"file": pages.sentence("upload:no-file")}
    if faults:
        return page(tip, faults), 422
    return redirect(address, 303)


def files_of(tip: Tip) -> dict[str, Any]:
    """What a page with files shows."""
    told = telling.tell(tip)
    return {"told": told, "script_files": pages.script_files(told), "code": visit.code()}


def files_page(tip: Tip, faults: pages.Faults, said: Mapping[str, str] | None = None) -> str:
    """Step 2, with what was typed and not taken."""
    return pages.render("files", faults=faults, said=said or {}, **files_of(tip))


def _check(tip: Tip, faults: pages.Faults) -> str:
    with current.services().database.reading() as tx:
        has_contact = contacts.is_given(tx, tip.id)
        beat = beats.read_beat(tx, tip.beat).name if tip.beat else ""
    category = categories.read_category(tip.category)
    return pages.render(
        "check", has_contact=has_contact, beat=beat, category=category, faults=faults, **files_of(tip)
    )


def _draft() -> Tip | None:
    tip = visit.find_tip()
    return tip if tip and tip.state == "draft" else None


def _elsewhere() -> ResponseReturnValue:
    """No draft here: to the tip that was handed in, or to the door where the code is asked for."""
    return redirect(url_for("intake.show_status"), 303)
