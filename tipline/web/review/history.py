"""The custody log in plain words: a sentence an entry. An act without one shows its code, never nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from tipline.db import Transaction
from tipline.domain import accounts, categories, custody, policy
from tipline.domain.accounts import Account
from tipline.domain.burned import Read
from tipline.domain.custody import Custody
from tipline.errors import N_
from tipline.web import current, filters
from tipline.web.review import acted, came, gathered, handing_words, responding, truth, words
from tipline.web.review.history_words import CAUSES, FIELDS, STILLS, TAKEN_BACK, WANTED
from tipline.web.review.saying import gettext

MOST = 1000
SENTENCES = {
    "tip:create": N_("Report begun"),
    "tip:rewrite": N_("Report corrected before sending"),
    "tip:submit": N_("Report sent"),
    "tip:on-duty": N_("Put before %(name)s, who has duty: %(part)s"),
    "tip:discard": N_("Empty report dropped"),
    "tip:acknowledge": N_("Acknowledged"),
    "tip:escalate": N_("Not acknowledged yet, %(step)s: told %(told)s"),
    "tip:change": N_("Corrected: %(changes)s"),
    "tip:place": N_("Place of the tip set"),
    "sighting:add": N_("Sighting %(sighting)s marked"),
    "sighting:change": N_("Sighting %(sighting)s corrected"),
    "sighting:remove": N_("Sighting %(sighting)s taken off the trail"),
    "tip:clock": N_("Camera clock told: %(offset)s (%(source)s)"),
    "tip:overwrite": N_("The recorder writes over its footage in %(days)s days"),
    "tip:overwrite-reminder": N_(
        "The tip provider was reminded that the recorder will write over the footage"
    ),
    "share:make": N_("File %(number)s shared with %(recipient)s (%(share)s)"),
    "share:open": N_("%(share)s opened by its recipient"),
    "share:late": N_("%(share)s asked for after its end"),
    "share:revoke": N_("%(share)s revoked: %(recipient)s can open it no more"),
    **STILLS,
    "evidence:receive": N_("File %(number)s received and sealed"),
    "evidence:refuse": N_("A file was refused"),
    "evidence:again": N_("File %(number)s came once more, the same; it is kept once"),
    "evidence:remove": N_("File %(number)s taken back before it had arrived"),
    "evidence:expire": N_("File %(number)s was not finished in time"),
    "evidence:expiring": N_(
        "File %(number)s is not finished and ends within a day; the tip provider is told"
    ),
    "evidence:restart": N_("The store lost what had arrived of file %(number)s; it begins anew"),
    "evidence:mismatch": N_("File %(number)s differs from what the sender's device sent"),
    "evidence:resent": N_("File %(number)s came again whole, as file %(by)s"),
    "evidence:claim-digest": N_("The sender's device told the SHA-256 of file %(number)s"),
    "evidence:derive": N_("File %(number)s examined; keyframes: %(keyframes)s"),
    "evidence:complete": N_("File %(number)s examined to the end; keyframes: %(keyframes)s"),
    "evidence:fail": N_("File %(number)s could not be examined"),
    "evidence:retry": N_("File %(number)s is examined once more"),
    "evidence:scrub-fault": N_("The stored original of file %(number)s is not what was received"),
    "evidence:scrub-mended": N_("The original of file %(number)s was brought back whole"),
    "evidence:scrub-made": N_("Pictures made of file %(number)s are damaged in the store"),
    "evidence:download": N_("Original of file %(number)s downloaded"),
    "mark:add": N_("File %(number)s, %(position)s: moment marked %(marked)s"),
    "mark:remove": N_("File %(number)s, %(position)s: mark removed %(marked)s"),
    "derivative:ask": N_("File %(number)s, %(what)s: export asked for"),
    "derivative:make": N_("File %(number)s, %(what)s: export made"),
    "derivative:fail": N_("File %(number)s, %(what)s: export could not be made"),
    "derivative:retry": N_("File %(number)s, %(what)s: export is made once more"),
    "derivative:remove": N_("File %(number)s, %(what)s: export removed"),
    "hold:set": N_("Legal hold set"),
    "hold:end": N_("Legal hold ended"),
    "news:ask": N_("The tip provider wants to hear when there is news"),
    "news:stop": N_("The tip provider wants no more messages"),
    "erasure:ask": N_("Erasure asked for"),
    "erasure:request": N_("The tip provider asked for deletion"),
    "erasure:approve": N_("Erasure approved"),
    "erasure:refuse": N_("Not erased"),
    "erasure:cancel": N_("Erasure called off %(cause)s"),
    "erasure:list": N_("Fell due; listed for erasure"),
    "erasure:held": N_("Wanted to erase it and was refused: a legal hold stands"),
    "erasure:again": N_("Brought back by a restore, and erased again"),
    "erasure:begin": N_("Erasure begun"),
    "erasure:done": N_("Erased"),
    "redaction:confirm": N_(
        "File %(number)s: somebody looked at all of a covered copy; it may be handed out"
    ),
    "redaction:restore": N_("File %(number)s: what was removed is back"),
    "redaction:withdraw": N_("File %(number)s: a covered copy must not be handed out any more"),
    "derivative:download": N_("File %(number)s, %(what)s: export saved"),
    "evidence:clock": N_("Clock of file %(number)s: %(changes)s"),
    "topic:answer": N_("Answered with the topic “%(title)s”"),
    "topic:from-tip": N_("A topic was begun out of it"),
    "receipt:sign": N_("Receipt signed for the tip provider; files: %(files)s"),
    "message:message": N_("Message written"),
    "message:question": N_("Question asked"),
    "message:progress": N_("News written for the tip provider"),
    "message:note": N_("Internal note written"),
    "contact:read": N_("Contact details looked at"),
    "purpose:state": N_("Said what the original is saved for"),
    "purpose:refuse": N_("Wanted without a reason and refused: %(wanted)s"),
    "contact:withdraw": N_("Contact details withdrawn by the tip provider"),
    "message:withdraw": N_("A text withdrawn"),
    "link:create": N_("%(tip)s linked to %(case)s"),
    "link:end": N_("Link of %(tip)s to %(case)s taken back"),
    "hint:accepted": N_("Hint followed: %(tip)s and %(other)s belong together"),
    "hint:dismissed": N_("Hint answered, %(tip)s and %(other)s: %(answer)s"),
    "case:open": N_("Case opened"),
    "case:access": N_("Access: %(access)s"),
    "package:ask": N_("Package asked for, for %(recipient)s"),
    "package:make": N_("Package made; SHA-256 %(sha256)s"),
    "package:fail": N_("Package could not be made"),
    "package:retry": N_("Package is made once more"),
    "package:download": N_("Package downloaded; SHA-256 %(sha256)s"),
    "package:remove": N_("Package's file deleted"),
    "package:cancel": N_("Making of a package stopped"),
    "package:expire": N_("Package expired, its file deleted"),
    "case:list": N_("List of evidence saved; files: %(files)s"),
    "case:merge": N_("%(from)s merged into %(case)s"),
    "case:unmerge": N_("Merger of %(from)s into %(case)s taken back"),
    "case:merged": N_("Merged into %(into)s"),
    "case:unmerged": N_("Merger into %(into)s taken back"),
    "case:split": N_("Tips parted from %(from)s: %(tips)s"),
    "case:parted": N_("Tips parted into %(into)s: %(tips)s"),
    "case:notice": N_("Tip providers told that their footage was used: %(tips)s"),
    "task:add": N_("Task written down: %(text)s"),
    "task:change": N_("Task corrected: %(text)s"),
    "task:done": N_("Task done: %(text)s"),
    "task:reopen": N_("Task to be done again: %(text)s"),
    "task:remove": N_("Task taken off the list: %(text)s"),
    "subject:add": N_("Described: %(label)s"),
    "subject:change": N_("Description corrected: %(label)s"),
    "subject:remove": N_("Taken off the list: %(label)s"),
    "member:add": N_("%(member)s assists from now on"),
    "member:end": N_("%(member)s assists no more"),
    "member:lead": N_("%(member)s leads from now on"),
    "case:change": N_("Case corrected: %(changes)s"),
    "case:close": N_("Case closed"),
    "case:reopen": N_("Case opened again"),
    **gathered.SENTENCES,
    **handing_words.SENTENCES,
}


class Line(NamedTuple):
    at: datetime
    who: str
    sentence: str
    reason: str
    seq: int


def of_tip(tx: Transaction, reference: str, staff: Iterable[Account]) -> list[Line]:
    """Newest first; `staff` are all accounts."""
    return _told(_of(tx, reference), staff)


def of_case(tx: Transaction, number: str, *, before: int | None = None, limit: int = MOST) -> list[Line]:
    """Newest first; `before` is the entry that the page before ended with."""
    return lines(tx, _of(tx, f"case:{number}", before, limit))


def _of(tx: Transaction, about: str, before: int | None = None, limit: int = MOST) -> list[Custody]:
    """What a case tells that does not exist for the reader is left out."""
    hidden, closed = policy.hidden_subjects(current.actor()), policy.closed_references(current.actor())
    return custody.list_latest(tx, about=about, before=before, limit=limit, without=hidden, closed=closed)


def lines(tx: Transaction, entries: list[Custody]) -> list[Line]:
    """These entries in words, in their order."""
    return _told(entries, accounts.list_accounts(tx))


def _told(entries: list[Custody], staff: Iterable[Account]) -> list[Line]:
    people = {one.actor.label: one.display_name for one in staff}
    numbers = _numbers(entries)
    return [
        Line(one.at, _who(one.actor, people), _sentence(one, people, numbers), one.reason or "", one.seq)
        for one in entries
    ]


def _numbers(entries: list[Custody]) -> dict[str, int]:
    """Which file an evidence is; not every act repeats it."""
    told = ((one.subject, one.facts().get("number")) for one in entries)
    return {subject: number for subject, number in told if number}


def _who(actor: str, people: dict[str, str]) -> str:
    if actor.startswith("reporter:"):
        return gettext("Tip provider")
    if actor.startswith("recipient:"):
        return gettext("Recipient of a share")
    if actor.startswith("referral:"):
        return gettext("Partner: %(name)s", name=actor.partition(":")[2])
    if actor.startswith("system:"):
        return gettext("System")
    return people.get(actor, actor.partition(":")[2])


def _sentence(entry: Custody, people: dict[str, str], numbers: dict[str, int]) -> str:
    facts = entry.facts()
    if entry.action in OWN:
        return OWN[entry.action](facts, people)
    if entry.action == "tip:on-duty":
        part = gettext(words.DUTY.get(str(facts.get("part")), "–"))
        return gettext(SENTENCES[entry.action], name=_named(facts, people), part=part)
    origin = came.ORIGINS.get(facts.get("origin") or "")
    if entry.action == "tip:create" and origin:
        return gettext("Taken down for somebody: %(way)s", way=gettext(origin))
    if entry.action == "tip:create" and facts.get("door") == "folder":
        return gettext("Taken from the drop folder")
    if entry.action == "tip:duplicate" and facts.get("of"):
        return gettext("Marked as a duplicate of %(other)s", other=facts["of"])
    noun, _, verb = entry.action.partition(":")
    state = verb.replace("-", "_")
    if noun == "tip" and entry.action not in SENTENCES and state in words.TIP:
        return gettext("State: %(state)s", state=gettext(words.TIP[state].text))
    if entry.action not in SENTENCES:
        return entry.action
    if entry.action in TAKEN_BACK and _is_taken_back(facts):
        return gettext(TAKEN_BACK[entry.action])
    # The look took place but found nothing that could be decoded.
    is_in_vain = entry.action == "evidence:derive" and facts.get("failure")
    sentence = SENTENCES["evidence:fail" if is_in_vain else entry.action]
    values = {
        "number": facts.get("number") or numbers.get(entry.subject, "–"),
        "by": facts.get("by", ""),
        "wanted": gettext(WANTED.get(str(facts.get("wanted")), "–")),
        "keyframes": facts.get("keyframes", 0),
        "tip": entry.tip or "",
        "case": entry.subject.partition(":")[2],
        "changes": _changes(facts),
        "other": facts.get("other", ""),
        "answer": gettext(words.HINT_ANSWER.get(facts.get("answer") or "", "–")),
        "days": facts.get("days"),
        "cause": f"({gettext(CAUSES[facts['cause']])})" if facts.get("cause") in CAUSES else "",
        "sighting": facts.get("sighting", "–"),
        "files": facts.get("files", 0),
        "offset": _ahead_or_behind(facts.get("clock_offset_s")),
        "from": facts.get("source", ""),
        "into": facts.get("into", ""),
        "incident": facts.get("incident", ""),
        "title": facts.get("title", ""),
        "tips": gettext(", ").join(facts.get("tips") or ()) or "–",
        "others": gettext(", ").join(facts.get("others") or ()) or "–",
        "text": facts.get("text", ""),
        "label": facts.get("label", ""),
        "sha256": facts.get("sha256", ""),
        "access": gettext(words.ACCESS.get(facts.get("access") or "", "–")),
        "member": people.get(f"staff:{facts.get('member')}", facts.get("member") or ""),
        "recipient": facts.get("recipient", ""),
        "share": facts.get("share", ""),
        "what": _made(facts),
        "position": filters.position(facts["t"]) if isinstance(facts.get("t"), float) else "–",
        "marked": f"“{facts['text']}”" if facts.get("text") else "",
        "source": gettext(words.CLOCK_SOURCE.get(facts.get("source") or "", "–")),
    }
    return gettext(sentence, **values, **handing_words.values(facts))


def _taken_back(facts: dict[str, Any], people: dict[str, str]) -> str:
    """What was taken back, and whose act it was."""
    # `before` is what the act had put there.
    what = acted.name(str(facts.get("kind")), facts.get("before") or {})
    who = people.get(f"staff:{facts.get('of')}", facts.get("of") or "–")
    return gettext("Taken back: %(what)s (done by %(name)s)", what=what, name=who)


def _made(facts: dict[str, Any]) -> str:
    """What was made of a file, and of which frames."""
    kind = gettext(words.MADE.get(str(facts.get("kind")), ""))
    if "first" in facts:
        return f"{kind} {facts['first']}–{facts['last']}"
    return f"{kind} {facts['frame']}" if "frame" in facts else kind


def _ahead_or_behind(offset_s: float | None) -> str:
    if not offset_s:
        return "–" if offset_s is None else gettext("right")
    length = filters.lasting(offset_s)
    return (
        gettext("%(length)s ahead", length=length)
        if offset_s > 0
        else gettext("%(length)s behind", length=length)
    )


def _is_taken_back(facts: dict[str, Any]) -> bool:
    return facts.get("days") is None and facts.get("clock_offset_s") is None


def _assigned(facts: dict[str, Any], people: dict[str, str]) -> str:
    if not facts.get("assignee"):
        return gettext("Assigned to nobody")
    return gettext("Assigned to %(name)s", name=_named(facts, people))


def _delegated(facts: dict[str, Any], people: dict[str, str]) -> str:
    return gettext(handing_words.DELEGATED, name=_named(facts, people))


def _named(facts: dict[str, Any], people: dict[str, str]) -> str:
    name = str(facts.get("assignee"))
    return people.get(f"staff:{name}", name)


def _changes(facts: dict[str, Any]) -> str:
    """`beat: 北片区 → 南片区`; long texts are only named."""
    before, after = facts.get("before") or {}, facts.get("after") or {}
    shown = []
    for name, value in after.items():
        label = gettext(FIELDS[name]) if name in FIELDS else name
        if name == "summary":
            shown.append(label)
        else:
            shown.append(f"{label} {_plain(name, before.get(name))} → {_plain(name, value)}")
    return gettext(", ").join(shown)


def _plain(name: str, value: Any) -> str:
    if value in (None, ""):
        return "–"
    if name == "category":
        return gettext(categories.read_category(value).short)
    if name == "clock_offset_s":
        return _ahead_or_behind(value)
    if name == "clock_source":
        return gettext(words.CLOCK_SOURCE.get(value, value))
    if name == "clock_reading" and (reading := Read.of(value)):
        return truth.working(reading)
    return str(value)


# Acts whose sentence follows from more than one value.
OWN: dict[str, Callable[[dict[str, Any], dict[str, str]], str]] = {
    "tip:assign": _assigned,
    "tip:delegate": _delegated,
    "act:undo": _taken_back,
    "tip:escalate": responding.escalated,
}
