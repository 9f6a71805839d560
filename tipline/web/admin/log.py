"""The audit log: what is known of it as a whole, a search, the entries in plain words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from tipline.db import Transaction
from tipline.domain import (
    accounts,
    auditing,
    checkpoints,
    chores,
    custody,
    logsearch,
    restores,
)
from tipline.domain.custody import Custody
from tipline.domain.logsearch import Wanted
from tipline.errors import N_, TiplineError
from tipline.web import current, guard
from tipline.web.admin import blueprint, tabs
from tipline.web.admin.topic_acts import TOPIC_ACTS
from tipline.web.review import handing_words, history
from tipline.web.review.layout import say

PAGE = 100
ACTS = {
    "channel:add": N_("Channel added"),
    "channel:change": N_("Channel changed"),
    "channel:pause": N_("Channel paused: it failed too often"),
    "channel:remove": N_("Channel removed"),
    "channel:retry": N_("What a channel had failed to send is tried again"),
    "channel:test": N_("Channel tried out"),
    "webhook:add": N_("Webhook added"),
    "webhook:change": N_("Webhook changed"),
    "webhook:pause": N_("Webhook paused: it failed too often"),
    "webhook:remove": N_("Webhook removed"),
    "webhook:retry": N_("What a webhook had failed to send is tried again"),
    "webhook:rotate": N_("New secret for a webhook"),
    "webhook:test": N_("Webhook tried out"),
    "alert:decoy": N_("Alert: a decoy was looked into"),
    "alert:seen": N_("Alerts seen"),
    "alert:volume": N_("Alert: unusually many looks or downloads"),
    "decoy:end": N_("A decoy is an ordinary tip again"),
    "decoy:set": N_("A tip was made a decoy"),
    "account:add": N_("Account added"),
    "account:close": N_("Account closed"),
    "account:key": N_("Own key for contact details made"),
    "account:open": N_("Account opened again"),
    "account:password": N_("New password given"),
    "account:role": N_("Role changed"),
    "account:sign-in": N_("Signed in"),
    "account:sign-out": N_("Signed out"),
    "backup:make": N_("Backup made"),
    "backup:restore": N_("Brought back from a backup"),
    "beat:add": N_("Beat added"),
    "bulletin:change": N_("Bulletin changed"),
    "bulletin:correct": N_("Bulletin corrected while residents read it"),
    "bulletin:discard": N_("Draft of a bulletin thrown away"),
    "bulletin:draft": N_("Bulletin drafted"),
    "bulletin:propose": N_("Bulletin proposed"),
    "bulletin:publish": N_("Bulletin published"),
    "bulletin:restore": N_("Bulletin put back"),
    "bulletin:still-add": N_("Covered still put into a bulletin"),
    "bulletin:still-confirm": N_("Still of a bulletin looked at in full size"),
    "bulletin:still-remove": N_("Still taken out of a bulletin"),
    "bulletin:still-words": N_("Words beside a still of a bulletin changed"),
    "bulletin:take-back": N_("Bulletin made a draft again"),
    "bulletin:withdraw": N_("Bulletin withdrawn"),
    "case:access": N_("Access to the case set"),
    "case:change": N_("Case corrected"),
    "case:close": N_("Case closed"),
    "case:open": N_("Case opened"),
    "case:reopen": N_("Case opened again"),
    "contact:read": N_("Contact details looked at"),
    "contact:withdraw": N_("Contact details withdrawn by the tip provider"),
    "contact-key:grant": N_("Let in to contact details"),
    "contact-key:make": N_("Contact key made"),
    "contact-key:recovery": N_("Recovery code of the contact key written down"),
    "contact-key:reseal": N_("Contact details sealed to the new key"),
    "contact-key:retire": N_("Contact key replaced"),
    "contact-key:take-back": N_("Way to contact details ended"),
    "erasure:again": N_("Erased again after a restore"),
    "erasure:approve": N_("Erasure approved"),
    "erasure:ask": N_("Erasure asked for"),
    "erasure:begin": N_("Erasure begun"),
    "erasure:cancel": N_("Erasure called off"),
    "erasure:done": N_("Erased"),
    "erasure:held": N_("Erasure refused: legal hold"),
    "erasure:list": N_("Listed for erasure by a rule"),
    "erasure:refuse": N_("Erasure not approved"),
    "erasure:request": N_("Tip provider asked for deletion"),
    "evidence:again": N_("The same file came once more"),
    "evidence:claim-digest": N_("The sender's device told its SHA-256"),
    "evidence:derive": N_("File examined"),
    "evidence:complete": N_("File examined to the end"),
    "evidence:download": N_("Original downloaded"),
    "evidence:expire": N_("Upload not finished in time"),
    "evidence:expiring": N_("Upload ends within a day"),
    "evidence:fail": N_("File could not be examined"),
    "evidence:mismatch": N_("File differs from what was sent"),
    "evidence:receive": N_("File received and sealed"),
    "evidence:refuse": N_("File refused"),
    "evidence:remove": N_("Upload taken back"),
    "evidence:resent": N_("File came again whole"),
    "evidence:restart": N_("Upload begun anew"),
    "evidence:retry": N_("File examined once more"),
    "factor:add": N_("Second factor set up"),
    "factor:code-used": N_("Recovery code used"),
    "factor:codes": N_("New recovery codes made"),
    "factor:refused": N_("Right password, wrong second factor"),
    "factor:remove": N_("Second factor removed"),
    "factor:reset": N_("Second factors reset"),
    "hint:accepted": N_("Hint followed"),
    "hint:dismissed": N_("Hint answered: not related"),
    "target:set": N_("Target of the response clock set"),
    "ladder:set": N_("Set when deputy, on call and supervisors are told"),
    "hold:end": N_("Legal hold ended"),
    "hold:set": N_("Legal hold set"),
    "key:make": N_("Signing key made"),
    "key:retire": N_("Signing key retired"),
    "link:create": N_("Tip linked to case"),
    "link:end": N_("Link taken back"),
    "member:add": N_("Officer joined the case"),
    "member:end": N_("Officer left the case"),
    "member:lead": N_("Case handed to another lead"),
    "message:message": N_("Message written"),
    "message:note": N_("Internal note written"),
    "message:progress": N_("News written for the tip provider"),
    "message:question": N_("Question asked"),
    "purpose:refuse": N_("Wanted without a reason and refused"),
    "purpose:state": N_("Said what an original is saved for"),
    "retention:clock": N_("Clock confirmed"),
    "retention:leap": N_("Clock leapt; nothing is erased"),
    "retention:round": N_("Retention looked at"),
    "retention:change": N_("Retention rules changed"),
    "shop:add": N_("Shop added"),
    "shop:change": N_("Shop corrected"),
    "shop:off": N_("Poster switched off"),
    "shop:on": N_("Poster switched on"),
    "share:late": N_("Share asked for after its end"),
    "share:make": N_("Shared with somebody outside"),
    "share:open": N_("Share opened by its recipient"),
    "share:revoke": N_("Share revoked"),
    "receipt:sign": N_("Receipt signed"),
    "tip:acknowledge": N_("Acknowledged"),
    "tip:assign": N_("Assigned"),
    "tip:change": N_("Tip corrected"),
    "tip:clock": N_("Camera clock told"),
    "tip:closed": N_("Tip closed"),
    "tip:create": N_("Report begun"),
    "tip:discard": N_("Empty report dropped"),
    "tip:duplicate": N_("Marked as duplicate"),
    "tip:linked": N_("Tip is linked"),
    "tip:need-info": N_("Waits for information"),
    "tip:not-used": N_("Not used"),
    "tip:overwrite": N_("Told when the recorder writes over its footage"),
    "tip:overwrite-reminder": N_("Reminded that the recorder writes over its footage"),
    "tip:received": N_("Back to the queue"),
    "tip:rewrite": N_("Report corrected before sending"),
    "tip:snoozed": N_("Snoozed"),
    "tip:submit": N_("Report sent"),
    "tip:triage": N_("In review"),
    "tip:withdrawn": N_("Withdrawn"),
    "token:create": N_("API token made"),
    "token:withdraw": N_("API tokens withdrawn"),
    "visit:end": N_("Visits ended"),
    "beat:draw": N_("Borders of beats drawn"),
    "beat:describe": N_("Page of a beat changed"),
    "beat:photo": N_("Photo on the page of a beat changed"),
    "absence:add": N_("Absence told"),
    "absence:end": N_("Absence ended or called off"),
    "duty:add": N_("Line of the rota added"),
    "duty:change": N_("Line of the rota changed"),
    "duty:remove": N_("Line of the rota removed"),
    "checkpoint:conflict": N_("Checkpoint differs from its copy outside the database"),
    "checkpoint:hand-out": N_("Checkpoint handed out"),
    "clock:back": N_("The station's clock was set back"),
    "log:export": N_("Log exported"),
    "figures:save": N_("Table of figures saved"),
    "figures:export": N_("List of tips handed to another system"),
    "log:scrub": N_("Originals read again and compared"),
    "log:search": N_("Log searched"),
    "log:verify": N_("Log checked"),
    "log:verify-ask": N_("Check of the log asked for"),
    "reply:move": N_("Template moved"),
    **TOPIC_ACTS,
    **handing_words.ACTS,
}
NAMES = ("about", "who", "kind", "words", "since", "until")
OTHERS = {"reporter:": N_("Tip providers"), "system:": N_("System"), "partner:": N_("Partners")}
KINDS = {
    "tip": N_("Tips"), "evidence": N_("Files"), "case": N_("Cases"), "link": N_("Links"),
    "message": N_("Messages"), "contact": N_("Contact details"), "derivative": N_("Exports"),
    "redaction": N_("Covered copies"), "share": N_("Shares"), "package": N_("Packages"),
    "hold": N_("Legal holds"), "erasure": N_("Erasures"), "account": N_("Accounts"),
    "factor": N_("Second factors"), "token": N_("API tokens"), "key": N_("Signing keys"),
    "checkpoint": N_("Checkpoints"), "clock": N_("Clock"), "log": N_("The log itself"),
    "topic": N_("Topics"), "slot": N_("Times for appointments"), "booking": N_("Appointments"),
    "question": N_("Questions under topics"),
}  # fmt: skip


@blueprint.get("/log")
@guard.staff("custody:read")
def show_log() -> ResponseReturnValue:
    """All entries, or those that are looked for; that somebody looked is an entry as well."""
    wanted, before = wanted_of(request.args), _before()
    services = current.services()
    if wanted.told and before is None:
        with services.database.transaction() as tx:
            custody.append(tx, current.actor(), "log:search", custody.LOG, **wanted.told)
    with services.database.reading() as tx:
        found = logsearch.search(tx, current.actor(), wanted, before=before, limit=PAGE + 1)
        rest = found[PAGE - 1].seq if len(found) > PAGE else None
        return tabs.show(
            "log", lines=list(zip(found[:PAGE], in_words(tx, found[:PAGE]), strict=True)),
            typed={name: request.args.get(name, "") for name in NAMES}, is_narrowed=bool(wanted.told),
            kinds=KINDS, others=OTHERS, people=accounts.list_accounts(tx), older=rest,
            is_first=before is None, **_state(tx),
        )  # fmt: skip


@blueprint.post("/log/verify")
@guard.staff("audit:export")
def verify_log() -> ResponseReturnValue:
    """Have the whole log checked now; the page shows what was found when it is done."""
    with current.services().database.transaction() as tx:
        custody.append(tx, current.actor(), "log:verify-ask", custody.LOG)
        chores.ask(tx, "verify")
    return redirect("/desk/admin/log", 303)


def _state(tx: Transaction) -> dict[str, Any]:
    """What is known of the log as a whole."""
    checked = chores.find(tx, "verify")
    found = checked.found if checked else {}
    return {
        "size": custody.size(tx),
        "checked": checked,
        "found": found,
        "wrong": [auditing.sentence(one, say) for one in auditing.faults_of(found)],
        "restored": [say(restores.TOLD, **one) for one in found.get("restores", [])],
        "newest": checkpoints.latest(tx),
        "is_waiting": bool(checked and (checked.is_asked or checked.is_under_way)),
    }


def in_words(tx: Transaction, found: list[Custody]) -> list[history.Line]:
    """Entries in words: those of histories, or of the table above."""
    return [
        line._replace(sentence=say(ACTS[one.action])) if line.sentence == one.action in ACTS else line
        for one, line in zip(found, history.lines(tx, found), strict=True)
    ]


def wanted_of(typed: MultiDict[str, str]) -> Wanted:
    kind = typed.get("kind", "")
    return Wanted(
        about=typed.get("about", "").strip()[:120],
        who=typed.get("who", "").strip()[:120],
        kind=kind if kind in logsearch.KINDS else "",
        words=typed.get("words", "").strip()[:200],
        since=_day(typed.get("since", "")),
        until=_day(typed.get("until", ""), after=1),
    )


def _day(text: str, after: int = 0) -> datetime | None:
    """The beginning of a day at the station; `after` counts days on from it."""
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=ZoneInfo(current.settings().timezone))
        return day + timedelta(days=after)
    except (ValueError, OverflowError) as fault:
        raise TiplineError("cursor:unclear") from fault


def _before() -> int | None:
    text = request.args.get("before", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise TiplineError("cursor:unclear")
    return int(text)
