"""A reporter wants to hear when there is news, or no longer: on the progress page, or by a mail's link."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import ids, reachable, tips
from tipline.domain.actors import reporter
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import counting, current, guard, limiting
from tipline.web.intake import blueprint, pages

# So many reports a day may name one phone or mail address: whoever fills a stranger's with news needs more.
MOST_OF_ONE, DAY_S = 20, 86_400


def ways() -> list[str]:
    """What the station can send to."""
    chosen = current.settings()
    by = {reachable.MAIL_WAY: chosen.mail_url, reachable.SMS_WAY: chosen.sms_url}
    return [way for way, server in by.items() if server]


def tell(tx: Transaction, tip: Tip) -> dict[str, Any]:
    """What the progress page says of it."""
    row = reachable.find(tx, tip)
    shown = reachable.shown(current.services().key, row) if row else ""
    return {
        "ways": ways(),
        "shown": shown,
        "way": row.scheme if row else "",
        "fails": bool(row and row.failure),
    }


@blueprint.post("/status/news")
@guard.reporter
def ask_news() -> ResponseReturnValue:
    """Leave a mail address or a phone, or with `stop` take it back."""
    from tipline.web.intake import status  # which shows what this module tells

    tip, form = current.reporter_tip(), request.form
    actor, way = reporter(tip.reference), form.get("way", "")
    try:
        with current.services().database.transaction() as tx:
            fresh = tips.read_tip(tx, tip.reference)
            if "stop" in form:
                reachable.stop(tx, actor, fresh)
            else:
                limiting.spend_words(tip.reference)
                if way not in ways():
                    raise TiplineError("news:unset", fields={"news": "news:unset"})
                _require_seldom(way, form.get("news", ""))
                reachable.leave(tx, current.services().key, actor, fresh, way, form.get("news", ""))
    except TiplineError as fault:
        return pages.refusal(status.status_page(tip, pages.faults_of(fault)), fault)
    return redirect(url_for("intake.show_status", _anchor="news"), 303)


def _require_seldom(way: str, typed: str) -> None:
    """Counted under a keyed hash, from all addresses together."""
    to = ids.keyed_hash(current.services().key, "news-to", reachable.read_way(way, typed).lower())
    if counting.hit(f"news/{to}", MOST_OF_ONE, DAY_S):
        raise TiplineError("news:too-many", fields={"news": "news:too-many"})


@blueprint.get("/news/<reference>/<token>")
@guard.public
def show_stop(reference: str, token: str) -> ResponseReturnValue:
    """One button: a program that looks at links in mails must not press it."""
    return pages.render("news_stop", reference=reference, token=token, is_over=False)


@blueprint.post("/news/<reference>/<token>")
@guard.public
def stop_news(reference: str, token: str) -> ResponseReturnValue:
    """The same answer whatever the link: nobody learns from it what there is. Mail programs press it, too."""
    services, reference = current.services(), reference.upper()
    with services.database.reading() as tx:
        opens = reachable.is_stopped_by(tx, services.key, reference, token)
    if opens:  # else nobody waits for a guess: only one at a time may write
        with services.database.transaction() as tx:
            if reachable.is_stopped_by(tx, services.key, reference, token):
                reachable.stop(tx, reporter(reference), tips.read_tip(tx, reference))
    return pages.render("news_stop", reference=reference, token=token, is_over=True)
