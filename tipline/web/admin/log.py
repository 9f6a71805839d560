"""The audit log: every act, newest first, and whether the chain of entries is whole."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from tipline.domain import cases, custody, policy
from tipline.errors import N_, TiplineError
from tipline.web import current, guard
from tipline.web.admin import blueprint, tabs

PAGE = 100
ACTS = {
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
    "beat:add": N_("Beat added"),
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
    "backup:make": N_("Backup made"),
    "backup:restore": N_("Station restored from a backup"),
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
}


@blueprint.get("/log")
@guard.staff("custody:read")
def show_log() -> ResponseReturnValue:
    """`about` narrows to a subject, an actor or a tip; `check` verifies the whole chain."""
    about, before = request.args.get("about", "").strip()[:120], _before()
    with current.services().database.reading() as tx:
        entries = custody.list_latest(
            tx, about=about, before=before, limit=PAGE + 1, without=cases.hidden_subjects(current.actor()),
            closed=policy.closed_references(current.actor()),
        )  # fmt: skip
        size = custody.size(tx)
        checked = "check" in request.args
        broken = custody.verify(tx) if checked else None
    rest = entries[PAGE - 1].seq if len(entries) > PAGE else None
    return tabs.show(
        "log", entries=entries[:PAGE], about=about, size=size, acts=ACTS, checked=checked, broken=broken,
        older=rest, is_first=before is None,
    )  # fmt: skip


def _before() -> int | None:
    text = request.args.get("before", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise TiplineError("cursor:unclear")
    return int(text)
