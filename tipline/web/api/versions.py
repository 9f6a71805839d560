"""ETag and If-Match: nobody overwrites a change they have not seen."""

from __future__ import annotations

from flask import request

from tipline.errors import TiplineError


def etag(version: int | str) -> dict[str, str]:
    """Headers that tell the version of what is sent."""
    return {"ETag": f'"{version}"'}


def asked(present: int | str, *, changed: str, needed: str | None = None) -> int | str:
    """The version a change was decided on, given the present one. `*` takes whichever stands.

    Raises `changed` if it is another, and `needed` if the asker did not say and had to.
    """
    if "If-Match" not in request.headers:
        if needed:
            raise TiplineError(needed)
        return present
    if not request.if_match.contains(str(present)):
        raise TiplineError(changed)
    return present
