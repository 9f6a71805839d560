"""Words, icons and colours of bulletins, for residents and for the desk."""

from __future__ import annotations

from tipline.domain.bulletins import (
    ADVICE,
    APPEAL,
    DISCARDED,
    DRAFT,
    EXPIRED,
    NEWS,
    PROPOSED,
    PUBLISHED,
    SCHEDULED,
    WARNING,
    WITHDRAWN,
)  # fmt: skip
from tipline.domain.stills import FAILED, GONE, MAKING, READY, SHOWN
from tipline.errors import N_
from tipline.web.review.words import Word

KIND = {
    APPEAL: Word(N_("Appeal for information"), "speakerphone", "new"),
    WARNING: Word(N_("Warning"), "alert-triangle", "waiting"),
    ADVICE: Word(N_("Prevention advice"), "shield-check", "used"),
    NEWS: Word(N_("Neighbourhood news"), "news", "idle"),
}
STATE = {
    DRAFT: Word(N_("Draft"), "pencil", "idle"),
    PROPOSED: Word(N_("Proposed"), "send", "waiting"),
    SCHEDULED: Word(N_("Scheduled"), "clock", "new"),
    PUBLISHED: Word(N_("Published"), "world", "used"),
    EXPIRED: Word(N_("Expired"), "archive", "idle"),
    WITHDRAWN: Word(N_("Withdrawn"), "ban", "refused"),
    DISCARDED: Word(N_("Thrown away"), "trash", "idle"),
}
STILL = {
    MAKING: Word(N_("Being prepared"), "refresh", "waiting"),
    READY: Word(N_("To be looked at"), "eye", "waiting"),
    SHOWN: Word(N_("Residents see it"), "check", "used"),
    FAILED: Word(N_("Could not be prepared"), "alert-triangle", "refused"),
    GONE: Word(N_("May not be shown any more"), "ban", "refused"),
}
