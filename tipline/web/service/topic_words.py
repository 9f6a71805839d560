"""The desk's words for topics, appointments and questions."""

from __future__ import annotations

from tipline.errors import N_
from tipline.web.review.words import Word

STATE = {
    "draft": Word(N_("Draft"), "pencil", "waiting"),
    "open": Word(N_("Open now"), "check", "used"),
    "closed": Word(N_("No longer open"), "archive", "idle"),
    "template": Word(N_("Template"), "copy", "new"),
}
QUESTION = {
    "waiting": Word(N_("Waits for an answer"), "clock", "waiting"),
    "answered": Word(N_("Published"), "check", "used"),
    "hidden": Word(N_("Not published"), "eye-off", "idle"),
}
TABS = {
    "open": N_("Open now"),
    "draft": N_("Drafts"),
    "closed": N_("Archive"),
    "template": N_("Templates"),
}
SAVED = N_("Saved.")
OPENED = N_("The topic is open: everybody can read it, ask and book.")
OPENED_AND_TOLD = N_("The topic is open, and whoever asked has the answer with its link.")
GREETING = N_("Your question is answered here for everybody:")
DONE = {
    "close": N_("The topic is closed. The answer stays in the archive; appointments that were made hold."),
    "reopen": N_("The topic is open again."),
    "template": N_("Kept as a template. This is the copy; the topic stays as it is."),
    "discard": N_("Dropped. Nobody outside had seen it."),
}
EMPTY = {
    "open": N_("No topic is open. When several people ask the same, open one: it answers them all."),
    "draft": N_("No drafts. A topic is a draft until you open it."),
    "closed": N_("Nothing in the archive yet. Closed topics stay here and can be found."),
    "template": N_("No templates yet. Keep a topic that comes back every year as one."),
}
