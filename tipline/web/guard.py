"""Every route says who may call it; a law test refuses a route that does not.

`public` takes anybody, `reporter` the holder of a receipt, `sender` also whoever sends files on that person's
behalf, `staff` an account with the right named. `fresh` below `staff` asks who it is once more.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import g

from tipline.domain import policy, rights
from tipline.web import current

P = ParamSpec("P")
R = TypeVar("R")


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Anybody."""
    return _declared(view, "public")


def reporter(view: Callable[P, R]) -> Callable[P, R]:
    """Whoever holds the access token of a tip; the view reads that tip by `current.reporter_tip`."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        current.admit_reporter()
        return view(*args, **kwargs)

    return _declared(guarded, "reporter")


def sender(view: Callable[P, R]) -> Callable[P, R]:
    """The reporter, or somebody whose access opens nothing but uploads."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        current.admit_reporter(for_uploads=True)
        return view(*args, **kwargs)

    return _declared(guarded, "sender")


def staff(right: str, *, enrolling: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Staff with this right; `enrolling` also lets in whoever has to set up a second factor first."""
    if right not in rights.RIGHTS:
        raise KeyError(f"no right is called {right}")

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            g.for_enrolment = enrolling
            actor = current.actor()
            rights.require(actor, right)
            with policy.viewing(actor):
                return view(*args, **kwargs)

        guarded.enrolling = enrolling  # type: ignore[attr-defined]
        return _declared(guarded, right)

    return decorate


def fresh(view: Callable[P, R]) -> Callable[P, R]:
    """Somebody who has shown in the last minutes who they are; stands below `staff`.

    Whoever has not is asked for password or second factor, and what they typed goes on from there.
    """

    @wraps(view)
    def proved(*args: P.args, **kwargs: P.kwargs) -> R:
        from tipline.web.accounts import proving  # whose pages use what the guarded views use

        proving.require()
        return view(*args, **kwargs)

    proved.is_fresh = True  # type: ignore[attr-defined]
    return proved


def declared(view: Callable[..., object]) -> str | None:
    """What a view says about who may call it."""
    return getattr(view, "who", None)


def _declared(view: Callable[P, R], who: str) -> Callable[P, R]:
    view.who = who  # type: ignore[attr-defined]
    return view
