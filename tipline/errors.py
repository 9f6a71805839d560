"""The one catalogue of everything that can be answered with «no».

A code (`noun:reason`) crosses borders; its sentence stays with people and is translated where it is shown.
Each sentence says what happened and what to do now. The kind decides the HTTP status, in `web/errors.py` alone.
"""

# ruff: noqa: E501 - the table has one row an entry, however long its sentence is
from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple


class Kind(Enum):
    """What sort of «no» it is."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not found"
    CONFLICT = "conflict"
    STALE = "stale"
    GONE = "gone"
    TOO_LARGE = "too large"
    UNSUPPORTED = "unsupported"
    TOO_MANY = "too many"
    FULL = "full"
    UNAVAILABLE = "unavailable"
    CHECKSUM = "checksum"


class Entry(NamedTuple):
    kind: Kind
    sentence: str


def N_(sentence: str) -> str:  # noqa: N802 - the name that gettext's extractor looks for
    """Mark a sentence for the catalogue of translations."""
    return sentence


_K = Kind
# fmt: off
CATALOGUE: dict[str, Entry] = {
    # --- requests
    "request:invalid": Entry(_K.INVALID, N_("Some of what was sent is not right. Check the marked fields and send again.")),
    "request:field-unclear": Entry(_K.INVALID, N_("This is not in the form expected here.")),
    "request:field-needed": Entry(_K.INVALID, N_("This is needed.")),
    "request:too-large": Entry(_K.TOO_LARGE, N_("This is more than can be sent at once. Shorten the text or send files one by one.")),
    "request:not-found": Entry(_K.NOT_FOUND, N_("There is nothing at this address. Check the link or go back to the start page.")),
    "request:method": Entry(_K.INVALID, N_("This address does not take that kind of request.")),
    "request:too-many": Entry(_K.TOO_MANY, N_("Too many requests came from your network. Wait a minute, then try again.")),
    "request:crowded": Entry(_K.TOO_MANY, N_("Very much comes from your network at the same moment. Try again in a few seconds; what you sent before is kept.")),
    "request:expired": Entry(_K.INVALID, N_("This page was open for too long. Load it again and repeat the last step; what you sent before is kept.")),
    "request:foreign": Entry(_K.FORBIDDEN, N_("This request came from another site and was not carried out. Open the page here and try again.")),
    "request:failed": Entry(_K.UNAVAILABLE, N_("Something went wrong on our side. What you sent before is kept. Try again in a minute; if it stays, call the station.")),
    # --- the service
    "service:database-down": Entry(_K.UNAVAILABLE, N_("We cannot save anything at the moment. Nothing received so far is lost. Try again in a minute.")),
    "service:store-down": Entry(_K.UNAVAILABLE, N_("Files cannot be stored at the moment. What was received is kept. The upload goes on by itself in a minute.")),
    "service:disk-full": Entry(_K.FULL, N_("The station has no room for this file right now. Your report is kept. Please try the file again later or call the station.")),
    "service:crowded": Entry(_K.UNAVAILABLE, N_("Very much comes in at this moment. Try again in a few seconds; what you sent before is kept.")),
    "service:busy": Entry(_K.UNAVAILABLE, N_("Very many uploads are under way. Yours goes on by itself in a moment.")),
    # --- paper
    "print:failed": Entry(_K.UNAVAILABLE, N_("The PDF could not be made. Open the page instead and print that.")),
    "key:sealed": Entry(_K.UNAVAILABLE, N_("The receipt cannot be signed right now; what you sent is safe. Operator: the signing key opens only with the TIPLINE_SECRET_KEY it was made under. Set that again, or run `tipline key rotate`.")),
    "custody:sealed": Entry(_K.UNAVAILABLE, N_("No checkpoint can be signed: the station's key does not open with the secret that is set. The log itself is unharmed. Operator: set the TIPLINE_SECRET_KEY it was made under, or run `tipline key rotate`.")),
    "custody:broken": Entry(_K.CONFLICT, N_("The log is broken at entry %(number)s, so nothing is signed over it. Stop work on this station and run `tipline custody verify`; keep the database as it is.")),
    "proof:nothing": Entry(_K.INVALID, N_("Choose the receipt or paste it first.")),
    "print:busy": Entry(_K.UNAVAILABLE, N_("Many PDFs are being made at the moment. Try again in a few seconds, or print the page instead.")),
    # --- contact details
    "contact:no-key": Entry(_K.UNAVAILABLE, N_("Contact details cannot be sealed right now, so they were not taken. Leave the field empty to go on; the receipt code works without them. Operator: start Tipline again.")),
    "contact:locked": Entry(_K.FORBIDDEN, N_("Contact details are sealed. Type your password once more to open them.")),
    "contact:not-granted": Entry(_K.FORBIDDEN, N_("You cannot see contact details yet. A colleague who can lets you in on the page of accounts.")),
    "contact:not-theirs": Entry(_K.FORBIDDEN, N_("The role of this account does not see contact details.")),
    "contact:desk-only": Entry(_K.FORBIDDEN, N_("Contact details are sealed and open at the desk alone, with an officer's password. A token cannot open them.")),
    "contact:unopened": Entry(_K.CONFLICT, N_("These contact details do not open: they were changed after they were sealed. Write to the tip provider through the receipt instead, and tell your administrator.")),
    "contact:key-sealed": Entry(_K.UNAVAILABLE, N_("The contact key opens only with the TIPLINE_SECRET_KEY it was made under. Set that again.")),
    "contact:key-unopened": Entry(_K.CONFLICT, N_("Your key for contact details does not open with your password. Ask a colleague who sees contact details to let you in anew.")),
    "contact:no-pair": Entry(_K.CONFLICT, N_("Before you can let %(name)s see contact details, they have to sign in once.")),
    "contact:pair-changed": Entry(_K.CONFLICT, N_("The key of %(name)s is not the one in the log: somebody changed it in the database. Nothing was granted. Give %(name)s a new password, and find out who has access to the database.")),
    "contact:code-unclear": Entry(_K.INVALID, N_("This is no recovery code: it has %(limit)s letters and digits, and one of them is wrong or missing. Compare it with the sheet.")),
    "contact:code-foreign": Entry(_K.INVALID, N_("This recovery code belongs to none of this station's contact keys.")),
    # --- tips
    "tip:not-found": Entry(_K.NOT_FOUND, N_("There is no such tip, or it is not yours to see.")),
    "tip:empty": Entry(_K.INVALID, N_("Write what happened or attach a file. One of the two is needed.")),
    "tip:crowded": Entry(_K.TOO_MANY, N_("Very many reports came from your network just now. Yours is not sent yet: wait ten minutes, then send it again. If it is urgent, call 110.")),
    "tip:text-too-long": Entry(_K.INVALID, N_("The text is longer than %(limit)s characters. Shorten it, or attach the rest as a file.")),
    "tip:category-unknown": Entry(_K.INVALID, N_("This kind of tip does not exist. Choose one from the list.")),
    "tip:beat-unknown": Entry(_K.INVALID, N_("This beat does not exist. Choose one from the list.")),
    "tip:time-unclear": Entry(_K.INVALID, N_("The time could not be read. Write it like 2026-11-22 21:30.")),
    "tip:reading-unclear": Entry(_K.INVALID, N_("The time could not be read. Write it as the recorder shows it, like 21:30:05.")),
    "tip:offset-unclear": Entry(_K.INVALID, N_("The offset of the camera's clock is unclear or more than ten years. Correct the numbers.")),
    "tip:time-reversed": Entry(_K.INVALID, N_("The end lies before the beginning. Correct one of the two times.")),
    "tip:time-ahead": Entry(_K.INVALID, N_("This time lies in the future. Check the date.")),
    "tip:days-unclear": Entry(_K.INVALID, N_("Write a whole number of days from 1 to 366, such as 7. Leave it empty if you do not know.")),
    "tip:clock-unclear": Entry(_K.INVALID, N_("Write the difference as a number of minutes, such as 5.")),
    "tip:place-unclear": Entry(_K.INVALID, N_("The position is not on the map. Latitude goes from -90 to 90, longitude from -180 to 180.")),
    "tip:field-too-long": Entry(_K.INVALID, N_("This is longer than %(limit)s characters. Shorten it.")),
    "tip:state-unknown": Entry(_K.INVALID, N_("A tip cannot be put into this state by hand.")),
    "tip:sent": Entry(_K.CONFLICT, N_("This report has been sent already. To add or correct something, write a message.")),
    "tip:closed": Entry(_K.CONFLICT, N_("This tip is closed. Reopen it first, or send a new one.")),
    "tip:changed": Entry(_K.STALE, N_("Somebody changed this tip in the meantime. Look at the newest state, then repeat your change.")),
    "tip:version-needed": Entry(_K.INVALID, N_("Say which version you change: send If-Match with the ETag you read.")),
    "tip:already-acknowledged": Entry(_K.CONFLICT, N_("This tip has been acknowledged already.")),
    "tip:taken-up": Entry(_K.CONFLICT, N_("An officer is already looking at this tip, so it cannot be withdrawn here. Write a message instead.")),
    "tip:too-many-files": Entry(_K.TOO_LARGE, N_("A tip takes %(limit)s files. Send the others with a new tip.")),
    "tip:too-large": Entry(_K.TOO_LARGE, N_("All files of a tip together may have %(limit)s. Send the others with a new tip.")),
    "tip:origin-needed": Entry(_K.INVALID, N_("Choose how it came to you: in person, by phone, or from a chat group.")),
    "tip:words-needed": Entry(_K.INVALID, N_("Write a few words, or paste the chat. Files alone do not say what happened.")),
    "tip:shop-unknown": Entry(_K.INVALID, N_("No poster in use has this code. Check its 6 characters, or leave it out and write the place.")),
    "shop:unknown": Entry(_K.NOT_FOUND, N_("No poster in use has this code. Check its 6 characters, or write the place yourself.")),
    "shop:name-needed": Entry(_K.INVALID, N_("Give the shop a name of up to %(limit)s characters.")),
    "tip:erased": Entry(_K.GONE, N_("This tip was erased. What is kept of it stands on its page; nothing else can be shown or done.")),
    "hold:stands": Entry(_K.CONFLICT, N_("A legal hold stands over this tip: nothing of it is deleted until the hold has ended.")),
    "hold:exists": Entry(_K.CONFLICT, N_("A legal hold stands here already. End it first if another reason is to be given.")),
    "hold:ended": Entry(_K.CONFLICT, N_("This hold was ended by %(name)s at %(at)s.")),
    "hold:not-found": Entry(_K.NOT_FOUND, N_("There is no such hold.")),
    "hold:reason-needed": Entry(_K.INVALID, N_("Say why. The reason is kept in the log.")),
    "hold:too-late": Entry(_K.CONFLICT, N_("The erasure of this tip has begun already; nothing can be held back any more.")),
    "erasure:exists": Entry(_K.CONFLICT, N_("An erasure of this tip is asked for or under way already. Look at the newest state.")),
    "erasure:linked": Entry(_K.CONFLICT, N_("This tip belongs to an open case. Take it out of the case or close the case first.")),
    "erasure:second-person": Entry(_K.FORBIDDEN, N_("Whoever asked for an erasure cannot approve it. Another supervisor or administrator has to decide.")),
    "erasure:decided": Entry(_K.CONFLICT, N_("Somebody has decided this meanwhile. Look at the newest state.")),
    "erasure:begun": Entry(_K.CONFLICT, N_("The erasure has begun already; it cannot be called off any more.")),
    "erasure:not-found": Entry(_K.NOT_FOUND, N_("There is no such erasure.")),
    "retention:days-unclear": Entry(_K.INVALID, N_("Write a whole number of days from %(shortest)s to %(longest)s, or leave it empty to keep tips until somebody acts.")),
    "shop:exists": Entry(_K.CONFLICT, N_("There is a shop of this name at this place already.")),
    "shop:too-many": Entry(_K.INVALID, N_("A list takes up to %(limit)s shops at once. Bring the others in with a second one.")),
    "shop:list-empty": Entry(_K.INVALID, N_("There is no shop in this list. Each line takes name, place and beat, separated by commas.")),
    "shop:list-unreadable": Entry(_K.INVALID, N_("This list could not be read. Save it as CSV (UTF-8 or GBK) and choose it again.")),
    "shop:posters-number": Entry(_K.INVALID, N_("One file takes the posters of 1 to %(limit)s shops in use. Search for a street or a beat first, then print.")),
    "delivery:key-reused": Entry(_K.CONFLICT, N_("You sent another report under this number or key before. Use a new one for a new report.")),
    "beat:code-unclear": Entry(_K.INVALID, N_("A beat's code takes 1 to 40 small letters, digits and dashes, such as north-2.")),
    "beat:name-needed": Entry(_K.INVALID, N_("Give the beat a name of up to %(limit)s characters.")),
    "beat:exists": Entry(_K.CONFLICT, N_("There is a beat with this code already.")),
    "place:unclear": Entry(_K.INVALID, N_("This is no position. Paste two numbers such as 34.7216, 113.6702, or click on the map.")),
    "place:system": Entry(_K.INVALID, N_("Say of which map the position is: WGS-84, GCJ-02 or BD-09.")),
    "beat:shape-unreadable": Entry(_K.INVALID, N_("This is no GeoJSON. Export the beats as GeoJSON (UTF-8) from the map program and choose that file.")),
    "beat:shape-empty": Entry(_K.INVALID, N_("There is no area in this GeoJSON. It must be a FeatureCollection whose features are areas with a name or code.")),
    "beat:shape-kind": Entry(_K.INVALID, N_("“%(name)s” is no area but %(kind)s. Draw beats as Polygon or MultiPolygon, then choose the file again.")),
    "beat:shape-damaged": Entry(_K.INVALID, N_("The coordinates of “%(name)s” are not as GeoJSON writes them: rings of [longitude, latitude]. Export it again.")),
    "beat:shape-swapped": Entry(_K.INVALID, N_("“%(name)s” has latitude and longitude the wrong way round. GeoJSON writes longitude first; swap them and choose the file again.")),
    "beat:shape-outside": Entry(_K.INVALID, N_("“%(name)s” lies outside the world (%(place)s). Export it in degrees, not in metres of a projection.")),
    "beat:shape-flat": Entry(_K.INVALID, N_("“%(name)s” encloses nothing: a border takes at least three different points. Correct it and choose the file again.")),
    "beat:shape-crossing": Entry(_K.INVALID, N_("The border of “%(name)s” crosses itself near %(place)s. Correct it in the map program and choose the file again.")),
    "beat:shape-twice": Entry(_K.INVALID, N_("“%(name)s” stands in the file twice. Join its parts to one MultiPolygon, or give one another code.")),
    "beat:shape-too-much": Entry(_K.TOO_LARGE, N_("This GeoJSON has more than %(limit)s points. Simplify the borders in the map program; a few metres make no difference here.")),
    "beat:shape-tangled": Entry(_K.TOO_LARGE, N_("The border of “%(name)s” runs to and fro so often that it cannot be checked. Simplify it in the map program.")),
    "beat:shape-later": Entry(_K.CONFLICT, N_("The borders were changed again since. Undo that first, or bring in the borders you want.")),
    "sighting:not-found": Entry(_K.NOT_FOUND, N_("This sighting is no longer on the trail. Load the page again.")),
    "sighting:changed": Entry(_K.STALE, N_("Somebody changed this sighting in the meantime. Yours is still in the form; compare the two, then save again.")),
    "sighting:empty": Entry(_K.INVALID, N_("Say at least one thing of the sighting: a file, a place, or a time.")),
    "sighting:moment-unclear": Entry(_K.INVALID, N_("Give the moment in the film, such as 0:12.4; it must lie within the film.")),
    "sighting:case-needed": Entry(_K.INVALID, N_("Choose the case this sighting belongs to. If there is none, link the tip to a case first.")),
    "tip:category-needed": Entry(_K.INVALID, N_("Choose what it is about.")),
    "tip:confirm-needed": Entry(_K.INVALID, N_("Tick the box to say that your report is honest, then send it.")),
    "tip:reason-needed": Entry(_K.INVALID, N_("Give a reason. It stands in the log, and the reporter may read it.")),
    "tip:snooze-day": Entry(_K.INVALID, N_("Choose a day that is still to come.")),
    # --- duplicates
    "duplicate:target-needed": Entry(_K.INVALID, N_("Write which tip told the same before, such as T-1037, or give a reason.")),
    "duplicate:unknown": Entry(_K.INVALID, N_("There is no such tip. Write its number as it stands in the queue, such as T-1037.")),
    "duplicate:itself": Entry(_K.INVALID, N_("A tip cannot be a duplicate of itself. Write the number of the other one.")),
    "duplicate:circle": Entry(_K.CONFLICT, N_("The tip %(other)s is itself marked as a duplicate of this one. Take that back first, or keep this one.")),
    "duplicate:withdrawn": Entry(_K.CONFLICT, N_("The tip %(other)s was withdrawn by its tip provider. Keep this one and work with it instead.")),
    "duplicate:marked": Entry(_K.CONFLICT, N_("This tip is marked as a duplicate of %(other)s already.")),
    # --- comparing
    "compare:two-needed": Entry(_K.INVALID, N_("Say which two are to be compared: open a tip and choose “Compare” at a hint, or from the queue.")),
    # --- hints
    "hint:not-found": Entry(_K.NOT_FOUND, N_("This hint is no longer there: what it rested on has changed. Look at the page again.")),
    "hint:answer-needed": Entry(_K.INVALID, N_("Say why the two do not belong together, or that you cannot tell.")),
    "hint:decided": Entry(_K.CONFLICT, N_("Somebody has answered this hint already. Look at the newest state.")),
    # --- receipts
    "receipt:unknown": Entry(_K.NOT_FOUND, N_("No such code. Check the 16 characters (no I, L, O, U).")),
    "receipt:too-many": Entry(_K.TOO_MANY, N_("No such code, and too many wrong ones came from your network. Check the 16 characters (no I, L, O, U) and try again in a minute.")),
    "receipt:wait": Entry(_K.TOO_MANY, N_("Codes much like this one were tried too often. Wait a minute, then enter it again; a right code is never locked.")),
    "receipt:expired": Entry(_K.UNAUTHENTICATED, N_("Your visit has ended. Enter your receipt code again to go on; everything you sent is kept.")),
    # --- uploads
    "upload:not-found": Entry(_K.NOT_FOUND, N_("This upload does not exist any more. Choose the file again.")),
    "upload:expired": Entry(_K.GONE, N_("This upload was not finished in time and has been removed. Choose the file again.")),
    "upload:offset-mismatch": Entry(_K.CONFLICT, N_("The upload goes on at another place. Ask where it stands and continue there.")),
    "upload:superseded": Entry(_K.CONFLICT, N_("The upload was taken over by a newer connection.")),
    "upload:busy": Entry(_K.CONFLICT, N_("Another connection still sends this file. It goes on by itself in a moment.")),
    "upload:crowded": Entry(_K.TOO_MANY, N_("Very much is being sent from your network at this moment. Wait a few minutes until some of it has arrived, then choose the file again; your report is kept.")),
    "upload:too-often": Entry(_K.TOO_MANY, N_("Very many files came from your network just now. Wait ten minutes, then choose the file again; what you sent before is kept.")),
    "upload:too-many-parts": Entry(_K.TOO_LARGE, N_("This form holds more files and fields than can be sent at once. What came before is kept; send the others with another form.")),
    "upload:length-needed": Entry(_K.INVALID, N_("Say how long the file is: Upload-Length is missing or not a whole number.")),
    "upload:offset-unclear": Entry(_K.INVALID, N_("Say where these bytes belong: Upload-Offset is missing or not a whole number.")),
    "upload:metadata-unclear": Entry(_K.INVALID, N_("The description of the file could not be read: Upload-Metadata takes names and base64 values.")),
    "upload:too-large": Entry(_K.TOO_LARGE, N_("The file is over %(limit)s. Export it in parts and send them one by one.")),
    "upload:too-much": Entry(_K.TOO_LARGE, N_("More bytes came than were announced. Choose the file again.")),
    "upload:content-type": Entry(_K.UNSUPPORTED, N_("A piece of an upload must be sent as application/offset+octet-stream.")),
    "upload:version": Entry(_K.UNSUPPORTED, N_("This upload speaks another protocol version than ours, which is tus 1.0.0.")),
    "upload:checksum-unknown": Entry(_K.INVALID, N_("This kind of checksum is not known here. Use sha256.")),
    "upload:checksum-mismatch": Entry(_K.CHECKSUM, N_("This piece arrived damaged and was thrown away. Send it again.")),
    "upload:extension": Entry(_K.INVALID, N_("A file is taken here in one row of pieces and with its length told first. Send it without Upload-Concat and Upload-Defer-Length.")),
    "upload:tail-unwanted": Entry(_K.CONFLICT, N_("The end of this file is of no use ahead of the rest. Send the file in order; nothing is missing.")),
    "upload:tail-unclear": Entry(_K.INVALID, N_("These are not the last bytes of the file: with Upload-Offset they must end just where the file ends. Send the file in order.")),
    "upload:tail-too-large": Entry(_K.TOO_LARGE, N_("At most %(limit)s of the end of a file are taken ahead of the rest. Send the file in order.")),
    "upload:received": Entry(_K.FORBIDDEN, N_("This file has arrived and is sealed as evidence, so it cannot be taken back. If it was sent by mistake, say so in a message.")),
    "upload:broken-off": Entry(_K.INVALID, N_("The connection broke off before everything was here. Choose the file again and send it once more.")),
    "upload:no-file": Entry(_K.INVALID, N_("Choose a file first.")),
    # --- evidence
    "evidence:not-found": Entry(_K.NOT_FOUND, N_("There is no such file, or it is not yours to see.")),
    "evidence:empty": Entry(_K.INVALID, N_("The file is empty (0 bytes). Pick it again, or use “Choose a file”.")),
    "evidence:refused": Entry(_K.UNSUPPORTED, N_("This is not footage, a photo, a recording or a document, so it was not taken. Send the video or photo itself.")),
    "evidence:digest-mismatch": Entry(_K.CONFLICT, N_("The file did not arrive as it left your device. Please send it again.")),
    "evidence:digest-unclear": Entry(_K.INVALID, N_("A SHA-256 is 64 characters of 0-9 and a-f.")),
    "evidence:not-ready": Entry(_K.CONFLICT, N_("This file is still being worked on. Wait for it to finish, then try again.")),
    "redaction:boxes-unclear": Entry(_K.INVALID, N_("A box lies outside the picture or is not one. Please draw it again.")),
    "redaction:too-many-boxes": Entry(_K.TOO_LARGE, N_("There are more boxes than can be kept: %(tracks)s tracks and %(boxes)s key boxes. Cover a shorter range, or join boxes.")),
    "redaction:range-unclear": Entry(_K.INVALID, N_("Set a beginning and an end; the end must lie behind the beginning.")),
    "redaction:range-too-long": Entry(_K.TOO_LARGE, N_("At most %(minutes)s minutes can be done in one go. Set a shorter range.")),
    "redaction:changed": Entry(_K.CONFLICT, N_("Somebody else changed these boxes meanwhile. Read the newest state and put yours on top; nothing of it is lost.")),
    "redaction:nothing-to-cover": Entry(_K.CONFLICT, N_("No box is drawn yet, so nothing would be covered. Draw one or let faces be found first.")),
    "redaction:nothing-covered": Entry(_K.CONFLICT, N_("No picture of this copy has a cover: all boxes lie at other moments, so it shows what the original shows. Correct the boxes or the range and make it anew.")),
    "redaction:no-picture": Entry(_K.INVALID, N_("Only pictures and films can be covered.")),
    "redaction:not-made": Entry(_K.CONFLICT, N_("This covered copy is not there, so nobody can have looked at it. Load the page again.")),
    "evidence:incomplete": Entry(_K.CONFLICT, N_("This file has not fully arrived yet.")),
    "evidence:altered": Entry(_K.CONFLICT, N_("The stored file is no longer the one that was sealed when it arrived: its SHA-256 differs. Do not use it as the original; restore it from a backup, then try again.")),
    "mark:moment-needed": Entry(_K.INVALID, N_("Say at which moment: let the player stand there, or type its position, such as 1:23.480.")),
    "mark:text-too-long": Entry(_K.INVALID, N_("The word on a mark is longer than %(limit)s characters. Shorten it, or write an internal note.")),
    "mark:too-many": Entry(_K.CONFLICT, N_("This film has %(limit)s marks already. Remove some before you set more.")),
    "mark:not-found": Entry(_K.NOT_FOUND, N_("This mark does not exist, or it was removed.")),
    # --- shares
    "share:not-found": Entry(_K.NOT_FOUND, N_("There is no such share. Check the link you were sent.")),
    "share:no-picture": Entry(_K.INVALID, N_("Only pictures and films can be shared.")),
    "share:made-already": Entry(_K.CONFLICT, N_("This share was made already. Its link was shown once; if it is lost, revoke the share and make a new one.")),
    "share:source-unfit": Entry(_K.INVALID, N_("This covered copy cannot be handed out: nobody confirmed it, or it was removed. Choose another one.")),
    "share:recipient-needed": Entry(_K.INVALID, N_("Write who receives it, in up to 60 characters. The name stands on every picture.")),
    "share:reason-needed": Entry(_K.INVALID, N_("Write why it is shared, in up to 500 characters.")),
    "share:days-unclear": Entry(_K.INVALID, N_("A share lasts from 1 to 90 days. Write a whole number.")),
    "share:views-unclear": Entry(_K.INVALID, N_("Write how often it may be opened, from 1 to 1000, or leave it empty.")),
    "share:range-unclear": Entry(_K.INVALID, N_("Write both places as minutes and seconds, like 1:23.5, within the film; the end must not lie before the beginning.")),
    "share:range-too-long": Entry(_K.TOO_LARGE, N_("At most %(minutes)s minutes can be shared at once. Set a beginning and an end.")),
    "share:code-wrong": Entry(_K.FORBIDDEN, N_("These codes do not open it. Check each character, or ask whoever sent you the link.")),
    "share:tried-often": Entry(_K.TOO_MANY, N_("Wrong codes were entered too often. Wait an hour, or ask whoever sent you the link for a new one.")),
    "share:making": Entry(_K.UNAVAILABLE, N_("It is still being prepared. Try again in a minute.")),
    "share:failed": Entry(_K.UNAVAILABLE, N_("It could not be prepared. Please tell whoever sent you the link.")),
    "share:visit-over": Entry(_K.UNAUTHENTICATED, N_("Your visit is over. Open the link again.")),
    "share:revoked": Entry(_K.GONE, N_("This was withdrawn and can no longer be opened. If you still need it, ask whoever sent you the link.")),
    "share:ended": Entry(_K.GONE, N_("The time for this link is over. If you still need it, ask whoever sent it to you for a new one.")),
    "share:used-up": Entry(_K.GONE, N_("This link was opened as often as was allowed. If you still need it, ask whoever sent it to you for a new one.")),
    "derivative:not-found": Entry(_K.NOT_FOUND, N_("This export does not exist, or it was removed.")),
    "derivative:under-way": Entry(_K.CONFLICT, N_("This export is being made already. It appears here by itself.")),
    "derivative:too-many": Entry(_K.CONFLICT, N_("Already %(limit)s of the exports and searches you asked for are still to be made. Ask again when some are done, or remove some.")),
    "derivative:frame-unclear": Entry(_K.INVALID, N_("Say which frame: its number, or its position in seconds.")),
    "derivative:range-unclear": Entry(_K.INVALID, N_("Set an in point and an out point first; the out point must not lie before the in point.")),
    "derivative:range-too-long": Entry(_K.TOO_LARGE, N_("A clip may be up to %(minutes)s minutes long. Move the in or out point, or export in parts.")),
    "derivative:no-film": Entry(_K.INVALID, N_("Only films have frames to export. Of a photo or a sound, download the original.")),
    # --- clocks of files
    "clock:changed": Entry(_K.STALE, N_("Somebody set this clock in the meantime. Look at what stands there now; if yours still holds, save it once more.")),
    "clock:version-needed": Entry(_K.INVALID, N_("Say which clock you change: send If-Match with the version you read in `clock`.")),
    "clock:time-unclear": Entry(_K.INVALID, N_("This time could not be read. Write it like 2026-11-22 21:30:05, or 21:30:05 for the same day.")),
    "clock:position-unclear": Entry(_K.INVALID, N_("The position in the film could not be read. Write it like 00:01:23.480, or take it from the player.")),
    "clock:position-outside": Entry(_K.INVALID, N_("The film is not that long. Take the position from the player.")),
    "clock:nothing-read": Entry(_K.INVALID, N_("Write what the camera shows in this picture, the true time of it, or both.")),
    "clock:camera-needed": Entry(_K.INVALID, N_("Give the camera a name first; then its files can be found.")),
    "clock:way-needed": Entry(_K.INVALID, N_("Choose how the offset is known.")),
    "store:lost": Entry(_K.GONE, N_("The store no longer has these bytes, although they were kept there. What was made from an original can be made again on the tip's page; for an original, tell the administrator: a backup may hold it.")),
    "rendition:not-found": Entry(_K.NOT_FOUND, N_("This picture does not exist. It may still be in the making.")),
    # --- cases and links
    "case:not-found": Entry(_K.NOT_FOUND, N_("There is no such case, or it is not yours to see.")),
    "case:closed": Entry(_K.CONFLICT, N_("This case is closed. Reopen it before you link tips to it.")),
    "case:title-needed": Entry(_K.INVALID, N_("Give the case a title of up to %(limit)s characters.")),
    "case:changed": Entry(_K.STALE, N_("Somebody changed this case in the meantime. Look at the newest state, then repeat your change.")),
    "case:state-unknown": Entry(_K.INVALID, N_("A case is open or closed.")),
    "case:access-unknown": Entry(_K.INVALID, N_("A case is open to the whole station or to its members.")),
    "member:exists": Entry(_K.CONFLICT, N_("This officer works on the case already.")),
    "member:not-found": Entry(_K.NOT_FOUND, N_("This officer does not work on the case.")),
    "member:lead-stays": Entry(_K.CONFLICT, N_("The lead cannot leave the case. Hand it to somebody else first; the old lead then assists.")),
    "case:closed-already": Entry(_K.CONFLICT, N_("Somebody closed this case in the meantime. Look at its outcome; open it again if work goes on.")),
    "case:open-already": Entry(_K.CONFLICT, N_("This case is open already; work can go on.")),
    "case:outcome-needed": Entry(_K.INVALID, N_("Choose how the case ends.")),
    "case:outcome-unknown": Entry(_K.INVALID, N_("The outcome of a closed case is one of solved, handed_over, unfounded, not_solvable, other.")),
    "case:note-needed": Entry(_K.INVALID, N_("Say in a few words how the case ends.")),
    "case:merged": Entry(_K.CONFLICT, N_("This case was merged into %(into)s. Go on there, or take the merger back first.")),
    "task:not-found": Entry(_K.NOT_FOUND, N_("There is no such task in this case.")),
    "task:text-needed": Entry(_K.INVALID, N_("Write what is to be done, in up to %(limit)s characters.")),
    "task:day-unclear": Entry(_K.INVALID, N_("The day could not be read. Write it like 2026-11-30, or leave it empty.")),
    "subject:not-found": Entry(_K.NOT_FOUND, N_("Nothing of the kind is described in this case.")),
    "subject:kind-unknown": Entry(_K.INVALID, N_("Choose person, vehicle or object.")),
    "subject:label-needed": Entry(_K.INVALID, N_("Give it a short name of up to %(limit)s characters, such as: man in a grey cap.")),
    "subject:changed": Entry(_K.STALE, N_("Somebody changed this description in the meantime. Compare both below, then save once more.")),
    "merge:same": Entry(_K.INVALID, N_("A case cannot be merged into itself. Choose another one.")),
    "merge:closed": Entry(_K.CONFLICT, N_("Case %(into)s is closed. Open it again first, or choose another one.")),
    "split:tips-needed": Entry(_K.INVALID, N_("Choose the tips that go into the new case.")),
    "thanks:tips-needed": Entry(_K.INVALID, N_("Choose whom to tell, or go back to the case.")),
    "thanks:number": Entry(_K.INVALID, N_("This text names a case number. Tip providers never learn it; take it out, then send.")),
    "thanks:told": Entry(_K.CONFLICT, N_("Somebody told these tip providers in the meantime. Choose others, or go back to the case.")),
    "link:case-needed": Entry(_K.INVALID, N_("Choose a case, type its number, or open a new one.")),
    "link:exists": Entry(_K.CONFLICT, N_("This tip is linked to the case already.")),
    "link:not-found": Entry(_K.NOT_FOUND, N_("This tip is not linked to the case.")),
    "link:reason-needed": Entry(_K.INVALID, N_("Give a reason for this step. It stands in the log.")),
    # --- acts that are taken back
    "act:not-found": Entry(_K.NOT_FOUND, N_("There is no such act, or it is not yours to see.")),
    "act:undone": Entry(_K.CONFLICT, N_("This was taken back already, by %(name)s on %(at)s. Nothing was changed now.")),
    "act:superseded": Entry(_K.CONFLICT, N_("Something else was decided here since. Taking this back would undo that too, so nothing was changed; make a new change instead.")),
    "act:too-late": Entry(_K.CONFLICT, N_("This was done more than twelve hours ago and counts as settled. Nothing was changed; make a new change instead.")),
    "act:nothing": Entry(_K.NOT_FOUND, N_("You have done nothing in the last half hour that could be taken back. Older acts stand under “My last acts”.")),
    # --- sentences kept ready
    "reply:not-found": Entry(_K.NOT_FOUND, N_("This template does not exist any more. Load the page again.")),
    "reply:title-needed": Entry(_K.INVALID, N_("Give the template a name of up to %(limit)s characters.")),
    "reply:place-unknown": Entry(_K.INVALID, N_("Nothing is known to fill in for {%(place)s}. Use {reference}, {place}, {station} or {export_help}.")),
    # --- preferences
    "preference:unknown": Entry(_K.INVALID, N_("This cannot be chosen here. Load the page again and choose from what it shows.")),
    "preference:key-unclear": Entry(_K.INVALID, N_("This is no key for “%(what)s”. Type one sign without Shift, or Space, ArrowLeft, F2 and the like.")),
    "preference:key-clash": Entry(_K.INVALID, N_("The key %(key)s is chosen twice: for “%(one)s” and for “%(other)s”. Choose another one for one of them.")),
    # --- messages
    "message:empty": Entry(_K.INVALID, N_("Write something first.")),
    "message:crowded": Entry(_K.TOO_MANY, N_("Very many messages came from your network just now. Wait ten minutes, then send yours again.")),
    "message:gap": Entry(_K.INVALID, N_("Something is still to be filled in: ____ or a word in braces. Write it or take it out, then send.")),
    "message:said": Entry(_K.CONFLICT, N_("A message can be withdrawn for half an hour. This one counts as said; write another one that puts it right.")),
    "message:too-long": Entry(_K.INVALID, N_("The message is longer than %(limit)s characters. Shorten it or send it in two.")),
    # --- accounts
    "account:sign-in-needed": Entry(_K.UNAUTHENTICATED, N_("Sign in first.")),
    "account:session-ended": Entry(_K.UNAUTHENTICATED, N_("You were signed out because the desk was not used for a while. Sign in again to go on.")),
    "account:wrong-password": Entry(_K.UNAUTHENTICATED, N_("Name or password is wrong. Check both and try again.")),
    "account:factor-needed": Entry(_K.UNAUTHENTICATED, N_("One step is missing: show your second factor.")),
    "account:enrol-needed": Entry(_K.UNAUTHENTICATED, N_("Your role needs a second factor. Set one up first; it takes a minute.")),
    "factor:wrong": Entry(_K.UNAUTHENTICATED, N_("This code is not right, was used already, or came too late. Type the one that is shown now.")),
    "factor:recovery-wrong": Entry(_K.UNAUTHENTICATED, N_("This recovery code is not right or was used already. Try another one of your list.")),
    "factor:expired": Entry(_K.CONFLICT, N_("This page has been open too long, so nothing was set up. Begin again; the new picture counts.")),
    "factor:last": Entry(_K.CONFLICT, N_("Your role needs a second factor, and this is the last one. Set up another one first.")),
    "factor:reason-needed": Entry(_K.INVALID, N_("Say why the factors are reset, such as: telephone lost. It stands in the log.")),
    "account:proof-needed": Entry(_K.UNAUTHENTICATED, N_("This step is a sensitive one. Show once more who you are; what you typed is kept.")),
    "account:proof-wrong": Entry(_K.UNAUTHENTICATED, N_("That was not right, so nothing was changed. Check it and try again.")),
    "account:in-person": Entry(_K.FORBIDDEN, N_("A program cannot do this. Sign in at the desk and do it there.")),
    "account:wait": Entry(_K.TOO_MANY, N_("Too many wrong passwords. Wait %(seconds)s seconds, then try again.")),
    "account:forbidden": Entry(_K.FORBIDDEN, N_("Your role does not allow this. Ask an administrator.")),
    "account:not-found": Entry(_K.NOT_FOUND, N_("There is no such account.")),
    "account:exists": Entry(_K.CONFLICT, N_("There is an account with this name already.")),
    "account:name-unclear": Entry(_K.INVALID, N_("A name takes 2 to 40 letters, digits, dots, dashes or underscores.")),
    "account:role-unknown": Entry(_K.INVALID, N_("A role is one of investigator, supervisor, admin, auditor, partner.")),
    "account:password-weak": Entry(_K.INVALID, N_("A password takes at least %(limit)s characters and must not be a common one.")),
    "account:password-differs": Entry(_K.INVALID, N_("The two new passwords differ. Type the new one twice.")),
    "account:programs-only": Entry(_K.FORBIDDEN, N_("This account belongs to a partner's program and does not sign in here. Programs use an API token.")),
    "account:last-admin": Entry(_K.CONFLICT, N_("This is the last open administrator. Open another one first.")),
    "purpose:needed": Entry(_K.INVALID, N_("Say what for. Nothing was shown or saved; that it was asked for without a reason stands in the log.")),
    "purpose:too-long": Entry(_K.INVALID, N_("A reason takes at most %(limit)s characters. Say it in fewer words.")),
    "purpose:case-unknown": Entry(_K.INVALID, N_("There is no such case that you may see. Check the number, or leave it empty.")),
    "token:unknown": Entry(_K.UNAUTHENTICATED, N_("The token is missing, wrong or withdrawn.")),
    "token:expired": Entry(_K.UNAUTHENTICATED, N_("This token ended at %(at)s. Make a new one at the desk under “API tokens”, or ask an administrator.")),
    "token:narrow": Entry(_K.FORBIDDEN, N_("This token was not made for that. Make one with the scope %(right)s, or with all rights of its owner.")),
    "token:not-found": Entry(_K.NOT_FOUND, N_("There is no such token here. It may have been withdrawn already.")),
    "token:label-long": Entry(_K.INVALID, N_("The words for a token take at most %(limit)s characters. Shorten them.")),
    "token:scope-unknown": Entry(_K.INVALID, N_("No scope is called %(scope)s. Take one of read, work, originals, contact, log, or a single right.")),
    "token:scope-beyond": Entry(_K.INVALID, N_("The owner of the token may not do this, so the token cannot: %(scope)s. Choose less.")),
    "token:days-unclear": Entry(_K.INVALID, N_("A token lasts between 1 and %(limit)s days. Choose another number.")),
    "token:too-many": Entry(_K.CONFLICT, N_("This account has %(limit)s tokens already. Withdraw one that is not needed, then make this one.")),
    # --- pages of a list
    "cursor:unclear": Entry(_K.INVALID, N_("This page of the list cannot be found. Begin again at the first page.")),
    "filter:unclear": Entry(_K.INVALID, N_("A filter in this address says nothing known here. Open the queue anew and choose the filter again.")),
    "filter:name-needed": Entry(_K.INVALID, N_("Give the filter a name of up to %(limit)s characters.")),
    "filter:too-many": Entry(_K.CONFLICT, N_("You keep %(limit)s filters already. Delete one, then keep this one.")),
    "filter:exists": Entry(_K.CONFLICT, N_("You keep another filter under this name. Choose a different one.")),
    "filter:not-found": Entry(_K.NOT_FOUND, N_("This filter is no longer kept. Open the queue anew.")),
    "batch:nothing-picked": Entry(_K.INVALID, N_("No tip is selected. Tick the rows first, then choose what to do.")),
    "batch:act-needed": Entry(_K.INVALID, N_("What is to be done with the selected tips did not arrive. Choose it again.")),
}
# fmt: on


class TiplineError(Exception):
    """A «no» from the catalogue.

    `values` fill the sentence's places; `fields` maps a field's name to its own error code; `present` tells a
    program what stands now where it wanted something else.
    """

    present: dict[str, Any] | None = None

    def __init__(self, code: str, *, fields: dict[str, str] | None = None, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.kind, self.sentence = CATALOGUE[code]
        self.values = values
        self.fields = fields or {}

    def __str__(self) -> str:
        """The English sentence, for the command line and the log."""
        return self.sentence % self.values if self.values else self.sentence
