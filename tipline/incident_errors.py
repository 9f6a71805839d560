"""The part of the catalogue of errors that is about incidents: what several people report."""

# ruff: noqa: E501 - the table has one row an entry, however long its sentence is
from __future__ import annotations

from tipline.fault_kinds import N_, Entry, Kind

_K = Kind
# fmt: off
INCIDENTS: dict[str, Entry] = {
    "incident:not-found": Entry(_K.NOT_FOUND, N_("There is no such incident, or it is not yours to see.")),
    "incident:title-needed": Entry(_K.INVALID, N_("Say in a few words what it is, such as “Stuck lift, building 3”. Everyone who reported it reads that; write no name.")),
    "incident:title-long": Entry(_K.INVALID, N_("The title takes at most %(limit)s characters. Say it in fewer words.")),
    "incident:closed": Entry(_K.CONFLICT, N_("Incident %(incident)s is over: it was closed, or merged into another one. Open it again first, or look at the newest state.")),
    "incident:is-open": Entry(_K.CONFLICT, N_("Incident %(incident)s is not closed. Look at the newest state.")),
    "incident:attached": Entry(_K.CONFLICT, N_("Tip %(tip)s belongs to %(incident)s already. Nothing was changed.")),
    "incident:not-attached": Entry(_K.CONFLICT, N_("Tip %(tip)s does not belong to %(incident)s any more. Nothing was changed.")),
    "incident:elsewhere": Entry(_K.CONFLICT, N_("Tip %(tip)s belongs to %(incident)s. Take it out there first, or merge the two incidents.")),
    "incident:tip-gone": Entry(_K.CONFLICT, N_("Tip %(tip)s was withdrawn, erased, or not sent yet. It cannot belong to an incident.")),
    "incident:tip-needed": Entry(_K.INVALID, N_("Write which tip tells of the same, such as T-1037.")),
    "incident:acknowledged": Entry(_K.CONFLICT, N_("Somebody was faster: all tips of %(incident)s are acknowledged already.")),
    "incident:outcome-needed": Entry(_K.INVALID, N_("Say how it ended. Everyone who reported it reads that.")),
    "incident:merge-itself": Entry(_K.INVALID, N_("An incident cannot be merged into itself. Write the number of the other one, such as E-1002.")),
    "incident:note-unknown": Entry(_K.NOT_FOUND, N_("There is no such note of progress here.")),
}
# fmt: on
