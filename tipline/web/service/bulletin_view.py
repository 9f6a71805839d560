"""What the desk's pages of a bulletin show: how it stands, its reads, tips and stills, what may be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template, request

from tipline.db import Transaction
from tipline.domain import (
    accounts,
    advice,
    beats,
    bulletins,
    cases,
    clock,
    custody,
    limits,
    links,
    posting,
    reads,
    rights,
    stills,
    tips,
)  # fmt: skip
from tipline.domain.bulletins import Bulletin
from tipline.domain.cases import Case
from tipline.domain.custody import Custody
from tipline.domain.stills import Candidate, Still
from tipline.errors import TiplineError
from tipline.web import bulletin_words, current
from tipline.web.admin import log as log_words
from tipline.web.cases.refused import Failed
from tipline.web.community.bulletins import names_of
from tipline.web.review import acted, notices
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext

BASE = "/desk/bulletins"
# Lists by these, the work to be done first; a discarded one is found behind all others.
TABS = (bulletins.PROPOSED, bulletins.DRAFT, bulletins.SCHEDULED, bulletins.PUBLISHED, bulletins.EXPIRED,
        bulletins.WITHDRAWN, bulletins.DISCARDED)  # fmt: skip


@dataclass
class Shown:
    """A bulletin that is still being written, for the preview."""

    kind: str = bulletins.ADVICE
    title: str = ""
    text: str = ""
    beat: str | None = None
    publishes_at: datetime | None = None
    expires_at: datetime | None = None
    corrected_at: datetime | None = None


def read(tx: Transaction, handle: str) -> Bulletin:
    return bulletins.read_bulletin(tx, handle, current.actor())


def picture_of(still: Still) -> str:
    """For the desk, also before residents see it."""
    return f"{BASE}/{_handle()}/stills/{still.row.id}"


def _handle() -> str:
    return str((request.view_args or {}).get("handle", ""))


def page(tx: Transaction, row: Bulletin, notice: Notice | None = None, failed: Failed | None = None) -> str:
    """One bulletin: how it stands, what came of it, what may be done with it now."""
    actor = current.actor()
    came = posting.list_tips(tx, row)
    case = bulletins.case_of(tx, row, actor)
    standing = links.list_cases_of_many(tx, [one.id for one in came], actor)
    return render_template(
        "service/bulletin.html", came=came, case=case, standing=standing,
        total=reads.totals(tx, [row]).get(row.id, 0), days=reads.by_day(tx, row),
        log=custody.list_of(tx, subject=f"bulletin:{row.handle}"),
        may_take_back=posting.may_take_back(row), may_restore=posting.may_restore(row),
        address=f"{current.settings().base_url}/bulletins/{row.handle}",
        said=_said,
        people={f"staff:{one.username}": one.display_name for one in accounts.list_accounts(tx)},
        **_shared(tx, row, notice, failed),
    )  # fmt: skip


def _said(entry: Custody) -> str:
    """A line of its log in words."""
    if entry.action == "act:undo":
        return gettext("Taken back: %(what)s.", what=acted.name(str(entry.facts().get("kind")), {}))
    return gettext(log_words.ACTS[entry.action]) if entry.action in log_words.ACTS else entry.action


def check(tx: Transaction, row: Bulletin, notice: Notice | None = None, failed: Failed | None = None) -> str:
    """The second look: each still in full size, then when and until when."""
    return render_template("service/bulletin_check.html", **_shared(tx, row, notice, failed))


def editor(
    tx: Transaction, row: Bulletin | None, shown: Shown, *, case: Case | None = None,
    notice: Notice | None = None, failed: Failed | None = None,
) -> str:  # fmt: skip
    """The form and, beside it, a phone that shows what residents will read."""
    values = _shared(tx, row, notice, failed) if row else _bare(tx, notice, failed)
    case = case or (bulletins.case_of(tx, row, current.actor()) if row else None)
    return render_template(
        "service/bulletin_edit.html", **{
            **values, "shown": shown, "case": case, "templates": advice.TEMPLATES, "limits": limits,
            "candidates": candidates(tx, case) if row and shown.kind == bulletins.APPEAL else [],
            "most_stills": stills.MOST, "from_tip": request.args.get("from", "")[:20],
            "word": bulletin_words.KIND.get(shown.kind, bulletin_words.KIND[bulletins.ADVICE]),
        },
    )  # fmt: skip


def candidates(tx: Transaction, case: Case | None) -> list[Candidate]:
    """Covered copies of the case's tips, and of a tip that was asked for by its number."""
    found = [tip for _link, tip in links.list_tips_of(tx, case)] if case else []
    asked = tips.find_tip(tx, request.args.get("from", "").strip()[:20])
    if asked is not None and asked.state != "draft":
        found = [asked, *(one for one in found if one.id != asked.id)]
    return stills.candidates(tx, found)


def shown_of(row: Bulletin) -> Shown:
    return Shown(row.kind, row.title, row.text, row.beat, row.publishes_at, row.expires_at, row.corrected_at)


def revision_typed() -> int | None:
    """Which version the form was made of."""
    typed = request.form.get("revision", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


def shown_of_form() -> Shown:
    form = request.form
    kind = form.get("kind", "")
    known = kind if kind in bulletins.KINDS else bulletins.ADVICE
    return Shown(known, form.get("title", "")[:400], form.get("text", "")[:8000], form.get("beat") or None)


def prefilled(tx: Transaction) -> tuple[Shown, Case | None]:
    """From a template or from a case: of a case nothing but that it is one stands in the text."""
    number = request.args.get("case", "").strip()
    try:
        case = cases.read_case(tx, number, current.actor()) if number else None
    except TiplineError:
        raise TiplineError("case:not-found") from None
    code = request.args.get("template", "appeal" if case else "")
    language = request.args.get("in", current.locale())
    kind, title, text = advice.of(code, language) or (bulletins.ADVICE, "", "")
    return Shown(kind, title, text), case


def _shared(tx: Transaction, row: Bulletin, notice: Notice | None, failed: Failed | None) -> dict[str, Any]:
    actor = current.actor()
    state = bulletins.state_of(row)
    standing = stills.list_of(tx, row)
    is_editable = rights.may(actor, "bulletin:draft") and state not in (
        bulletins.EXPIRED, bulletins.WITHDRAWN, bulletins.DISCARDED
    )  # fmt: skip
    if state not in (bulletins.DRAFT, bulletins.PROPOSED):
        is_editable = is_editable and rights.may(actor, posting.PUBLISH)
    return {
        **_bare(tx, notice, failed), "row": row, "state": state, "stills": [
            one for one in standing if one.picture
        ], "all_stills": standing, "is_editable": is_editable, "base": f"{BASE}/{row.handle}",
        "word": bulletin_words.KIND[row.kind], "picture_of": picture_of,
        "waiting": any(one.state == stills.MAKING for one in standing),
        "default_until": _default_until(row),
    }  # fmt: skip


def _bare(tx: Transaction, notice: Notice | None, failed: Failed | None) -> dict[str, Any]:
    return {
        "row": None, "state": bulletins.DRAFT, "stills": [], "all_stills": [], "base": BASE, "waiting": False,
        "kinds": bulletin_words.KIND, "states": bulletin_words.STATE, "still_words": bulletin_words.STILL,
        "beats": beats.list_beats(tx), "names": names_of(tx), "failed": failed or Failed(),
        "notice": notice or notices.take(), "picture_of": picture_of, "limits": limits,
    }  # fmt: skip


def _default_until(row: Bulletin) -> str:
    """A warning ends after thirty days unless somebody says otherwise."""
    if row.expires_at:
        return current.local(row.expires_at).strftime("%Y-%m-%dT%H:%M")
    if row.kind != bulletins.WARNING:
        return ""
    return current.local(clock.now() + posting.WARNING_LASTS).strftime("%Y-%m-%dT%H:%M")
