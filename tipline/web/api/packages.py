"""Packages for programs of the desk: ask, watch, fetch, remove."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from tipline import failures
from tipline.db import Transaction
from tipline.domain import accounts, cases, packages, packing_options
from tipline.domain.cases import Case
from tipline.domain.packages import Package
from tipline.errors import CATALOGUE
from tipline.web import current, guard, packed, purposes
from tipline.web.api.package_models import PackageAsked, PackageList, PackageTold
from tipline.web.requests import body_may_lack
from tipline.web.review.saying import gettext

blueprint = APIBlueprint("api_packages", __name__, url_prefix="/api/v1", tag="Packages")
PIECES = {200: "The zip.", 206: "One range of it.", 416: "No byte of the file lies in that range."}


@blueprint.post("/cases/<number>/packages")
@guard.staff("package:make")
@body_may_lack
@blueprint.input(PackageAsked, arg_name="asked")
@blueprint.output(PackageTold, 202)
def ask_package(number: str, asked: PackageAsked) -> Any:
    """Have all of a case packed into one file that anybody can verify; there when its state is `done`."""
    services = current.services()
    wanted = packing_options.of_parts(
        asked.parts, language=asked.language or current.locale(), recipient=asked.recipient
    )
    with services.database.transaction() as tx:
        case = cases.read_case(tx, number, current.actor())
        reason = purposes.of_program(asked.reason)
        if asked.reason is None and not reason:
            reason = gettext(packages.UNSAID)
        row = packages.ask(tx, services.bell, current.actor(), case, wanted, reason)
        return _told(tx, row, case), 202, {"Location": f"/api/v1/packages/{row.id}"}


@blueprint.get("/cases/<number>/packages")
@guard.staff("package:make")
@blueprint.output(PackageList)
def list_packages(number: str) -> dict[str, Any]:
    """All that were ever made of a case."""
    with current.services().database.reading() as tx:
        case = cases.read_case(tx, number, current.actor())
        return {"items": [_told(tx, one, case) for one in packages.list_of(tx, case)]}


@blueprint.get("/packages/<package_id>")
@guard.staff("package:make")
@blueprint.output(PackageTold)
def get_package(package_id: str) -> dict[str, Any]:
    """Where one stands."""
    with current.services().database.reading() as tx:
        return _told(tx, *packages.read_package(tx, package_id, current.actor()))


@blueprint.get("/packages/<package_id>/download")
@guard.staff("package:make")
@blueprint.doc(responses=PIECES)
def download_package(package_id: str) -> Response:
    """The zip, a BagIt bag. Range and ETag are honoured; each download stands in the log."""
    return packed.send(package_id)


@blueprint.delete("/packages/<package_id>")
@guard.staff("package:make")
@blueprint.output({}, 204)
def delete_package(package_id: str) -> str:
    """Delete its file, or stop its making. What the log says of it stays."""
    with current.services().database.transaction() as tx:
        row, _case = packages.read_package(tx, package_id, current.actor())
        packed.remove(tx, row)
    return ""


def _told(tx: Transaction, row: Package, case: Case) -> dict[str, Any]:
    names = (
        "id", "state", "progress", "failure", "reason", "created_at", "finished_at", "expires_at", "name",
        "size", "sha256", "head",
    )  # fmt: skip
    people = accounts.names(tx, {row.author_id})
    return {
        **{name: getattr(row, name) for name in names},
        "case": case.number,
        "failure_text": sentence_of(row.failure),
        "parts": row.wanted.parts,
        "recipient": row.wanted.recipient,
        "author": people[row.author_id].username if row.author_id in people else None,
        "made": row.made or None,
        "url": f"/api/v1/packages/{row.id}/download" if row.state == "done" else None,
    }


def sentence_of(code: str | None) -> str | None:
    """What went wrong, for people."""
    if code is None:
        return None
    known = CATALOGUE.get(code)
    return gettext(known.sentence if known else failures.sentence_of(code))
