"""What the log tells of incidents and of how reporters were served; what an act says that reached many."""

from __future__ import annotations

from tipline.errors import N_
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext, ngettext

SENTENCES = {
    "tip:rate": N_("The tip provider said how they were served"),
    "incident:open": N_("Incident %(incident)s opened: %(title)s"),
    "incident:attach": N_("%(tip)s put into %(incident)s"),
    "incident:detach": N_("%(tip)s taken out of %(incident)s"),
    "same:apart": N_("Not the same thing as %(others)s"),
    "same:again": N_("May be the same thing as %(others)s after all"),
    "incident:lead": N_("%(incident)s: somebody else handles it"),
    "incident:change": N_("%(incident)s corrected"),
    "incident:progress": N_("%(incident)s: progress told to everyone who reported it"),
    "incident:withdraw": N_("%(incident)s: a note of progress withdrawn"),
    "incident:close": N_("%(incident)s closed, with all its tips"),
    "incident:reopen": N_("%(incident)s opened again"),
    "incident:merge": N_("%(incident)s merged into %(into)s"),
    "incident:merged": N_("%(other)s went into %(incident)s"),
}


def acknowledged(number: int) -> Notice:
    if number == 1:
        return Notice(gettext("Acknowledged. The tip provider sees that an officer has taken note."))
    told = ngettext(
        "Acknowledged. %(num)s tip provider sees that an officer has taken note.",
        "Acknowledged. All %(num)s tip providers see that an officer has taken note.",
        number,
    )
    return Notice(told)


def posted(number: int) -> Notice:
    told = ngettext(
        "Sent. %(num)s person who reported it reads it now.",
        "Sent. All %(num)s people who reported it read it now.",
        number,
    )
    return Notice(told)
