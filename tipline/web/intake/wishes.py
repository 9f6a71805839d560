"""What is asked of a reporter whose file arrived as it was sent, but is cut off, damaged or unplayable.

The desk reads all codes of an examination; of these the reporter alone can help, and nobody but them knows it.
"""

# ruff: noqa: E501 - one sentence a row, however long it is
from __future__ import annotations

from tipline.domain.evidence import Evidence
from tipline.errors import N_
from tipline.failures import FAILURES

# The first that holds is told: the gravest stands first.
WISHES: dict[str, str] = {
    "media:index-lost": N_(
        "This recording was cut off before it was finished and cannot be shown yet. If you can, please export it again. We keep this one."
    ),
    "media:no-frames": N_(
        "No picture could be read from this film. If you can, please export it again. We keep this one."
    ),
    "media:corrupt": N_(
        "This file is damaged and cannot be shown. If you can, please send it again, as the phone or recorder saved it. We keep this one."
    ),
    "media:silk": FAILURES["media:silk"],
    "media:repaired": N_(
        "This recording was cut off before it was finished. Officers can look at a repaired copy; a new export shows more, with sound and times."
    ),
    "media:truncated": N_(
        "This recording breaks off before its end. Officers see what is there; if you have the whole of it, please send that too."
    ),
    "media:damaged-picture": N_(
        "Parts of this picture cannot be read. If you can, please send it again, as the phone or recorder saved it."
    ),
}
LOOKED_AT = ("ready", "undecodable")
# A sound nobody has the time to hear through while somebody waits.
LONG_SOUND_S = 600
LONG_SOUND = N_(
    "This recording is long. All of it is kept; please write in a few words what matters and at which minute."
)


def of(file: Evidence) -> str | None:
    """The English sentence that asks for a better file; None if there is nothing to ask."""
    if file.state not in LOOKED_AT:
        return None
    if file.kind == "audio" and (file.duration_s or 0) > LONG_SOUND_S:
        return LONG_SOUND
    codes = {file.failure, *(file.facts.get("warnings") or ())}
    return next((sentence for code, sentence in WISHES.items() if code in codes), None)
