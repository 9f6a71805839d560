"""Acts in words: what was done, as the list of one's own acts, notices and the history say it."""

from __future__ import annotations

from typing import Any, NamedTuple

from tipline.db import Transaction
from tipline.domain import accounts, bulletin_undoing, concluding, members, messages, undoing
from tipline.domain.acts import Act
from tipline.domain.cases import Case
from tipline.domain.incidents import Incident
from tipline.domain.messages import Message
from tipline.domain.tips import Tip
from tipline.errors import N_
from tipline.web import current, filters
from tipline.web.review import words
from tipline.web.review.saying import gettext

# A kind of act → what it is called. `tip:state` and `tip:assign` say more, see below.
NAMES = {
    "tip:acknowledge": N_("acknowledged"),
    "tip:assign": N_("assigned"),
    "tip:state": N_("state changed"),
    "tip:change": N_("corrected"),
    "tip:clock": N_("camera clock set"),
    "evidence:clock": N_("camera clock of a file set"),
    "link:create": N_("linked to a case"),
    "link:end": N_("link ended"),
    "case:open": N_("case opened"),
    "case:change": N_("case corrected"),
    "case:state": N_("case closed or opened again"),
    "message:write": N_("text written"),
    "redaction:confirm": N_("redaction confirmed"),
    "filter:remove": N_("filter deleted"),
    "reply:add": N_("template added"),
    "reply:change": N_("template corrected"),
    "reply:remove": N_("template removed"),
    "reply:move": N_("template moved"),
    "hint:answer": N_("hint answered"),
    "member:add": N_("officer added to a case"),
    "member:end": N_("officer taken out of a case"),
    "member:lead": N_("case handed to another lead"),
    "case:access": N_("access to a case set"),
    "case:merge": N_("cases merged"),
    "case:split": N_("tips parted into a new case"),
    "task:add": N_("task written down"),
    "task:change": N_("task corrected"),
    "task:done": N_("task done"),
    "task:reopen": N_("task to be done again"),
    "task:remove": N_("task taken off the list"),
    "subject:add": N_("description added"),
    "subject:change": N_("description corrected"),
    "subject:remove": N_("description taken off the list"),
    "mark:add": N_("moment marked"),
    "mark:remove": N_("mark removed"),
    "derivative:ask": N_("export asked for"),
    "derivative:remove": N_("export removed"),
    "tip:place": N_("place set"),
    "share:make": N_("shared with somebody outside"),
    "sighting:add": N_("sighting marked"),
    "sighting:change": N_("sighting corrected"),
    "sighting:remove": N_("sighting taken off the trail"),
    "target:set": N_("target of the response clock set"),
    "ladder:set": N_("set when deputy, on call and supervisors are told"),
    "beats:draw": N_("borders of beats taken over"),
    "incident:attach": N_("put into an incident"),
    "incident:detach": N_("taken out of an incident"),
    "same:apart": N_("said to be not the same thing"),
    "same:again": N_("said to be perhaps the same thing after all"),
    "incident:lead": N_("incident handed to somebody"),
    "incident:change": N_("incident corrected"),
    "incident:close": N_("incident closed"),
    "incident:reopen": N_("incident opened again"),
    "incident:merge": N_("incidents merged"),
    "progress:post": N_("progress told to everyone"),
    "beat:describe": N_("page of a beat changed"),
    "duty:add": N_("line of the rota added"),
    "duty:change": N_("line of the rota changed"),
    "duty:remove": N_("line of the rota removed"),
    "tip:delegate": N_("handed to a colleague"),
    "tip:transfer": N_("handed to another beat"),
    "referral:make": N_("partner asked to help"),
    "referral:withdraw": N_("request to a partner withdrawn"),
    "channel:change": N_("channel changed"),
    "channel:remove": N_("channel removed"),
    "webhook:change": N_("webhook changed"),
    "webhook:remove": N_("webhook removed"),
    "bulletin:change": N_("bulletin reworded"),
    "bulletin:propose": N_("bulletin proposed"),
    "bulletin:publish": N_("bulletin published"),
    "bulletin:take-back": N_("bulletin made a draft again"),
    "bulletin:withdraw": N_("bulletin withdrawn"),
    "bulletin:restore": N_("bulletin put back"),
    "bulletin:discard": N_("draft of a bulletin thrown away"),
}


class Done(NamedTuple):
    """One act as the list shows it; `number` is how many the same command did."""

    act: Act
    what: str
    place: str
    url: str
    number: int
    may_undo: bool
    undone_by: str


def name(kind: str, became: dict[str, Any], people: dict[int, str] | None = None) -> str:
    """`state: snoozed`, `assigned to Wang`; an act without a name shows its kind, never nothing."""
    if kind == "tip:state" and became.get("state") in words.TIP:
        return gettext("state: %(state)s", state=gettext(words.TIP[became["state"]].text))
    if kind == "tip:assign" and people is not None:
        person = people.get(became.get("assignee_id") or 0)
        return gettext("assigned to %(name)s", name=person) if person else gettext("assigned to nobody")
    if kind == "case:state" and became.get("state") in words.CASE:
        return gettext("case: %(state)s", state=gettext(words.CASE[became["state"]].text))
    return gettext(NAMES[kind]) if kind in NAMES else kind


def list_of(tx: Transaction, acts: list[Act]) -> list[Done]:
    """Acts of one person as a list, what one command did in one line."""
    tips = {one.id: one for one in _rows(tx, Tip, {act.tip_id for act in acts})}
    met = _rows(tx, Case, {act.case_id for act in acts})
    cases = {one.id: one for one in met if members.may_see(tx, current.actor(), one)}
    people = {one.id: one.display_name for one in accounts.list_accounts(tx)}
    counts: dict[str, int] = {}
    for act in acts:
        if act.batch:
            counts[act.batch] = counts.get(act.batch, 0) + 1
    seen: set[str] = set()
    found = []
    for act in acts:
        if act.batch in seen:
            continue
        seen |= {act.batch} if act.batch else set()
        place, url = place_of(tips.get(act.tip_id or 0), cases.get(act.case_id or 0))
        if not place:
            place, url = elsewhere_of(tx, act)
        found.append(
            Done(
                act, name(act.kind, act.became, people), place, url, counts.get(act.batch or "", 1),
                undoing.may_undo(act), people.get(act.undone_by_id or 0, ""),
            )
        )  # fmt: skip
    return found


def place_of(tip: Tip | None, case: Case | None) -> tuple[str, str]:
    """What an act was done to, and its address."""
    if tip and case:
        return f"{tip.reference} · {case.number}", f"/desk/tips/{tip.reference}"
    if tip:
        return tip.reference, f"/desk/tips/{tip.reference}"
    return (case.number, f"/desk/cases/{case.number}") if case else ("", "")


def elsewhere_of(tx: Transaction, act: Act) -> tuple[str, str]:
    """The bulletin or incident an act was done to, and its address at the desk."""
    if row := bulletin_undoing.find_row(tx, current.actor(), act):
        return f"“{row.title}”", f"/desk/bulletins/{row.handle}"
    incident = tx.get(Incident, concluding.incident_of(tx, act) or 0)
    return (incident.reference, f"/desk/incidents/{incident.reference}") if incident else ("", "")


def _rows(tx: Transaction, kind: type[Any], ids: set[int | None]) -> list[Any]:
    return [row for one in ids if one and (row := tx.get(kind, one)) is not None]


def already_read(tx: Transaction, act: Act) -> str:
    """What somebody outside may have read before it was taken back; nothing makes that unread."""
    if act.kind in ("tip:state", "tip:acknowledge", "link:create", "link:end"):
        return gettext("The tip provider may have seen the former state on the progress page.")
    if act.kind != "message:write":
        return ""
    message = tx.get(Message, int(act.subject.partition(":")[2]))
    if message is None or message.kind not in messages.PUBLIC:
        return ""
    if message.read_at:
        return gettext(
            "The tip provider had read it at %(time)s; from now on only that a message was withdrawn.",
            time=filters.plain_time(message.read_at),
        )
    return gettext("The tip provider had not read it on the progress page, and sees that one was withdrawn.")
