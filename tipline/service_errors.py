"""The part of the catalogue of errors that is about the neighbourhood service: beats on duty, the response clock,
partners, incidents, topics, bulletins, notices, figures."""

# ruff: noqa: E501 - the table has one row an entry, however long its sentence is
from __future__ import annotations

from tipline.bulletin_errors import BULLETINS
from tipline.fault_kinds import N_, Entry, Kind
from tipline.handover_errors import HANDOVER
from tipline.incident_errors import INCIDENTS
from tipline.notice_errors import NOTICES
from tipline.topic_errors import TOPICS

_K = Kind
# fmt: off
SERVICE: dict[str, Entry] = {
    # --- shares by programs
    "share:token-needed": Entry(_K.FORBIDDEN, N_("A program hands something out only with a token made for it: with the scope share:make named.")),
    # --- what is told or corrected by whoever holds a code
    "request:enough-today": Entry(_K.TOO_MANY, N_("Very much was told or corrected here today. What was kept stays as it is. Go on tomorrow, or write to the officers.")),
    # --- the queue
    "filter:state-unknown": Entry(_K.INVALID, N_("There is no state “%(state)s”. Choose one of the tabs of the queue.")),
    # --- figures
    "figures:day": Entry(_K.INVALID, N_("This is no day. Write it like 2026-11-27, or choose it in the calendar.")),
    "figures:span": Entry(_K.INVALID, N_("The last day lies before the first, or they are more than %(limit)s days apart. Choose other days.")),
    **HANDOVER,
    **INCIDENTS,
    **NOTICES,
    # --- duty
    "duty:person-unknown": Entry(_K.INVALID, N_("Nobody with this name can be on duty. Choose somebody with an open account who may act on tips.")),
    "duty:days-needed": Entry(_K.INVALID, N_("Choose at least one day of the week.")),
    "duty:time-unclear": Entry(_K.INVALID, N_("Give both times as hours and minutes, such as 18:00. The same time twice means round the clock.")),
    "duty:days-reversed": Entry(_K.INVALID, N_("The last day lies before the first. Correct one of them, or leave them empty.")),
    "duty:exists": Entry(_K.CONFLICT, N_("The rota says just that already.")),
    "absence:reversed": Entry(_K.INVALID, N_("The end has to lie after the beginning, and still to come. Correct one of the two.")),
    "absence:long": Entry(_K.INVALID, N_("One absence lasts up to a year. Choose an earlier end; it can be told anew later.")),
    "absence:self": Entry(_K.INVALID, N_("Nobody stands in for themselves. Choose somebody else, or nobody: then the rota's deputies do.")),
    "absence:twice": Entry(_K.CONFLICT, N_("An absence is told for this time already. End that one first, or choose other times.")),
    "absence:deputy-away": Entry(_K.CONFLICT, N_("“%(name)s” is away in this time too. Choose somebody else, or nobody: then the rota's deputies do.")),
    "absence:not-found": Entry(_K.NOT_FOUND, N_("This absence is not told any more. Load the page again.")),
    "beat:shape-many": Entry(_K.TOO_LARGE, N_("This GeoJSON has more than %(limit)s areas. Choose a file with the borders of your beats alone.")),
    "beat:shape-stacked": Entry(_K.TOO_LARGE, N_("These borders lie over each other so often that they cannot be compared. Correct them in the map program, or bring in fewer at a time.")),
    "beat:border-changed": Entry(_K.STALE, N_("Somebody changed this border in the meantime. What you drew is still here; look whether it is still right, then save again.")),
    "beat:border-overlaps": Entry(_K.CONFLICT, N_("This border lies over %(name)s: %(percent)s of the smaller of the two, such as at the red mark (%(place)s). Move the corners there, or save it all the same: a place in both belongs to the first of the two.")),
    "beat:border-crossing": Entry(_K.INVALID, N_("The border crosses itself at the red mark (%(place)s). Move or take away a corner there, then save again.")),
    "beat:border-flat": Entry(_K.INVALID, N_("The border encloses nothing yet: it takes at least three different corners. Draw on, then save again.")),
    "beat:border-unreadable": Entry(_K.INVALID, N_("This is no area as GeoJSON writes it. Undo what you changed in the text, or draw on the map.")),
    "beat:photo-unreadable": Entry(_K.INVALID, N_("This is no photo that can be read here. Choose a JPEG or PNG picture.")),
    "beat:photo-large": Entry(_K.TOO_LARGE, N_("The photo has more than %(limit)s MB. Choose a smaller one.")),
    "beat:photo-small": Entry(_K.INVALID, N_("The photo is too small to show a face. Choose one of at least 96 pixels a side.")),
    "beat:photo-busy": Entry(_K.UNAVAILABLE, N_("The photo could not be looked at right now. Nothing was changed; try again in a minute.")),
    "duty:not-found": Entry(_K.NOT_FOUND, N_("This line is no longer in the rota. Load the page again.")),
    **BULLETINS,
    # --- response clock
    "target:minutes-unclear": Entry(_K.INVALID, N_("Give whole minutes from 1 to %(most)s, or leave the field empty to go by the setting of the station.")),
    "target:changed": Entry(_K.STALE, N_("Somebody changed targets or steps in the meantime. Read them again, then decide.")),
    "ladder:unclear": Entry(_K.INVALID, N_("Give whole percents of the time, from %(least)s to %(most)s.")),
    "ladder:order": Entry(_K.INVALID, N_("Each step comes later than the one before it. Give this one a higher percentage.")),
    # --- ratings
    "rating:early": Entry(_K.CONFLICT, N_("You can say how you were served once it is closed.")),
    "rating:late": Entry(_K.CONFLICT, N_("A day has passed since you said how you were served, so it stays as it is. Write to the officer if there is more to say.")),
    "rating:for-another": Entry(_K.FORBIDDEN, N_("Only whoever reported says how they were served, on the page that the receipt code opens. Access made for a partner's program cannot.")),
    "rating:unclear": Entry(_K.INVALID, N_("Choose whether you were well served or not.")),
    # --- pages of residents
    "beat:posters-number": Entry(_K.INVALID, N_("Up to %(limit)s posters fit into one file, and at least one beat needs a page of its own.")),
    "beat:no-page": Entry(_K.NOT_FOUND, N_("This beat has no page any more. Look for your beat officer in the list of beats, or write to the station.")),
    "tip:say-something": Entry(_K.INVALID, N_("Write a few words, or add a voice note, a photo or a film. One of them is enough.")),
    **TOPICS,
}
