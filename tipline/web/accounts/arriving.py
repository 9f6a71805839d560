"""Where somebody lands after the password, and after the second factor: what is outstanding, what was being
done, what others changed in the meantime, the desk.
"""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, make_response, redirect, render_template, request

from tipline.domain import account_news, sessions
from tipline.domain.accounts import Account
from tipline.web import current
from tipline.web.accounts import asking, devices, places

MINE = "/desk/me?news"


def _is_news(account: Account) -> bool:
    """Whether others changed this account since its owner was last here: that is shown first, once."""
    with current.services().database.reading() as tx:
        return bool(account_news.since_last_sign_in(tx, account, signed_in=True))


def go_on(account: Account) -> Response:
    """The next page of the way in; what the form carried along travels with it."""
    then, kept, kept_to = request.form.get("next", ""), asking.kept_fields(), request.form.get("kept_to", "")
    found = current.half()
    if found is None:
        return _arrived(account, then, kept, kept_to)
    if found[1].factor == sessions.ENROL:
        return make_response(redirect(asking.ENROL, 303))
    if kept:
        return make_response(asking.page_of_factor(then=then, kept=kept, kept_to=kept_to))
    return make_response(redirect(f"{asking.SECOND}?{urlencode({'next': places.safe(then)})}", 303))


def _arrived(account: Account, then: str, kept: list[tuple[str, str]], kept_to: str) -> Response:
    if kept and places.is_at_desk(kept_to):
        answer = make_response(render_template("accounts/resume.html", kept=kept, kept_to=kept_to))
    else:
        answer = make_response(redirect(MINE if _is_news(account) else places.safe(then), 303))
    devices.remember(answer, account.username)
    return answer
