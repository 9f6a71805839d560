"""ETag and If-Match: nobody overwrites a change they have not seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from tipline.errors import TiplineError


def etag(version: int | str) -> dict[str, str]:
    """Headers that tell the version of what is sent."""
    return {"ETag": f'"{version}"'}


def asked(
    present: int | str, *, changed: str, needed: str | None = None, wanted: Mapping[str, Any] | None = None,
    stands: Mapping[str, Any] | None = None,
) -> int | str:  # fmt: skip
    """The version a change was decided on, given the present one. `*` takes whichever stands.

    Raises `changed` if it is another, and `needed` if the asker did not say and had to. Of what is `wanted`,
    the answer then names the fields in which something else `stands` now, and what.
    """
    if "If-Match" not in request.headers:
        if needed:
            raise TiplineError(needed)
        return present
    if not request.if_match.contains(str(present)):
        differing = {
            name: value
            for name, value in (stands or {}).items()
            if wanted and name in wanted and wanted[name] != value
        }
        fault = TiplineError(changed, fields=dict.fromkeys(differing, changed))
        fault.present = {**differing, "version": present}
        raise fault
    return present
