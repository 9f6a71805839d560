"""Bulletins for programs: what everybody may read, and for the desk drafting, publishing, withdrawing."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import request

from tipline.db import Transaction
from tipline.domain import bulletins, cases, evidence, posting, reads, stills
from tipline.domain.bulletins import Bulletin
from tipline.domain.posting import Said
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.api.bulletin_models import (
    BulletinChange,
    BulletinIn,
    BulletinsTold,
    BulletinTold,
    PublicBulletin,
    PublicBulletins,
    PublishIn,
    StillIn,
    WithdrawIn,
)
from tipline.web.community.bulletins import LIST, cursor, cursor_of, picture_of, require_filter

public = APIBlueprint("public_bulletins", __name__, url_prefix="/api/v1/public", tag="Reporter")
blueprint = APIBlueprint("api_bulletins", __name__, url_prefix="/api/v1", tag="Bulletins")


@public.get("/bulletins")
@guard.public
@public.output(PublicBulletins)
def public_bulletins() -> dict[str, Any]:
    """What stands now. Filters: `kind`, `beat` (with what is for everyone), `cursor`."""
    kind, beat = request.args.get("kind", ""), request.args.get("beat", "")
    with current.services().database.reading() as tx:
        require_filter(tx, kind, beat)
        before = cursor_of(request.args.get("cursor", ""))
        rows = bulletins.list_public(tx, kind=kind, beat=beat, before=before, limit=bulletins.A_PAGE + 1)
        shown = rows[: bulletins.A_PAGE]
        return {
            "items": [_public(tx, one) for one in shown],
            "next_cursor": cursor(shown[-1]) if len(rows) > len(shown) else None,
        }


@public.get("/bulletins/<handle>")
@guard.public
@public.output(PublicBulletin)
def public_bulletin(handle: str) -> dict[str, Any]:
    """One of them; 410 when it is over."""
    with current.services().database.reading() as tx:
        return _public(tx, bulletins.read_public(tx, handle))


@blueprint.get("/bulletins")
@guard.staff("bulletin:read")
@blueprint.output(BulletinsTold)
def list_bulletins() -> dict[str, Any]:
    """Those in a `state` (default `published`), the newest first."""
    state = request.args.get("state", bulletins.PUBLISHED)
    if state not in bulletins.STATES:
        raise TiplineError("request:invalid", fields={"state": "request:field-unclear"})
    with current.services().database.reading() as tx:
        return {
            "items": [_told(tx, one) for one in bulletins.list_desk(tx, current.actor(), state, limit=200)]
        }


@blueprint.post("/bulletins")
@guard.staff("bulletin:draft")
@blueprint.input(BulletinIn, arg_name="wanted")
@blueprint.output(BulletinTold, 201)
def draft_bulletin(wanted: BulletinIn) -> dict[str, Any]:
    """A draft, which nobody outside sees."""
    with current.services().database.transaction() as tx:
        case = cases.read_case(tx, wanted.case, current.actor()) if wanted.case else None
        said = Said(wanted.kind, wanted.title, wanted.text, wanted.beat or "")
        return _told(tx, posting.draft(tx, current.actor(), said, case))


@blueprint.get("/bulletins/<handle>")
@guard.staff("bulletin:read")
@blueprint.output(BulletinTold)
def get_bulletin(handle: str) -> dict[str, Any]:
    """One of them, with its reads and the tips that came to it."""
    with current.services().database.reading() as tx:
        return _told(tx, _read(tx, handle))


@blueprint.patch("/bulletins/<handle>")
@guard.staff("bulletin:draft")
@blueprint.input(BulletinChange, arg_name="wanted")
@blueprint.output(BulletinTold)
def change_bulletin(handle: str, wanted: BulletinChange) -> dict[str, Any]:
    """Other words. Of what residents read already that is a correction, and its page says when."""
    with current.services().database.transaction() as tx:
        row = _read(tx, handle)
        said = Said(
            wanted.kind or row.kind, row.title if wanted.title is None else wanted.title,
            row.text if wanted.text is None else wanted.text,
            (row.beat or "") if wanted.beat is None else wanted.beat,
        )  # fmt: skip
        posting.edit(tx, current.actor(), row, said, revision=wanted.revision)
        return _told(tx, row)


@blueprint.post("/bulletins/<handle>/stills")
@guard.staff("bulletin:draft")
@blueprint.input(StillIn, arg_name="wanted")
@blueprint.output(BulletinTold, 201)
def put_still(handle: str, wanted: StillIn) -> dict[str, Any]:
    """Have a still made of a confirmed covered copy. It is not shown before somebody looked at it."""
    services = current.services()
    with services.database.transaction() as tx:
        row = _read(tx, handle)
        posting.require_editable(current.actor(), row)
        file = evidence.read_evidence(tx, wanted.evidence)
        stills.add(
            tx, services.bell, current.actor(), row, file, wanted.copy_name, alt=wanted.alt,
            caption=wanted.caption, t=wanted.t,
        )  # fmt: skip
        posting.touch(tx, current.actor(), row, "change")
        return _told(tx, row)


@blueprint.delete("/bulletins/<handle>/stills/<int:number>")
@guard.staff("bulletin:draft")
@blueprint.output({}, 204)
def take_still(handle: str, number: int) -> str:
    """Take a still out."""
    with current.services().database.transaction() as tx:
        row = _read(tx, handle)
        posting.require_editable(current.actor(), row)
        stills.remove(tx, current.actor(), row, stills.read_still(tx, row, number))
        posting.touch(tx, current.actor(), row, "change")
    return ""


@blueprint.post("/bulletins/<handle>/publish")
@guard.staff("bulletin:publish")
@blueprint.input(PublishIn, arg_name="wanted")
@blueprint.output(BulletinTold)
def publish(handle: str, wanted: PublishIn) -> dict[str, Any]:
    """Residents read it, now or from `at` on."""
    if any(one is not None and one.tzinfo is None for one in (wanted.at, wanted.until)):
        raise TiplineError("bulletin:time-unclear", fields={"at": "bulletin:time-unclear"})
    with current.services().database.transaction() as tx:
        row, actor = _read(tx, handle), current.actor()
        posting.publish(
            tx, actor, row, at=wanted.at, until=wanted.until, looked=wanted.looked, revision=wanted.revision
        )
        return _told(tx, row)


@blueprint.post("/bulletins/<handle>/withdraw")
@guard.staff("bulletin:publish")
@blueprint.input(WithdrawIn, arg_name="wanted")
@blueprint.output(BulletinTold)
def withdraw(handle: str, wanted: WithdrawIn) -> dict[str, Any]:
    """Residents read the sentence in its place; its pictures answer 410."""
    with current.services().database.transaction() as tx:
        row = _read(tx, handle)
        posting.withdraw(tx, current.actor(), row, wanted.words)
        return _told(tx, row)


def _read(tx: Transaction, handle: str) -> Bulletin:
    return bulletins.read_bulletin(tx, handle, current.actor())


def _public(tx: Transaction, row: Bulletin) -> dict[str, Any]:
    base = current.settings().base_url
    return {
        **{name: getattr(row, name) for name in ("handle", "kind", "title", "text", "beat", "corrected_at",
                                                  "expires_at")},
        "published_at": row.publishes_at,
        "url": f"{base}{LIST}/{row.handle}",
        "report_url": f"{base}/report?bulletin={row.handle}",
        "stills": [
            {"url": base + picture_of(one), "alt": one.row.alt, "caption": one.row.caption,
             "width": one.row.width, "height": one.row.height}
            for one in stills.shown(tx, row)
        ],
    }  # fmt: skip


def _told(tx: Transaction, row: Bulletin) -> dict[str, Any]:
    case = bulletins.case_of(tx, row, current.actor())
    named = ("handle", "kind", "title", "text", "beat", "expires_at", "corrected_at", "withdrawn_at",
             "withdrawn_words", "revision")  # fmt: skip
    return {
        **{name: getattr(row, name) for name in named},
        "state": bulletins.state_of(row),
        "case": case.number if case else None,
        "published_at": row.publishes_at,
        "reads": reads.totals(tx, [row]).get(row.id, 0),
        "tips": [one.reference for one in posting.list_tips(tx, row)],
        "stills": [
            {"id": one.row.id, "state": one.state, "alt": one.row.alt, "caption": one.row.caption,
             "sha256": one.picture.sha256 if one.picture else None}
            for one in stills.list_of(tx, row)
        ],
        "url": f"{current.settings().base_url}{LIST}/{row.handle}",
    }  # fmt: skip
