"""The audit log: every act, newest first, and whether the chain of entries is whole."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from tipline.domain import custody
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.admin import blueprint, tabs

PAGE = 100


@blueprint.get("/log")
@guard.staff("custody:read")
def show_log() -> ResponseReturnValue:
    """`about` narrows to a subject, an actor or a tip; `check` verifies the whole chain."""
    about, before = request.args.get("about", "").strip()[:120], _before()
    with current.services().database.reading() as tx:
        entries = custody.list_latest(tx, about=about, before=before, limit=PAGE + 1)
        size = custody.size(tx)
        checked = "check" in request.args
        broken = custody.verify(tx) if checked else None
    rest = entries[PAGE - 1].seq if len(entries) > PAGE else None
    return tabs.show(
        "log", entries=entries[:PAGE], about=about, size=size, checked=checked, broken=broken,
        older=rest, is_first=before is None,
    )  # fmt: skip


def _before() -> int | None:
    text = request.args.get("before", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise TiplineError("cursor:unclear")
    return int(text)
