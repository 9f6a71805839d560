"""Acts on a case as plain forms: one transaction on the case as the person saw it, then the page again."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from flask import redirect, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain.cases import Case
from tipline.errors import TiplineError
from tipline.web import current
from tipline.web.cases import frame
from tipline.web.review import begun, notices
from tipline.web.review.notices import Notice, offered

P = ParamSpec("P")
Do = Callable[Concatenate[Transaction, Case, P], Notice]
Page = Callable[..., ResponseReturnValue]


def act(form: str, page: Page, back: str = "") -> Callable[[Do[P]], Callable[..., ResponseReturnValue]]:
    """`page(number, **refusal)` shows a refusal; `back` is the tab that follows what was done."""

    def decorate(do: Do[P]) -> Callable[..., ResponseReturnValue]:
        @wraps(do)
        def wrapped(number: str, *args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            try:
                with current.services().database.transaction() as tx:
                    row = frame.read(tx, number)
                    notice = offered(tx, do(tx, row, *args, **kwargs))
                    begun.sent(tx, f"case:{row.number}", form)
                    number = row.number
            except TiplineError as fault:
                if fault.code in ("case:not-found", "task:not-found", "subject:not-found"):
                    raise
                return page(number, **frame.refusal(_named(form, kwargs), fault))
            is_mine = request.form.get("back") == "mine"
            return after("/desk/tasks" if is_mine else f"/desk/cases/{number}{back}", notice)

        return wrapped

    return decorate


def after(address: str, notice: Notice) -> ResponseReturnValue:
    """What was done is told by the next page."""
    notices.keep(notice)
    return redirect(address, 303)


def version_of(typed: str) -> int:
    """The version a form was drawn on; -1 fits none."""
    return int(typed) if typed.isdecimal() and len(typed) < 10 else -1


def _named(form: str, values: dict[str, object]) -> str:
    """`unlink-T-1042`: a form that stands once a row is named after its row."""
    return "-".join([form, *map(str, values.values())])
