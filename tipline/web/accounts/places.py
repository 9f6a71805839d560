"""Where to go after signing in: only to pages of the desk, whatever a link says."""

from __future__ import annotations

from urllib.parse import urlsplit

START = "/desk/queue"
LONGEST = 2000


def is_at_desk(path: str | None) -> bool:
    """Whether this is a path of our own desk, with nothing that a browser might read as another host."""
    if not path or len(path) > LONGEST or not path.isprintable() or "\\" in path:
        return False
    # A browser reads `///desk/` as the host «desk», and takes `..` as the way out of the desk.
    if path.startswith("//") or ".." in urlsplit(path).path.split("/"):
        return False
    parts = urlsplit(path)
    return (
        not parts.scheme and not parts.netloc and (parts.path == "/desk" or parts.path.startswith("/desk/"))
    )


def safe(path: str | None) -> str:
    """The path if it is one of the desk, else the queue."""
    return path if path and is_at_desk(path) else START
