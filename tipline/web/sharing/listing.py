"""All shares of the station or of one case: to whom, until when, how often opened; revoking one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import (
    accounts,
    cases,
    categories,
    clock,
    custody,
    derivatives,
    evidence,
    members,
    shares,
    sharing,
)
from tipline.domain.cases import Case
from tipline.domain.derivatives import Derivative
from tipline.domain.evidence import Evidence
from tipline.domain.shares import Share
from tipline.domain.tips import Tip
from tipline.errors import N_, TiplineError
from tipline.web import current, guard
from tipline.web.review import notices
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext
from tipline.web.review.words import Word
from tipline.web.sharing import blueprint

STATE = {
    shares.MAKING: Word(N_("Being prepared"), "refresh", "waiting"),
    shares.OPEN: Word(N_("Can be opened"), "eye", "used"),
    shares.FAILED: Word(N_("Could not be prepared"), "alert-triangle", "refused"),
    shares.ENDED: Word(N_("Time is over"), "clock", "idle"),
    shares.USED_UP: Word(N_("Opened as often as allowed"), "check", "idle"),
    shares.REVOKED: Word(N_("Revoked"), "ban", "idle"),
}


@dataclass
class Row:
    """One share as lists show it. `case` only where the reader may see it."""

    share: Share
    state: str
    copy: Derivative | None
    tip: Tip
    file: Evidence
    case: Case | None
    author: str

    @property
    def word(self) -> Word:
        return STATE[self.state]

    @property
    def can_be_revoked(self) -> bool:
        return self.share.revoked_at is None

    @property
    def category(self) -> str:
        """What kind of tip it is, if that may be told."""
        code = self.share.facts.get(sharing.CATEGORY)
        return categories.read_category(code).short if code in categories.CODES else ""

    @property
    def url(self) -> str:
        """The copy as it was handed out, for whoever may look at the file anyway."""
        return f"/api/v1/evidence/{self.file.id}/derivatives/{self.share.derivative_id}/file"


@blueprint.get("/desk/shares")
@guard.staff("share:read")
def share_list() -> ResponseReturnValue:
    number = request.args.get("case", "").strip()
    before = _moment(request.args.get("before", ""))
    with current.services().database.reading() as tx:
        case = cases.read_case(tx, number, current.actor()) if number else None
        found = shares.list_shares(
            tx, case_id=case.id if case else None, before=before, limit=shares.A_PAGE + 1
        )
        shown = found[: shares.A_PAGE]
        return render_template(
            "sharing/list.html",
            rows=rows_of(tx, shown),
            case=case,
            older=clock.stamp(shown[-1].created_at) if len(found) > len(shown) else "",
            notice=notices.take(),
        )


@blueprint.get("/desk/shares/<share_id>")
@guard.staff("share:read")
def share_page(share_id: str) -> ResponseReturnValue:
    with current.services().database.reading() as tx:
        share = shares.read_share(tx, share_id)
        return render_template(
            "sharing/share.html",
            row=row_of(tx, share),
            views=shares.list_views(tx, share),
            log=custody.list_of(tx, subject=f"share:{share.id}"),
            notice=notices.take(),
        )


@blueprint.post("/desk/shares/<share_id>/revoke")
@guard.staff("share:make")
def revoke(share_id: str) -> ResponseReturnValue:
    """It opens to nobody from this moment on. Asks for nothing: whoever is in doubt should be able to."""
    with current.services().database.transaction() as tx:
        share = shares.read_share(tx, share_id)
        sharing.revoke(tx, current.actor(), share, request.form.get("reason", ""))
    notices.keep(Notice(gettext("%(share)s revoked. Its link opens to nobody any more.", share=share.number)))
    return redirect(f"/desk/shares/{share_id}", 303)


@blueprint.post("/desk/shares/<share_id>/retry")
@guard.staff("share:make")
def retry(share_id: str) -> ResponseReturnValue:
    """Have the copy made once more; the link stays the same."""
    with current.services().database.transaction() as tx:
        share = shares.read_share(tx, share_id)
        copy = shares.copy_of(tx, share)
        if copy is None or shares.state_of(share, copy) != shares.FAILED:
            raise TiplineError("derivative:not-found")
        derivatives.retry(tx, current.services().bell, current.actor(), copy)
    notices.keep(Notice(gettext("It is being prepared once more.")))
    return redirect(f"/desk/shares/{share_id}", 303)


def _moment(typed: str) -> datetime | None:
    """As our own link says it; anything else is the newest page."""
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        return None
    return at if at.tzinfo else None


def row_of(tx: Transaction, share: Share) -> Row:
    return rows_of(tx, [share])[0]


def rows_of(tx: Transaction, many: Iterable[Share]) -> list[Row]:
    """Each with its state, tip, file and whoever made it."""
    found = list(many)
    copies = shares.copies_of(tx, found)
    names = accounts.names(tx, {one.author_id for one in found})
    rows = []
    for one in found:
        file = evidence.read_evidence(tx, one.evidence_id)
        case = tx.get(Case, one.case_id) if one.case_id else None
        author = names.get(one.author_id)
        rows.append(
            Row(
                one,
                shares.state_of(one, copies.get(one.id)),
                copies.get(one.id),
                tx.get_one(Tip, file.tip_id),
                file,
                case if case and members.may_see(tx, current.actor(), case) else None,
                author.display_name if author else "–",
            )
        )
    return rows
