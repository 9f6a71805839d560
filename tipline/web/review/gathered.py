"""What the log tells of incidents and of how reporters were served, in words."""

from __future__ import annotations

from tipline.errors import N_

SENTENCES = {
    "tip:rate": N_("The tip provider said how they were served"),
    "incident:open": N_("Incident %(incident)s opened: %(title)s"),
    "incident:attach": N_("%(tip)s put into %(incident)s"),
    "incident:detach": N_("%(tip)s taken out of %(incident)s"),
    "incident:lead": N_("%(incident)s: somebody else handles it"),
    "incident:change": N_("%(incident)s corrected"),
    "incident:progress": N_("%(incident)s: progress told to everyone who reported it"),
    "incident:withdraw": N_("%(incident)s: a note of progress withdrawn"),
    "incident:close": N_("%(incident)s closed, with all its tips"),
    "incident:reopen": N_("%(incident)s opened again"),
    "incident:merge": N_("%(incident)s merged into %(into)s"),
    "incident:merged": N_("%(other)s went into %(incident)s"),
}
