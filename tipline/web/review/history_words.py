"""Words that fill sentences of the log: causes, what was wanted, columns of a tip or a case."""

from __future__ import annotations

from tipline.errors import N_

# What came in the way of an erasure by itself.
CAUSES = {
    "hold": N_("a legal hold stands"),
    "case": N_("it belongs to an open case"),
    "rule": N_("the rule does not apply any more"),
}
# The same acts, when they take back what was told.
TAKEN_BACK = {
    "tip:clock": N_("What was told of the camera clock taken back"),
    "tip:overwrite": N_("No footage is awaited from the recorder any more"),
}
# What was wanted without a reason.
WANTED = {
    "contact:read": N_("contact details"),
    "evidence:download": N_("an original"),
}
# Columns that a correction changes.
FIELDS = {
    "category": N_("category"),
    "beat": N_("beat"),
    "clock_offset_s": N_("clock offset"),
    "clock_source": N_("known by"),
    "clock_reading": N_("read in a picture"),
    "camera": N_("camera"),
    "title": N_("title"),
    "summary": N_("summary"),
    "state": N_("state"),
}
# What the history of a tip tells of its stills.
STILLS = {
    "bulletin:still-add": N_("Covered still of file %(number)s put into a bulletin"),
    "bulletin:still-confirm": N_("Covered still of file %(number)s looked at in full size for a bulletin"),
    "bulletin:still-remove": N_("Covered still of file %(number)s taken out of a bulletin"),
    "bulletin:still-words": N_("Words beside a still of file %(number)s in a bulletin changed"),
}
