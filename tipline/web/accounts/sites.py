"""Whether passkeys can work at the address by which the desk was opened; browsers decide that."""

from __future__ import annotations

from flask import request

from tipline import passkeys
from tipline.errors import TiplineError
from tipline.web import current


def here() -> passkeys.Site | None:
    """Where this desk stands for the browser; None where no passkey can work."""
    return passkeys.site(request.host, secure=current.settings().secure or request.is_secure)


def require() -> passkeys.Site:
    """The same; raises factor:no-place."""
    where = here()
    if where is None:
        raise TiplineError("factor:no-place")
    return where
