"""The officer's words for states, reasons and kinds. A state has a word, an icon and a tone."""

from __future__ import annotations

from typing import NamedTuple

from tipline.domain import categories, recorders
from tipline.domain.tips import Tip
from tipline.domain.triage import Row
from tipline.errors import N_
from tipline.web.review.saying import gettext


class Word(NamedTuple):
    """`tone` is a class of the design tokens: new, waiting, used, refused, or idle."""

    text: str
    icon: str
    tone: str


TIP = {
    "draft": Word(N_("Draft"), "clock", "idle"),
    "received": Word(N_("Awaiting review"), "inbox", "new"),
    "triage": Word(N_("In review"), "eye", "waiting"),
    "need_info": Word(N_("Needs information"), "message", "waiting"),
    "linked": Word(N_("Linked"), "link", "used"),
    "duplicate": Word(N_("Duplicate"), "copy", "idle"),
    "not_used": Word(N_("Not used"), "ban", "refused"),
    "snoozed": Word(N_("Snoozed"), "clock", "idle"),
    "closed": Word(N_("Closed"), "archive", "idle"),
    "withdrawn": Word(N_("Withdrawn"), "arrow-back-up", "refused"),
}
ERASED = Word(N_("Erased"), "trash", "idle")
BEING_ERASED = Word(N_("Being erased"), "refresh", "refused")
FILE = {
    "uploading": Word(N_("Arriving"), "file-upload", "waiting"),
    "received": Word(N_("Waiting to be examined"), "clock", "waiting"),
    "processing": Word(N_("Processing"), "refresh", "waiting"),
    "ready": Word(N_("Examined"), "check", "used"),
    "undecodable": Word(N_("No pictures"), "alert-triangle", "refused"),
    "expired": Word(N_("Never fully arrived"), "x", "idle"),
    "erased": ERASED,
}
CASE = {
    "open": Word(N_("Open"), "folder", "used"),
    "closed": Word(N_("Closed"), "archive", "idle"),
}
OUTCOME = {
    "solved": N_("Solved"),
    "handed_over": N_("Handed over"),
    "unfounded": N_("Unfounded"),
    "not_solvable": N_("Not solvable now"),
    "other": N_("Other outcome"),
    "merged": N_("Merged into another case"),
    "mistaken": N_("Opened by mistake"),
}
SUBJECT = {
    "person": Word(N_("Person"), "user", "idle"),
    "vehicle": Word(N_("Vehicle"), "car", "idle"),
    "object": Word(N_("Object"), "package", "idle"),
}
INTEGRITY = {
    "same": Word(N_("Matches the sender's"), "shield-check", "used"),
    "sealed": Word(N_("Sealed on arrival"), "lock", "idle"),
    "differs": Word(N_("Differs from the sender's"), "alert-triangle", "refused"),
}
ACCESS = {
    "station": N_("whole station"),
    "members": N_("members only"),
}
# Why a keyframe was taken.
REASON = {
    "first": N_("Beginning"),
    "scene": N_("Scene change"),
    "activity": N_("Movement"),
    "coverage": N_("Overview"),
}
MESSAGE = {
    "message": N_("Message"),
    "question": N_("A question"),
    "progress": N_("News"),
    "note": N_("Internal note"),
}
# Kinds of text that stand in a thread and that nobody chooses there.
OF_PARTNERS = N_("Partner of a beat")
KIND = {
    "video": N_("Film"),
    "photo": N_("Photo"),
    "audio": N_("Sound"),
    "other": N_("File"),
}

# Why two tips that were shown together are not related.
HINT_ANSWER = {
    "other-place": N_("not related: another place"),
    "other-method": N_("not related: done another way"),
    "same-camera": N_("not related: only the same camera"),
    "too-common": N_("not related: too common to say anything"),
    "cannot-tell": N_("cannot tell"),
}
# What is made from a file at somebody's word.
MADE = {
    "still": N_("Still"),
    "clip": N_("Clip"),
    "faces": N_("Search for faces"),
    "track": N_("Following a box"),
    "redaction": N_("Covered copy"),
    "shared": N_("Copy for somebody outside"),
    "posted": N_("Still for a bulletin"),
    "moment": N_("Frame of a sighting"),
}

KIND_ICON = {"video": "video", "photo": "photo", "audio": "volume", "other": "file-text"}


def headline(tip: Tip) -> str:
    """What and where, or what was written first."""
    kind = gettext(categories.read_category(tip.category).short)
    rest = tip.place or " ".join(tip.text.split())[:24]
    return f"{kind} · {rest}" if rest else kind


# The same as kinds of templates.
REPLY = {**MESSAGE, "acknowledge": N_("Sentence for acknowledging")}

# How a camera clock's offset came to be known.
CLOCK_SOURCE = {
    "minutes": N_("told by the tip provider"),
    "reading": N_("read off the recorder by the tip provider"),
    "photo": N_("see the photo for the clock"),
    "desk": N_("set at the desk"),
    "compared": N_("read off a photo of both clocks, accepted at the desk"),
    "readings": N_("worked out at the desk from two readings"),
}


# What the true time beside a recorder's was read from.
# Parts of the chain of who is told, and how a tip found its beat.
DUTY = {"officer": N_("Beat officer"), "deputy": N_("Deputy"), "on_call": N_("On call")}
BEAT_BY = {
    "choice": N_("chosen by the tip provider"),
    "shop": N_("by the shop's poster"),
    "shape": N_("by the place on the map"),
}
PROPOSED_BY = {
    ("phone",): N_("the phone in the picture"),
    ("photo",): N_("the time that the photo itself tells"),
    ("phone", "photo"): N_("the phone in the picture and the photo's own time"),
}


def clock_how(tip: Tip) -> str:
    """`read off the recorder …: 10:03:20 at 10:00:00`; empty if nothing was told."""
    if tip.clock_source not in CLOCK_SOURCE:
        return ""
    source = gettext(CLOCK_SOURCE[tip.clock_source])
    reading = recorders.read_reading(tip.clock_reading)
    if not reading:
        return source
    shown, at = (one.strftime("%Y-%m-%d %H:%M:%S") for one in reading)
    if tip.clock_source in ("desk", "compared"):
        # The officer's figure is not what the tip provider read.
        told = gettext("the tip provider read %(shown)s at %(at)s", shown=shown, at=at)
    else:
        told = gettext("it showed %(shown)s at %(at)s", shown=shown, at=at)
    return f"{source} · {told}"


def progress(row: Row) -> str:
    """`Processing 62%`, or what else the row's files wait for; empty when all is done."""
    if row.progress is not None:
        if any(one.state == "processing" for one in row.files):
            return gettext("Processing %(percent)s%%", percent=int(row.progress * 100))
        return gettext("Waiting to be examined")
    if any(one.state == "uploading" for one in row.files):
        return gettext("Files still arriving")
    return ""
