"""The part of the catalogue of errors that is about handing over: colleagues, beats, partners and their links."""

# ruff: noqa: E501 - the table has one row an entry, however long its sentence is
from __future__ import annotations

from tipline.fault_kinds import N_, Entry, Kind

_K = Kind
# fmt: off
HANDOVER: dict[str, Entry] = {
    # --- handing over
    "handover:theirs": Entry(_K.CONFLICT, N_("This tip is with %(name)s already. Choose another colleague.")),
    "handover:person-needed": Entry(_K.INVALID, N_("Choose the colleague who takes over.")),
    "handover:there": Entry(_K.CONFLICT, N_("This tip is with %(name)s already. Choose another beat.")),
    "handover:beat-needed": Entry(_K.INVALID, N_("Choose the beat that takes over.")),
    "handover:note-needed": Entry(_K.INVALID, N_("Write a line for whoever takes over: what is known, and what is to be done.")),
    "handover:service-needed": Entry(_K.INVALID, N_("Choose who can help, or write a name. Nothing was sent.")),
    # --- partners
    "partner:not-found": Entry(_K.NOT_FOUND, N_("There is no such partner, or it is switched off. Choose another one.")),
    "partner:kind-unknown": Entry(_K.INVALID, N_("This kind of partner does not exist. Choose one from the list.")),
    "partner:name-needed": Entry(_K.INVALID, N_("Give the partner a name of up to 60 characters.")),
    "partner:phone-unclear": Entry(_K.INVALID, N_("This is no phone number. Write digits, such as 0571-8765 4321 or 12345.")),
    "partner:phone-needed": Entry(_K.INVALID, N_("Residents are told to call it, so a phone number is needed.")),
    "partner:exists": Entry(_K.CONFLICT, N_("This beat has a partner of this name and kind already. Correct that one.")),
    "partner:list-empty": Entry(_K.INVALID, N_("There is no partner in this list. Each line takes kind, name, phone and beat, separated by commas.")),
    "partner:too-many": Entry(_K.TOO_LARGE, N_("More than %(limit)s lines at once. Bring the list in in parts.")),
    # --- referrals
    "referral:not-found": Entry(_K.NOT_FOUND, N_("There is no such referral on this tip. Load the page again.")),
    "referral:words-needed": Entry(_K.INVALID, N_("Write what the partner is asked to do.")),
    "referral:hours-unclear": Entry(_K.INVALID, N_("A link lasts from 1 to 336 hours. Choose one of them.")),
    "referral:picture-unfit": Entry(_K.INVALID, N_("This picture cannot be shown: nobody confirmed that it is covered, or it was removed. Choose another one.")),
    "referral:too-many": Entry(_K.CONFLICT, N_("So many partners as %(limit)s are asked for this tip already. Withdraw one that is not needed.")),
    "referral:reminded": Entry(_K.CONFLICT, N_("The partner was reminded a moment ago. If it is urgent, call.")),
    "referral:unknown": Entry(_K.NOT_FOUND, N_("This link is not complete or does not exist. Open it again from the message in which you got it, or ask the officer who sent it.")),
    "referral:done": Entry(_K.GONE, N_("This was reported as done at %(at)s, so nothing more is needed here. If something is not right, call the officer who sent you the link.")),
    "referral:declined": Entry(_K.GONE, N_("It was said at %(at)s that this cannot be done; the officer knows. If you can come after all, call the officer and ask for a new link.")),
    "referral:withdrawn": Entry(_K.GONE, N_("The officer withdrew this; you need not do anything more. If you are on the way already, call the officer who sent you the link.")),
    "referral:expired": Entry(_K.GONE, N_("The time for this link is over. If you are still at it, call the officer and ask for a new link.")),
    "referral:closed": Entry(_K.GONE, N_("The station has closed this. Thank you; nothing more is needed. If something is not right, call the officer who sent you the link.")),
    "referral:minutes-unclear": Entry(_K.INVALID, N_("Write in how many minutes you will be there, from 1 to %(limit)s.")),
    "referral:why-needed": Entry(_K.INVALID, N_("Write in a few words why it cannot be done, so that the officer can ask somebody else.")),
    "referral:reply-empty": Entry(_K.INVALID, N_("Write something or choose a photo first.")),
    "referral:file-unfit": Entry(_K.UNSUPPORTED, N_("This is neither a photo nor a film, so it was not taken. Choose a photo or a short film; say everything else in words.")),
    "referral:file-here": Entry(_K.CONFLICT, N_("This file is here already. It is kept once; you need not send it again.")),
    "referral:too-many-files": Entry(_K.TOO_LARGE, N_("With one link %(limit)s photos and films can be sent; this one was not taken. Say in words what else there is, or call the officer.")),
    "referral:files-too-often": Entry(_K.TOO_MANY, N_("Files were sent with this link very often just now. Wait ten minutes, then send yours again; words go through at once.")),
    "referral:picture-gone": Entry(_K.CONFLICT, N_("This picture is not ready or was removed. Load the page again and choose once more.")),
    "referral:too-many-replies": Entry(_K.TOO_MANY, N_("Very much was written here already. Please call the officer instead.")),
}
