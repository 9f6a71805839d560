"""Coming back with the receipt code, and why guessing one is hopeless.

Only wrong codes are counted, so nobody who has the right one is kept out by others behind the same address
for long: by address, by the first half of the code, and all together as a slow last barrier.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import Response, g, request
from werkzeug.exceptions import RequestEntityTooLarge

from tipline.domain import ids, receipts
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current
from tipline.web.limiting import asker, limiter

P = ParamSpec("P")
R = TypeVar("R")

BY_ADDRESS = "10 per 15 minutes"
BY_CODE = "20 per 15 minutes"
BY_ALL = "300 per minute"


def limited(view: Callable[P, R]) -> Callable[P, R]:
    """Bound the wrong codes a view may be told, together with all other views so bounded."""
    for scope, limit, whose in (
        ("code-all", BY_ALL, _everybody),
        ("code-half", BY_CODE, _first_half),
        ("code-address", BY_ADDRESS, asker),
    ):
        view = limiter.shared_limit(limit, scope, key_func=whose, deduct_when=_was_wrong)(view)
    return view


def enter(typed: str) -> tuple[Tip, str]:
    """The tip of a receipt code as somebody typed it, and access to it; raises receipt:unknown."""
    services = current.services()
    try:
        with services.database.transaction() as tx:
            tip = receipts.read_by_code(tx, services.key, typed)
            return tip, receipts.open_access(tx, services.key, tip)
    except TiplineError:
        g.wrong_code = True
        raise


def _was_wrong(_response: Response) -> bool:
    return bool(g.get("wrong_code"))


def _everybody() -> str:
    return "everybody"


def _first_half() -> str:
    """The first half of the code that is tried, hashed: a limit for those who know part of one."""
    try:
        said = request.get_json(silent=True) if request.is_json else request.form
    except RequestEntityTooLarge:
        said = None  # The view refuses it; here it would be taken for a limiter that is out of order.
    typed = said.get("receipt_code") if isinstance(said, dict) else None
    code = ids.normal_receipt_code(typed) if isinstance(typed, str) else None
    return ids.keyed_hash(current.services().key, "half", code[: ids.CODE_LENGTH // 2] if code else "unclear")
