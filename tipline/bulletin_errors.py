"""The part of the catalogue of errors that is about bulletins and their stills."""

# ruff: noqa: E501 - the table has one row an entry, however long its sentence is
from __future__ import annotations

from tipline.fault_kinds import N_, Entry, Kind

_K = Kind
# fmt: off
BULLETINS: dict[str, Entry] = {
    # --- what residents read
    "bulletin:not-found": Entry(_K.NOT_FOUND, N_("There is no such bulletin. Check the address, or look at the list of all bulletins.")),
    "bulletin:expired": Entry(_K.GONE, N_("This bulletin has ended. Look at the list for what is current.")),
    "bulletin:withdrawn": Entry(_K.GONE, N_("This bulletin was withdrawn. Please do not pass on older copies of it.")),
    "bulletin:picture-gone": Entry(_K.GONE, N_("This picture is not shown any more. Please do not pass on older copies of it.")),
    "bulletin:filter-unclear": Entry(_K.INVALID, N_("This address asks for a kind of bulletin or an area that does not exist. Look at the list of all bulletins.")),
    # --- writing one
    "bulletin:kind-unknown": Entry(_K.INVALID, N_("Choose what it is: advice, warning, news, or appeal for information.")),
    "bulletin:title-needed": Entry(_K.INVALID, N_("Write a title of up to %(limit)s characters.")),
    "bulletin:text-needed": Entry(_K.INVALID, N_("Write the text before it is published.")),
    "bulletin:text-too-long": Entry(_K.INVALID, N_("The text is longer than %(limit)s characters. Shorten it.")),
    "bulletin:changed-unseen": Entry(_K.CONFLICT, N_("Somebody changed this bulletin after you opened the page, so it was not published. It stands here as it is now: look again, then publish.")),
    "bulletin:changed": Entry(_K.CONFLICT, N_("Somebody changed this bulletin while you were at it. What you wrote is still in the fields: compare it with what stands now, then save again.")),
    "bulletin:over": Entry(_K.CONFLICT, N_("This bulletin has ended or was withdrawn and is not changed any more. Write a new one.")),
    "bulletin:not-draft": Entry(_K.CONFLICT, N_("Only a draft can be proposed or thrown away. Load the page again to see how it stands.")),
    "bulletin:not-shown": Entry(_K.CONFLICT, N_("Residents do not see this bulletin, so there is nothing to withdraw.")),
    "bulletin:published-already": Entry(_K.CONFLICT, N_("Residents read it already. Correct it, or withdraw it with a sentence.")),
    "bulletin:too-late": Entry(_K.CONFLICT, N_("Too much time has passed to take this back. Withdraw it with a sentence, or publish a new one.")),
    "bulletin:time-passed": Entry(_K.CONFLICT, N_("The time at which it was to appear has passed meanwhile. Nothing was changed; look at it and publish it anew.")),
    "bulletin:time-unclear": Entry(_K.INVALID, N_("The time could not be read. Write it like 2026-11-22 21:30, in the station's time.")),
    "bulletin:time-far": Entry(_K.INVALID, N_("It can be published at most a year ahead. Choose an earlier time.")),
    "bulletin:end-before": Entry(_K.INVALID, N_("It would end before anybody could read it. Choose a later end.")),
    "bulletin:words-needed": Entry(_K.INVALID, N_("Write one sentence, up to %(limit)s characters, that residents read in its place.")),
    # --- its stills
    "bulletin:no-appeal": Entry(_K.INVALID, N_("Only an appeal for information shows stills. Choose that kind, or take the stills out first.")),
    "bulletin:stills-full": Entry(_K.CONFLICT, N_("A bulletin shows at most %(limit)s stills. Take one out first.")),
    "bulletin:still-twice": Entry(_K.CONFLICT, N_("This still is in the bulletin already.")),
    "bulletin:still-unfit": Entry(_K.INVALID, N_("Only a covered copy that somebody looked at in full and confirmed can be shown. Choose one from the list, or confirm it first.")),
    "bulletin:still-not-found": Entry(_K.NOT_FOUND, N_("This still is not in the bulletin any more. Load the page again.")),
    "bulletin:alt-needed": Entry(_K.INVALID, N_("Write what the still shows, up to %(limit)s characters: some residents cannot see it.")),
    "bulletin:caption-long": Entry(_K.INVALID, N_("The caption takes at most %(limit)s characters. Shorten it.")),
    "bulletin:still-making": Entry(_K.CONFLICT, N_("A still is being prepared. Try again in a few seconds.")),
    "bulletin:still-failed": Entry(_K.CONFLICT, N_("A still could not be prepared, or may not be shown any more. Take it out, or add it again.")),
    "bulletin:look-needed": Entry(_K.INVALID, N_("Look at each still in full size and confirm that nobody innocent can be recognised in it.")),
}
# fmt: on
