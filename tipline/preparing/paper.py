"""What printing needs from the host: the libraries WeasyPrint links to, and a font with Chinese characters.

As root we install what is missing. Otherwise Tipline runs without: receipts stay pages that a browser prints.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from tipline.preparing import stamps
from tipline.preparing.host import CommandFailed, Trouble, by_hand, install_packages, run, step
from tipline.preparing.libraries import load_fault
from tipline.preparing.places import Places

# By the names of Debian 12, 13 and Ubuntu 22.04, 24.04; what they stand on comes with them.
LIBRARIES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
FONT = "fonts-wqy-microhei"
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
FONT_MARKS = ("wqy", "cjk", "sourcehan", "droidsansfallback", "uming", "ukai")


def prepare(places: Places, *, with_tests: bool) -> None:
    """Install what is missing if we may. Only the tests, which skip nothing, can't go on without."""
    stamp, wanted = places.stamp("paper"), stamps.digest([*LIBRARIES, FONT])
    if stamps.is_fresh(stamp, wanted):
        return
    missing = _missing(places)
    if missing:
        with step("What printing needs: " + ", ".join(missing)):
            install_packages(missing, with_sudo=with_tests)
        missing = _missing(places)
    if not missing:
        with stamps.stamped(stamp, wanted):
            return
    if with_tests:
        raise Trouble(f"The tests print Chinese pages. Run: {by_hand(missing)}\nThen run the command again.")
    print(f"Receipts and posters can't be made as PDF here yet; all else works. For PDF: {by_hand(missing)}")


def has_chinese_font() -> bool:
    """Whether Chinese would show as characters and not as boxes."""
    if shutil.which("fc-list"):
        try:
            return bool(run(["fc-list", ":lang=zh-cn", "family"]).strip())
        except CommandFailed:
            return False
    files = (path.name.lower() for folder in FONT_FOLDERS for path in Path(folder).rglob("*.tt[cf]"))
    return any(mark in name for name in files for mark in FONT_MARKS)


def _missing(places: Places) -> Sequence[str]:
    libraries = LIBRARIES if load_fault(places, "weasyprint") else ()
    return [*libraries, *([] if has_chinese_font() else [FONT])]
