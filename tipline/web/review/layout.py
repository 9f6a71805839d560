"""What every page of the desk knows: who is signed in and what that person may do, and words for states."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from apiflask import APIBlueprint
from flask import request

from tipline import failures, i18n
from tipline.domain import clock, preferences, rights, scrubbing
from tipline.domain.accounts import Account
from tipline.domain.preferences import Preferences
from tipline.errors import TiplineError
from tipline.web import current, media
from tipline.web.accounts import places
from tipline.web.review import badges, keys, responding, truth, words
from tipline.web.review.saying import gettext


def init(blueprint: APIBlueprint) -> None:
    blueprint.record_once(lambda state: state.app.jinja_env.globals.update(names()))


def names() -> dict[str, Any]:
    """Names that templates and macros of the desk use; nothing is asked before one of them is called."""
    return {
        "me": me,
        "may": may,
        "words": words,
        "say": say,
        "fault_words": fault_words,
        "scrub_faults": scrubbing.FAULTS,
        "original_url": media.original_url,
        "rendition_url": media.rendition_url,
        "share_url": media.share_url,
        "media_apart": media_apart,
        "other_language": other_language,
        "ticking": ticking,
        "response_clock": responding.clock_of,
        "prefs": prefs,
        "badges": badges.of_me,
        "key_table": key_table,
        "here_now": here_now,
        "zone_name": zone_name,
        "moment": moment,
        "is_ahead": is_ahead,
        "month_day": month_day,
        "truth_of": truth.of,
        "truth_working": truth.working,
        "truth_wall": truth.wall,
    }


def me() -> Account | None:
    """Who is signed in, or None."""
    try:
        return current.staff()
    except TiplineError:
        return None


def prefs() -> Preferences:
    """How whoever is signed in likes the desk."""
    return preferences.of(me())


def key_table() -> str:
    return keys.as_json(prefs())


def may(right: str) -> bool:
    account = me()
    return account is not None and rights.may(account.actor, right)


def zone_name() -> str:
    """`Asia/Shanghai, UTC+08:00`."""
    offset = clock.now().astimezone(current.zone()).isoformat()[-6:]
    return f"{current.settings().timezone}, UTC{offset}"


def media_apart() -> bool:
    """Whether films come from a host of their own: pages then ask for leave to read their frames."""
    return bool(current.settings().media_url)


def moment(at: datetime) -> str:
    """A time to the second with its offset, for the words behind an element."""
    return current.local(at).isoformat(sep=" ", timespec="seconds")


def say(sentence: str, **values: object) -> str:
    """A sentence of one of our tables in the reader's language."""
    return gettext(sentence, **values) if values else gettext(sentence)


def fault_words(code: str | None) -> str:
    """What went wrong with a file, or what one should know about it, in words."""
    return gettext(failures.sentence_of(code)) if code else ""


def other_language() -> tuple[str, str]:
    """Address of this page in the other language, and that language's own name."""
    other = next(one for one in i18n.NAMES if one != current.locale())
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    path = request.path if request.method == "GET" else "/desk/queue"
    return f"{path}?{urlencode([*kept, ('lang', other)])}", i18n.NAMES[other]


def ticking() -> str:
    """Words that a script puts around numbers which grow while a page stands open."""
    sentences = {
        "now": gettext("just now"),
        "min": gettext("%(number)s min ago", number="#"),
        "h": gettext("%(number)s h ago", number="#"),
        "d": gettext("%(number)s d ago", number="#"),
        "due": gettext("%(time)s left", time="#"),
        "over": gettext("late by %(time)s", time="#"),
        "days": gettext("%(number)s d", number="#"),
        "copied": gettext("Copied"),
        "lost": gettext("Connection lost. This page updates again by itself."),
        "ended": gettext("Your visit has ended. What you typed stays here; sign in again in a new tab."),
    }
    return json.dumps(sentences, ensure_ascii=False)


def here_now() -> str:
    """The page somebody stands on, also while its parts are drawn in answer to a form."""
    if request.method == "GET" and not request.headers.get("HX-Request"):
        return request.full_path.rstrip("?")
    return places.path_of(request.headers.get("HX-Current-URL", "")) or "/desk/queue"


def is_ahead(at: datetime) -> bool:
    return at > clock.now()


def month_day(at: datetime) -> str:
    """`11-28`, in the station's zone."""
    return current.local(at).strftime("%m-%d")
