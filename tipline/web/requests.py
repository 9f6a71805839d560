"""How a request is read: bounded, and uploads never held in memory."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar, cast

from flask import Request, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.routing import IntegerConverter, Map

# Forms and JSON together with everything around their fields.
MOST_BYTES = 1024 * 1024
# Forms that carry whole files; their views read the body as it comes and bound every file themselves.
FORMS_WITH_FILES = frozenset(
    {"/report", "/report/files", "/status/files", "/write/now", "/write/question", "/write/request"}
)
FILES_AT_THE_COUNTER = re.compile(r"/desk/intake/[^/]+/files")
FILES_BY_LINK = re.compile(r"/refer/[A-Za-z0-9]{26}/reply")
UPLOADS = "/api/v1/public/uploads"


def carries_files(path: str) -> bool:
    """Whether a form at this address may carry whole files."""
    path = path.rstrip("/")
    if path in FORMS_WITH_FILES:
        return True
    return any(one.fullmatch(path) for one in (FILES_AT_THE_COUNTER, FILES_BY_LINK))


def is_for_files(path: str) -> bool:
    """Whether bodies at this address may be files, which are let in apart from all others."""
    return path == UPLOADS or path.startswith(f"{UPLOADS}/") or carries_files(path)


P = ParamSpec("P")
R = TypeVar("R")


def body_may_lack(view: Callable[P, R]) -> Callable[P, R]:
    """A call whose whole body may be left out; stands above the input it fills."""

    @wraps(view)
    def let_in(*args: P.args, **kwargs: P.kwargs) -> R:
        cast(TiplineRequest, request).body_may_lack = True
        return view(*args, **kwargs)

    return let_in


class RowNumber(IntegerConverter):
    """A number in an address: beyond what a column holds there is nothing."""

    def __init__(self, routes: Map) -> None:
        super().__init__(routes, max=2**31 - 1)


class PlainJSON(DefaultJSONProvider):
    """JSON that every reader understands alike (RFC 8259, 7493): no name twice in an object, of which one
    reader takes the first and another the last, no NaN, and nothing that is read as infinity.
    """

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return super().loads(
            s, object_pairs_hook=_each_once, parse_constant=_no_number, parse_float=_finite, **kwargs
        )


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _finite(text: str) -> float:
    return number if math.isfinite(number := float(text)) else _no_number("this")


class TiplineRequest(Request):
    """JSON and forms are bounded; a body that is streamed (an upload) is bounded by its reader."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_streamed:
            self.max_content_length = MOST_BYTES
        self.body_may_lack = False

    @property
    def wants_json(self) -> bool:
        """Whether a program asks: the API answers in JSON, pages in HTML."""
        return self.path.startswith("/api/")

    @property
    def is_upload(self) -> bool:
        """Whether the tus protocol is spoken, whose errors are plain text."""
        return self.path == UPLOADS or self.path.startswith(f"{UPLOADS}/")

    @property
    def is_streamed(self) -> bool:
        """Whether a view reads the body piece by piece; nothing else may touch it before.

        A form in the plain encoding carries no file and is read whole, so it is bounded like any other.
        """
        has_files = self.mimetype == "multipart/form-data" and carries_files(self.path)
        return self.is_upload or (self.method == "POST" and has_files)

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        """Brackets nested by the thousand are as much a fault of the sender as a bracket that is missing."""
        if self.body_may_lack and not self.get_data():
            return {}
        try:
            return super().get_json(force, silent, cache)
        except RecursionError:
            return None if silent else self.on_json_loading_failed(ValueError("nested too deeply"))
