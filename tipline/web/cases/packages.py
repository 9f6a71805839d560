"""Handing a case over: what goes into a package, for whom, why; how far each is; all that were made."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from tipline import i18n
from tipline.db import Transaction
from tipline.domain import packages, packing_options
from tipline.domain.cases import Case
from tipline.domain.packages import Package
from tipline.errors import N_
from tipline.web import current, guard, packed, purposes
from tipline.web.api.packages import sentence_of
from tipline.web.cases import blueprint, frame
from tipline.web.cases.doing import act
from tipline.web.purposes import Prompt
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext
from tipline.web.review.words import Word

STATES = {
    "queued": Word(N_("Waits for its turn"), "clock", "waiting"),
    "running": Word(N_("Is being made"), "refresh", "waiting"),
    "done": Word(N_("Ready"), "shield-check", "used"),
    "failed": Word(N_("Could not be made"), "alert-triangle", "refused"),
    "expired": Word(N_("Expired, file deleted"), "clock", "idle"),
    "removed": Word(N_("Removed, file deleted"), "trash", "idle"),
}


class Part(NamedTuple):
    """One thing that may go in."""

    name: str
    word: str
    more: str


PARTS = (
    Part(
        "originals", N_("Originals"),
        N_("not one byte changed, each read again and compared while it is packed"),
    ),
    Part(
        "redacted", N_("Covered copies"),
        N_("only those that somebody looked at in full; without originals: instead of them"),
    ),
    Part("sheets", N_("Contact sheets"), N_("all keyframes of a film on one picture")),
    Part("keyframes", N_("Keyframes"), N_("each picture by itself")),
    Part("exports", N_("Stills and clips"), N_("what officers exported from these files")),
    Part("copies", N_("Browser copies"), N_("films that play anywhere; they can be large")),
    Part("report", N_("Report (PDF)"), N_("list of evidence with integrity values, timeline, lines to sign")),
)  # fmt: skip


@blueprint.get("/desk/cases/<number>/packages")
@guard.staff("case:read")
def package_tab(number: str) -> ResponseReturnValue:
    return show(number)


def show(number: str, **refusal: Any) -> ResponseReturnValue:
    failed = refusal.get("failed")
    asked = purposes.prompt("package", faults=failed.faults if failed else None)
    return frame.show(number, "packages", "cases/packages.html", partial(_offered, asked), **refusal)


def _offered(asked: Prompt, tx: Transaction, row: Case) -> dict[str, Any]:
    return {
        "asked": asked,
        **_listed(tx, row),
        "parts": PARTS,
        "chosen": request.form.getlist("parts") or list(packing_options.USUAL),
        "languages": i18n.NAMES,
        "spoken": request.form.get("language") or current.locale(),
        "kept_days": current.settings().package_days,
    }


def _listed(tx: Transaction, row: Case) -> dict[str, Any]:
    found = packages.list_of(tx, row)
    return {
        "packages": found,
        "going": any(one.is_under_way for one in found),
        "package_states": STATES,
        "sentence_of": sentence_of,
        "part_words": {one.name: one.word for one in PARTS},
    }


@blueprint.get("/desk/cases/<number>/packages/live")
@guard.staff("case:read")
def package_list(number: str) -> ResponseReturnValue:
    """The list alone, asked for while one is being made."""
    with current.services().database.reading() as tx:
        row = frame.read(tx, number)
        return render_template(
            "cases/packages_list.html", **frame.gather(tx, row, "packages"), **_listed(tx, row)
        )


@blueprint.post("/desk/cases/<number>/packages")
@guard.staff("package:make")
@guard.fresh
@act("package", show, "/packages")
def ask_package(tx: Transaction, case: Case) -> Notice:
    form = request.form
    wanted = packing_options.of_parts(
        form.getlist("parts"), language=form.get("language", ""), recipient=form.get("recipient", "")
    )
    reason = purposes.of_form(tx).reason
    packages.ask(tx, current.services().bell, current.actor(), case, wanted, reason)
    return Notice(gettext("The package is being made. You may leave this page; it goes on."))


@blueprint.post("/desk/cases/<number>/packages/<package_id>/remove")
@guard.staff("package:make")
@act("package", show, "/packages")
def remove_package(tx: Transaction, case: Case, package_id: str) -> Notice:
    row = _mine(tx, case, package_id)
    was_going = row.is_under_way
    packed.remove(tx, row)
    return Notice(
        gettext("Making it was stopped.") if was_going else gettext("The package's file was deleted.")
    )


@blueprint.post("/desk/cases/<number>/packages/<package_id>/retry")
@guard.staff("package:make")
@act("package", show, "/packages")
def retry_package(tx: Transaction, case: Case, package_id: str) -> Notice:
    packages.retry(tx, current.services().bell, current.actor(), _mine(tx, case, package_id))
    return Notice(gettext("The package is being made. You may leave this page; it goes on."))


@blueprint.get("/desk/cases/<number>/packages/<package_id>/download")
@guard.staff("package:make")
def download_package(number: str, package_id: str) -> Response:
    """The zip; a download that broke off goes on where it was."""
    with current.services().database.reading() as tx:
        packages.read_of_case(tx, frame.read(tx, number), package_id)
    return packed.send(package_id)


def _mine(tx: Transaction, case: Case, package_id: str) -> Package:
    return packages.read_of_case(tx, case, package_id)
