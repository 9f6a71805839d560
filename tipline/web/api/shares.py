"""Shares for programs of the desk: made, listed, revoked.

What hands something out asks a person who they are once more; a program proves itself by a token that names
the right: one that may all its owner may is not enough.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from apiflask import APIBlueprint

from tipline.db import Transaction
from tipline.domain import cases, categories, clock, evidence, ids, shares, sharing
from tipline.domain.evidence import Evidence
from tipline.domain.sharing import CATEGORY, PLACE, TIME, Wish
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.accounts import proving
from tipline.web.api.share_models import (
    ShareMade,
    SharePage,
    ShareRevoked,
    SharesQuery,
    ShareTold,
    ShareWished,
)
from tipline.web.sharing import listing, offering
from tipline.web.sharing.listing import Row

blueprint = APIBlueprint("api_shares", __name__, url_prefix="/api/v1", tag="Shares")
RIGHT = "share:make"
SAME = {
    "recipient", "reason", "source", "still", "t", "until", "sound", "message", "days", "most_views",
}  # fmt: skip


@blueprint.get("/shares")
@guard.staff("share:read")
@blueprint.input(SharesQuery, location="query", arg_name="asked")
@blueprint.output(SharePage)
def list_shares(asked: SharesQuery) -> Any:
    """Who was given what, until when, and how often it was opened."""
    with current.services().database.reading() as tx:
        case = cases.read_case(tx, asked.case, current.actor()) if asked.case else None
        file = evidence.read_evidence(tx, asked.evidence) if asked.evidence else None
        found = shares.list_shares(
            tx, case_id=case.id if case else None, evidence_id=file.id if file else None,
            before=_moment(asked.cursor), limit=asked.limit + 1,
        )  # fmt: skip
        shown = found[: asked.limit]
        more = clock.stamp(shown[-1].created_at) if len(found) > len(shown) else None
        return {"items": [_told(one) for one in listing.rows_of(tx, shown)], "next_cursor": more}


@blueprint.get("/shares/<share_id>")
@guard.staff("share:read")
@blueprint.output(ShareTold)
def get_share(share_id: str) -> Any:
    """One share as it stands."""
    with current.services().database.reading() as tx:
        return _told(listing.row_of(tx, shares.read_share(tx, share_id)))


@blueprint.post("/evidence/<evidence_id>/shares")
@guard.staff(RIGHT)
@blueprint.input(ShareWished, arg_name="wished")
@blueprint.output(ShareMade, 201)
def post_share(evidence_id: str, wished: ShareWished) -> Any:
    """Have a copy made for somebody outside. Its link is in this answer alone."""
    _require_named()
    services = current.services()
    with services.database.transaction() as tx:
        file = evidence.read_evidence(tx, evidence_id)
        case = cases.read_case(tx, wished.case, current.actor()) if wished.case else None
        wish = _wish(tx, file, wished)
        made = sharing.make(tx, services.bell, services.key, current.actor(), file, wish, case)
        told = _told(listing.row_of(tx, made.share))
    return {**told, "link": offering.link_of(made), "second": made.second}, 201


@blueprint.post("/shares/<share_id>/revoke")
@guard.staff(RIGHT)
@blueprint.input(ShareRevoked, arg_name="said")
@blueprint.output(ShareTold)
def revoke_share(share_id: str, said: ShareRevoked) -> Any:
    """It opens to nobody from this moment on; revoked twice is revoked once."""
    with current.services().database.transaction() as tx:
        share = shares.read_share(tx, share_id)
        sharing.revoke(tx, current.actor(), share, said.reason)
        return _told(listing.row_of(tx, share))


def _require_named() -> None:
    token = current.program()
    if token is None:
        proving.require()
    elif RIGHT not in token.scopes.split():
        raise TiplineError("share:token-needed")


def _wish(tx: Transaction, file: Evidence, wished: ShareWished) -> Wish:
    """As the page would say it: the time and the kind beside it are ours, never typed."""
    tip, zone = tx.get_one(Tip, file.tip_id), current.settings().timezone
    facts = {PLACE: wished.place or ""}
    if wished.show_category:
        facts[CATEGORY] = categories.read_category(tip.category).code
    if wished.show_time and file.kind == "video" and wished.source == sharing.ORIGINAL:
        facts[TIME] = sharing.true_time(tx, file, wished.t or 0.0, zone)
    same = wished.model_dump(
        include={
            "recipient",
            "reason",
            "source",
            "still",
            "t",
            "until",
            "sound",
            "message",
            "days",
            "most_views",
        }
    )
    return Wish(id=wished.id or ids.new_id(), facts=facts, with_second=wished.second_code, zone=zone, **same)


def _moment(cursor: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(cursor) if cursor else None
    except ValueError:
        raise TiplineError("cursor:unclear") from None
    if moment is not None and moment.tzinfo is None:
        raise TiplineError("cursor:unclear")
    return moment


def _told(row: Row) -> dict[str, Any]:
    share = row.share
    same = ("id", "number", "recipient", "reason", "message", "facts", "views", "most_views", "created_at")
    return {
        **{name: getattr(share, name) for name in (*same, "expires_at", "revoked_at", "has_second_code")},
        "state": row.state,
        "evidence": row.file.id,
        "tip": row.tip.reference,
        "case": row.case.number if row.case else None,
        "covered": share.is_covered,
        "sound": share.has_sound,
        "author": row.author,
    }
