"""What only the tests need from the host: a Chromium and a font with Chinese characters."""

from __future__ import annotations

import shutil
from pathlib import Path

from tipline.preparing.host import CommandFailed, Trouble, by_hand, install_packages, run, step

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FONT_PACKAGE = "fonts-wqy-microhei"
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
FONT_MARKS = ("wqy", "cjk", "sourcehan", "droidsansfallback", "uming", "ukai")


def prepare() -> None:
    """Install what is missing, or say how to; the tests skip nothing, so they can't go on without."""
    if find_browser() is None:
        with step("Chromium"):
            install_packages(["chromium"], with_sudo=True)
        _demand(find_browser() is not None, "The tests need the Chromium browser.", "chromium")
    if not has_chinese_font():
        with step("A font with Chinese characters"):
            install_packages([FONT_PACKAGE], with_sudo=True)
        _demand(has_chinese_font(), "The tests look at Chinese pages and need a font for them.", FONT_PACKAGE)


def find_browser() -> str | None:
    """Path of a Chromium that starts; on some systems a name is only a pointer to a shop."""
    for name in BROWSERS:
        path = shutil.which(name)
        if path is None:
            continue
        try:
            run([path, "--version"])
        except CommandFailed:
            continue
        return path
    return None


def has_chinese_font() -> bool:
    """Whether Chinese would show as characters and not as boxes."""
    if shutil.which("fc-list"):
        try:
            return bool(run(["fc-list", ":lang=zh-cn", "family"]).strip())
        except CommandFailed:
            return False
    files = (path.name.lower() for folder in FONT_FOLDERS for path in Path(folder).rglob("*.tt[cf]"))
    return any(mark in name for name in files for mark in FONT_MARKS)


def _demand(fine: bool, sentence: str, package: str) -> None:
    if not fine:
        raise Trouble(f"{sentence} Run: {by_hand([package])}\nThen run the command again.")
