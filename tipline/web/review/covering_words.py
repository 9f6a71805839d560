"""Sentences of the editor of covers: its script has none of its own."""

from __future__ import annotations

from typing import Any

from tipline.errors import N_
from tipline.web.review.saying import gettext

# What a script puts in the place of `#` and of names in braces is a number, a time or a name.
SENTENCES = {
    "box": N_("Box #"),
    "face": N_("Face"),
    "hand": N_("By hand"),
    "follow": N_("Followed"),
    "followHere": N_("Follow from here"),
    "followBack": N_("Follow back from here"),
    "nameOf": N_("Name of box #"),
    "goTo": N_("Go to box #"),
    "remove": N_("Delete box"),
    "whole": N_("whole film"),
    "wholeFilm": N_("Whole film"),
    "fromStart": N_("beginning"),
    "toEnd": N_("end"),
    "startsHere": N_("Starts here"),
    "endsHere": N_("Ends here"),
    "split": N_("Split here"),
    "dropKey": N_("Drop this key box"),
    "following": N_("It is being followed; the boxes appear by themselves."),
    "followed": N_("Followed to the end of the film. Please look whether it stayed on."),
    "followedBack": N_("Followed back to the beginning of the film. Please look whether it stayed on."),
    "bridgedHere": N_("not found here, the place is a guess"),
    "bridged": N_("not found from {from} to {to}; the cover goes straight across"),
    "lost": N_("lost at {at}:"),
    "lostBack": N_("not seen before {at}:"),
    "unsearched": N_("No search for faces from {from} to {to}"),
    "coveredNow": N_("Covers on this picture: #"),
    "saving": N_("Saving …"),
    "saved": N_("Saved"),
    "cut": N_("The connection is cut. What you drew is kept in this browser and is saved when it is back."),
    "ended": N_(
        "Your visit has ended. What you drew is kept in this browser; sign in again in a new tab, and it is"
        " saved."
    ),
    "failed": N_("That did not work. Please try again."),
    "notSaved": N_("Your last changes are not saved yet, so nothing was burned in. Please try again."),
    "restored": N_("What could not be saved last time is back."),
    "merged": N_("# changed these boxes at the same time. Both are kept."),
    "mergedAdded": N_("New: #."),
    "mergedChanged": N_("Changed: #."),
    "mergedRemoved": N_("Removed: #."),
    "mergedBoth": N_("Changed by both, so shown twice or kept: #."),
    "stillSearching": N_(
        "A search is still under way. Wait for it or cancel it, so that nothing is left open."
    ),
    "smaller": N_(
        "The copy is made smaller: {side} pixels on its longer side instead of {of}. Up to {minutes} minutes"
        " of film keep their size, up to {large} pixels."
    ),
    "rangeUnclear": N_("The end must lie behind the beginning."),
    "burning": N_("The covered copy is being made; it appears under Results."),
    "searching": N_("Looking for faces …"),
    "foundFaces": N_("Found: #. Please look through the film: what is turned away or small may be missed."),
    "noFaces": N_(
        "No face was found. That does not mean that there is none: please look, and draw boxes by hand."
    ),
    "queued": N_("Waits for its turn"),
    "making": N_("Being made"),
    "film": N_("Film"),
    "picture": N_("Photo"),
    "still": N_("Picture at"),
    "failedShort": N_("Failed"),
    "usable": N_("May be handed out"),
    "unseen": N_("Not looked at yet"),
    "checked": N_("Covers in {covered} of {frames} pictures; each was read back and checked."),
    "madeSmaller": N_("Made smaller: {size} pixels."),
    "lookedBy": N_("Looked at by {name}, {at}"),
    "sawClip": N_("I have looked at the whole clip: nothing that must be hidden can be seen."),
    "sawPicture": N_("I have looked at the picture: nothing that must be hidden can be seen."),
    "markUsable": N_("Mark as usable"),
    "nowUsable": N_("It may be handed out now. That you looked at it stands in the log."),
    "nowNot": N_("It must not be handed out any more."),
    "withdraw": N_("Not usable after all"),
    "open": N_("Look at it"),
    "download": N_("Save"),
    "retry": N_("Try again"),
    "cancel": N_("Cancel"),
    "removeResult": N_("Remove"),
    "gone": N_("Removed. What was handed on already stays in the log."),
    "back": N_("It is back."),
    "undo": N_("Undo"),
    "close": N_("Close"),
}
WHY_LOST = {
    "edge": N_("it left the picture."),
    "hidden": N_("it was hidden or looked different."),
    "flat": N_("there is nothing in the box to follow; draw it around something with edges."),
    "time": N_("the time for it was used up; follow it on from there."),
    "other": "",
}
WHY_LOST_BACK = {**WHY_LOST, "edge": N_("it comes into the picture there.")}


def words() -> dict[str, Any]:
    """All of them in the reader's language."""
    said: dict[str, Any] = {name: gettext(sentence) for name, sentence in SENTENCES.items()}
    return {**said, "why": _said(WHY_LOST), "whyBack": _said(WHY_LOST_BACK)}


def _said(why: dict[str, str]) -> dict[str, str]:
    return {code: gettext(text) if text else "" for code, text in why.items()}
