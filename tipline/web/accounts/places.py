"""Where to go after signing in: only to pages of the desk, whatever a link says."""

from __future__ import annotations

from urllib.parse import urlsplit

START = "/desk/queue"
LONGEST = 2000


def is_at_desk(path: str | None) -> bool:
    """Whether this is a path of our own desk, with nothing that a browser might read as another host."""
    if not path or len(path) > LONGEST or not path.isprintable() or "\\" in path:
        return False
    # What begins otherwise may be no address at all, or, as `///desk/` to a browser, one of another host.
    if not path.startswith("/desk"):
        return False
    place = urlsplit(path).path
    # A browser takes `..` as the way out of the desk, and its dots for dots however they are written.
    if ".." in place.lower().replace("%2e", ".").split("/"):
        return False
    return place == "/desk" or place.startswith("/desk/")


def safe(path: str | None) -> str:
    """The path if it is one of the desk, else the queue."""
    return path if path and is_at_desk(path) else START


def path_of(address: str) -> str:
    """Path and query of the page that a script says it stands on; empty of what is no address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")
