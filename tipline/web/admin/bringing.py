"""What pages of a list have in common: a table brought in, and a form for every line of it."""

from __future__ import annotations

from flask import request

from tipline.domain import brought
from tipline.errors import TiplineError


def table(empty: str) -> str:
    """A CSV file, or the same lines typed or pasted; `empty` is the code of neither."""
    file = request.files.get("table")
    data = file.read() if file else b""
    typed = request.form.get("lines", "").strip()
    if not data and not typed:
        raise TiplineError(empty, fields={"table": empty})
    return brought.decode(data) if data else typed


def of_line(fault: TiplineError, key: object) -> TiplineError:
    """The page has the same form for every line; these faults belong to one of them."""
    fields = {f"{name}-{key}": reason for name, reason in fault.fields.items()}
    return TiplineError(fault.code, fields=fields, **fault.values)
