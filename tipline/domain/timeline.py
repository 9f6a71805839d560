"""A tip's progress in the reporter's words: the same state machine, another vocabulary.

Nothing here names an officer, a case or a suspicion.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from tipline.db import Transaction
from tipline.domain import categories, custody, evidence, handover, partners, referrals, referring, thanks
from tipline.domain.custody import Custody
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.errors import N_

STATUS: dict[str, str] = {
    "draft": N_("Not sent yet"),
    "files-pending": N_("Sent, but not every file has arrived. Please go on uploading"),
    "processing": N_("Received. The footage is being prepared, usually a few minutes"),
    "received": N_("Received, waiting for an officer to look at it"),
    "triage": N_("An officer is looking at it"),
    "need_info": N_("The officer has a question for you. Please answer below"),
    "linked": N_("Used, and being checked"),
    "duplicate": N_("The same was reported before; both are looked at together"),
    "not_used": N_("Not used for now. Thank you all the same"),
    "snoozed": N_("Received, waiting for further checks"),
    "closed": N_("Closed"),
    "withdrawn": N_("You withdrew it"),
}
# A linked tip whose provider was told that the case is closed: nothing is being checked any more.
OVER = N_("Used. The investigation it helped is closed. Thank you")

STEPS: dict[str, str] = {
    "tip:create": N_("Report begun"),
    "tip:submit": N_("Report sent"),
    "evidence:receive": N_("File %(number)s received and sealed"),
    "evidence:refuse": N_("A file was not taken"),
    "evidence:mismatch": N_("File %(number)s did not arrive as it left your device. Please send it again"),
    "evidence:resent": N_("File %(number)s came again whole, as file %(by)s"),
    "evidence:restart": N_(
        "What had arrived of file %(number)s was lost; it is sent again from the beginning"
    ),
    "evidence:expiring": N_("File %(number)s is not finished; it is kept until %(until)s"),
    "evidence:expire": N_("File %(number)s was not finished in time"),
    "tip:overwrite-reminder": N_(
        "Reminder: the recorder will soon write over the footage. Please save and send it"
    ),
    "tip:acknowledge": N_("An officer has taken note"),
    "tip:triage": N_("An officer is looking at it"),
    "tip:need-info": N_("The officer asked a question"),
    "message:question": N_("The officer asked a question"),
    "message:progress": N_("News from the officer"),
    "message:message": N_("New message"),
    "incident:attach": N_("Several people report the same; their reports are looked at together"),
    "incident:progress": N_("News for everyone who reported it"),
    "incident:detach": N_("Looked at by itself again"),
    "tip:linked": N_("Used, and being checked"),
    "tip:duplicate": N_("The same was reported before"),
    "tip:not-used": N_("Not used for now"),
    "tip:snoozed": N_("Waiting for further checks"),
    "tip:closed": N_("Closed"),
    "tip:withdrawn": N_("You withdrew it"),
    "tip:rate": N_("You said how you were served"),
    "message:withdraw": N_("The officer withdrew a message"),
    "tip:delegate": N_("Handed to another officer, who goes on with it"),
    "tip:transfer": N_("Handed to the officers of another beat, who go on with it"),
    "tip:send-on": N_("Another service can help with this; the message below says which"),
    **referrals.TOLD,
    "erasure:request": N_("You asked for deletion"),
    "erasure:approve": N_("The station decided to delete this tip"),
    "act:undo": N_("The officer undid an earlier step"),
}
# What the reporter wrote is no news to the reporter.
OWN_MESSAGE = N_("You wrote to the officer")
# States that follow from a message which has its own line.
_SILENT = {"tip:need-info"}
# Columns of a tip that a reporter reads of: an act that changed one had a line, and so has taking it back.
_READ_OF = ("state", "acknowledged_at", "incident_id", "assignee_id", "beat")
_OF_TIPS = {
    "tip:acknowledge", "tip:state", "link:create", "link:end", "incident:attach", "incident:detach",
    handover.DELEGATE, handover.TRANSFER, referring.TAKEN_BACK,
}  # fmt: skip
_TOLD = STEPS.keys() - _SILENT


class Word(str):
    """A value that is itself a sentence of the catalogue, said in its reader's language."""


_BUSY = ("received", "processing")  # of a file


class Step(NamedTuple):
    """One line of the timeline; `sentence` with `values` is what the reporter reads."""

    at: datetime
    code: str
    sentence: str
    values: dict[str, object]


def status_code(tip: Tip, files: list[Evidence]) -> str:
    """What to tell about the tip now; a key of STATUS."""
    if tip.state in ("received", "triage"):
        if any(one.state == "uploading" for one in files):
            return "files-pending"
        is_footage_awaited = categories.group_of(tip.category) == categories.TIP  # else its words come first
        if tip.state == "received" and is_footage_awaited and any(one.state in _BUSY for one in files):
            return "processing"
    return tip.state


def steps(tx: Transaction, tip: Tip) -> list[Step]:
    """What has happened, oldest first."""
    # Asked for by name: what the desk and the workers do to a tip of many files must not crowd these out.
    entries = custody.list_of(tx, tip=tip.reference, actions=_TOLD, limit=1000)
    # Of a partner's file the reporter knows nothing, whoever it is that speaks of it.
    theirs = {f"evidence:{one}" for one in evidence.ids_of_partners(tx, tip)}
    sent = [one for one in entries if one.actor.startswith("referral:")]  # one that was refused left no row
    theirs |= {one.subject for one in sent if one.subject.startswith("evidence:")}
    told = [one for one in entries if one.subject not in theirs and not _by_itself(one)]
    return [Step(one.at, one.action, _sentence(one), _values(one)) for one in told]


def _values(entry: Custody) -> dict[str, object]:
    """What fills the sentence; a moment stays one, for only a page knows how its reader writes it."""
    facts = entry.facts()
    values: dict[str, object] = {"number": facts.get("number", "")}
    if "by" in facts:
        values["by"] = facts["by"]
    if facts.get("until"):
        values["until"] = datetime.fromisoformat(facts["until"])
    if facts.get("kind") in partners.BY_CODE:
        values["who"] = Word(partners.BY_CODE[facts["kind"]].who)
    if facts.get("minutes"):
        values["minutes"] = facts["minutes"]
    return values


def _sentence(entry: Custody) -> str:
    if entry.action == "referral:come" and entry.facts().get("at_once"):
        return referrals.COMES_AT_ONCE
    is_own = entry.action == "message:message" and entry.actor.startswith("reporter:")
    return OWN_MESSAGE if is_own else STEPS[entry.action]


def _by_itself(entry: Custody) -> bool:
    """Nothing a reporter was told of: back to triage without an officer (the reporter answered, a snooze ran
    out), a note withdrawn, a step within the desk taken back."""
    if entry.action in referrals.TOLD:
        return bool(entry.facts().get("everyone"))  # said among the news of its incident
    if entry.action == "tip:triage":
        return not entry.actor.startswith("staff:")
    if entry.action == "tip:rate":
        return entry.facts().get("before") is not None  # said once; a second tap only says why
    if entry.action == "message:withdraw":
        return entry.facts().get("kind") == "note"
    return entry.action == "act:undo" and not _was_told(entry.facts())


def _was_told(undone: dict[str, Any]) -> bool:
    """Whether a reporter could read of the act that was taken back; a second link, say, had no line."""
    before, after = undone.get("before") or {}, undone.get("after") or {}
    changed = any(before.get(one) != after.get(one) for one in _READ_OF)
    return changed and undone.get("kind") in _OF_TIPS


def status(tx: Transaction, tip: Tip) -> tuple[str, str]:
    """Code and English sentence of the present status."""
    code = status_code(tip, evidence.list_of_reporter(tx, tip))
    if code == "linked" and thanks.is_over(tx, tip):
        return code, OVER
    return code, STATUS[code]
