"""Who asks, in which language, and the services to answer with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from flask import current_app, g, has_request_context, request, session
from flask_login import current_user

from tipline import i18n
from tipline.db import Transaction
from tipline.domain import receipts, sessions, tokens
from tipline.domain.accounts import Account, ApiToken
from tipline.domain.actors import Actor
from tipline.domain.sessions import DeskSession
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.services import Services
from tipline.settings import Settings

LANGUAGE_COOKIE = "language"
ACCESS = "access"  # the reporter's access token in the session
DESK = "desk"  # the token of a visit of staff in the session


def services() -> Services:
    return cast(Services, current_app.extensions["tipline"])


@contextmanager
def reading() -> Iterator[Transaction]:
    """The transaction that a page of this request is being read in, else one of its own.

    So the frame around a page, which templates ask for, is of the same moment as the page. Whoever writes in
    between closes it first.
    """
    if "reading" in g:
        yield cast(Transaction, g.reading)
        return
    with services().database.reading() as tx:
        g.reading = tx
        try:
            yield tx
        finally:
            del g.reading


def settings() -> Settings:
    return services().settings


def locale() -> str:
    """Order: the link, the cookie, the browser, the setting."""
    if not has_request_context():
        return settings().locale
    if "locale" not in g:
        g.locale = _chosen_locale()
    return cast(str, g.locale)


def _chosen_locale() -> str:
    for wanted in (request.args.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        known = i18n.nearest(wanted)
        if known:
            return known
    for tag, _quality in request.accept_languages:
        known = i18n.nearest(tag)
        if known:
            return known
    return settings().locale


def gettext(sentence: str, **values: object) -> str:
    """The sentence in the reader's language, its places filled."""
    return i18n.say(locale(), sentence, **values)


def zone() -> ZoneInfo:
    """The station's time zone; every time a person reads is in it."""
    return ZoneInfo(settings().timezone)


def local(moment: datetime) -> datetime:
    return moment.astimezone(zone())


def bearer() -> str | None:
    """The token of `Authorization: Bearer …`."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def access_token() -> str | None:
    """The reporter's token: of the header for clients, of the session for pages."""
    return bearer() or session.get(ACCESS)


def admit_reporter(*, for_uploads: bool = False) -> None:
    """Raise receipt:expired unless a reporter asks, and receipt:erased where there is nothing left to show.
    The view then finds the tip read already.

    `for_uploads` lets in access, too, that opens nothing else.
    """
    g.for_uploads = for_uploads
    g.admitted = _read_reporter_tip()
    if g.admitted.erased_at is not None:
        raise TiplineError("receipt:erased", at=g.admitted.erased_at)


def reporter_tip() -> Tip:
    """The tip of the reporter who asks; raises receipt:expired. Asked again, it is read again."""
    return cast(Tip | None, g.pop("admitted", None)) or _read_reporter_tip()


def _read_reporter_tip() -> Tip:
    token = access_token()
    if not token:
        raise TiplineError("receipt:expired")
    with services().database.reading() as tx:
        tip, access = receipts.read_access(tx, services().key, token)
    if access.scope != receipts.ALL and not g.get("for_uploads"):
        raise TiplineError("receipt:expired")
    g.sent_by_id = access.account_id
    return tip


def sent_by_id() -> int | None:
    """The account that acts on the reporter's behalf by the access just admitted, if one does."""
    return cast(int | None, g.get("sent_by_id"))


def require_in_person() -> None:
    """Raise rating:for-another if somebody acts for the reporter by the access just admitted: a partner."""
    if sent_by_id() is not None:
        raise TiplineError("rating:for-another")


def staff() -> Account:
    """The member of staff who asks, by token or session; raises account:sign-in-needed."""
    if "staff" not in g:
        g.staff = _read_staff()
    return cast(Account, g.staff)


def program() -> ApiToken | None:
    """The API token by which whoever asks came in; None of somebody who signed in."""
    staff()
    return cast(ApiToken | None, g.get("program"))


def standing_reason() -> str:
    """What a program's token was made for; empty of somebody who signed in, who is asked each time."""
    token = program()
    return token.stands_for if token else ""


def _read_staff() -> Account:
    token = bearer()
    if token:
        with services().database.reading() as tx:
            account, g.program = tokens.read_account(tx, services().key, token)
        if tokens.is_worth_noting(g.program):
            with services().database.transaction() as tx:
                tokens.note(tx, g.program)
        return account
    if is_signed_in():
        return cast(Account, current_user.account)
    found = half()
    if found is None:
        raise TiplineError("account:session-ended" if g.get("visit_ended") else "account:sign-in-needed")
    if found[1].factor != sessions.ENROL:
        raise TiplineError("account:factor-needed")
    if not g.get("for_enrolment"):
        raise TiplineError("account:enrol-needed")
    return found[0]


def half() -> tuple[Account, DeskSession] | None:
    """Whose visit it is while a second factor is outstanding; it opens what asks for that factor, no more."""
    if "half" not in g:
        token = session.get(DESK)
        g.half = None
        if token and not is_signed_in():
            with services().database.reading() as tx:
                g.half = sessions.find_half(tx, services().key, token)
    return cast("tuple[Account, DeskSession] | None", g.half)


def is_signed_in() -> bool:
    """Whether the browser's session belongs to a member of staff."""
    return bool(current_user.is_authenticated)


def visit() -> DeskSession | None:
    """The visit to the desk that this request belongs to; None for programs with a token."""
    if bearer():
        return None
    if is_signed_in():
        return cast(DeskSession, current_user.visit)
    found = half() if g.get("for_enrolment") else None
    return found[1] if found else None


def visit_token() -> str:
    """The token of that visit, which is nowhere but in the browser's cookie."""
    return cast(str, session[DESK])


def actor() -> Actor:
    """Who acts: through a token with no more rights than it carries."""
    account, token = staff(), program()
    return tokens.acting(account, token) if token else account.actor
