"""What the uploader says to a person, translated here and handed to the script with the page."""

# ruff: noqa: E501 - one row a sentence
from __future__ import annotations

from flask_babel import gettext

from tipline.domain import uploads
from tipline.errors import CATALOGUE
from tipline.web import current


def of_script() -> dict[str, str]:
    """Name → sentence; places in braces are filled by the script."""
    return {**_of_states(), **_of_buttons(), **_of_pages(), **_of_writing()}


def _of_states() -> dict[str, str]:
    """What is said of one file."""
    damaged = CATALOGUE["evidence:digest-mismatch"].sentence
    limit = uploads.readable(current.settings().max_file_bytes)
    return {
        "waiting": gettext("Waiting"),
        "waiting_at": gettext("Waiting at {percent}%"),
        "preparing": gettext("Reading the file"),
        "sending": gettext("Uploading {percent}%"),
        "left": gettext("about {time} left"),
        "about": gettext("about {time}"),
        "again_in": gettext("Trying again in {time}."),
        "busy": gettext("The station cannot take it right now."),
        "kept_until": gettext("kept until {day}"),
        "for_clock": gettext("Photo for the clock"),
        "seconds": gettext("{number} s"),
        "minutes": gettext("{number} min"),
        "hours": gettext("{number} h"),
        "paused": gettext("Paused at {percent}%"),
        "offline": gettext("Connection lost, progress kept. It goes on by itself when you are back online"),
        "resumed": gettext("Paused a moment ago. Continuing from {percent}%"),
        "retrying": gettext("The connection is weak. Trying again"),
        "failed": gettext("Failed, tap to retry"),
        "done": gettext("Uploaded"),
        "matches": gettext("Uploaded, hash matches"),
        "differs": gettext(damaged),
        "lost": gettext('Pick "{name}" again to continue from {percent}%'),
        "lost_early": gettext('Pick "{name}" again to continue'),
        "unreadable": gettext('We could not read this file. Pick it again, or use "Choose a file"'),
        "empty": gettext('The file is empty (0 bytes). Pick it again, or use "Choose a file"'),
        "too_large": gettext("File is over {limit}. Export in parts and upload one by one").replace(
            "{limit}", limit
        ),
        "ended": gettext("Your visit has ended. Enter your receipt code to go on; what arrived is kept"),
        "mark_checking": gettext("Checking the picture's signature …"),
        "mark_genuine": gettext("Genuine picture. This station signed a receipt for this tip."),
        "mark_same": gettext("Picture and receipt belong together."),
        "mark_other": gettext(
            "The picture belongs to another receipt than the one below: another state, or another tip."
        ),
        "mark_false": gettext("Not genuine. This picture was not signed by this station, or it was altered."),
        "mark_retired": gettext("Not genuine. The key had been replaced before the time this picture names."),
        "mark_unclear": gettext("The address is damaged. Scan the picture again."),
        "mark_no_keys": gettext(
            "The station's keys could not be fetched. Check the connection and load the page again."
        ),
        "comparing": gettext("Computing the SHA-256 of {name} …"),
        "compare_same": gettext("{name} is file {number} of this receipt, bit for bit"),
        "compare_other": gettext("{name} is none of the files of this receipt"),
        "compare_failed": gettext("{name} could not be read here. Compare by hand"),
    }


def _of_buttons() -> dict[str, str]:
    return {
        "pick_record": gettext("Record a video"),
        "pick_album": gettext("Choose from album"),
        "pick_file": gettext("Choose a file / DVR"),
        "add_another": gettext("Add another"),
        "one_by_one": gettext("Choose one file at a time; then add another"),
        "choose": gettext("Choose it again"),
        "again": gettext("Send it again"),
        "pause": gettext("Pause"),
        "resume": gettext("Resume"),
        "remove": gettext("Remove"),
        "retry": gettext("Retry"),
    }


def _of_pages() -> dict[str, str]:
    """What concerns all files together, or the page."""
    return {
        "phone": gettext("Your phone is preparing the video. Please stay on this page"),
        "other_file": gettext(
            "This is another file, so it is sent as a new one. What has arrived of {name} is kept"
        ),
        "twice": gettext("{name} is in the list already"),
        "total_ahead": gettext("{all} files, {size}"),
        "total_sending": gettext("{percent}%: {done} of {all} files uploaded"),
        "all_done": gettext("All files have arrived"),
        "done_but": gettext("Files that arrived: {done}. Not taken: {refused}, see below"),
        "leaving": gettext("A file is still uploading."),
        "copied": gettext("Copied"),
        "no_connection": gettext("No connection. What you typed is still here. Try again in a moment"),
    }


def _of_writing() -> dict[str, str]:
    """Voice notes, and the beat one stands in."""
    return {
        "voice_note": gettext("Voice note"),
        "voice_start": gettext("Record a voice note"),
        "voice_stop": gettext("Stop recording · {time}"),
        "voice_limit": gettext("Speak now. It ends by itself after {time}, and what you said is kept."),
        "voice_over": gettext("{time} are over. What you said is kept; record another one if there is more."),
        "voice_refused": gettext(
            "The browser does not let this page use the microphone. Allow it in its settings, or write a few words."
        ),
        "voice_none": gettext("No microphone was found. Please write a few words instead."),
        "sound_long": gettext(
            "This recording is {time} long. It is sent as it is; please write in a few words what matters and at which minute."
        ),
        "locating": gettext("Looking where you are …"),
        "located": gettext("You are in {name}. It is the first of the list now."),
        "locate_outside": gettext(
            "Where you are belongs to none of the areas. Look for yours by name or street."
        ),
        "locate_refused": gettext(
            "The browser does not tell this page where you are. Look for your area by name or street."
        ),
        "locate_failed": gettext(
            "Where you are could not be found out. Look for your area by name or street."
        ),
    }
