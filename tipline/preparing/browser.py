"""What only the tests need from the host: a Chromium. The font for its pages comes with `paper`."""

from __future__ import annotations

import shutil

from tipline.preparing.host import CommandFailed, Trouble, by_hand, install_packages, run, step

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def prepare() -> None:
    """Install what is missing, or say how to; the tests skip nothing, so they can't go on without."""
    if find_browser() is None:
        with step("Chromium"):
            install_packages(["chromium"], with_sudo=True)
        _demand(find_browser() is not None, "The tests need the Chromium browser.", "chromium")


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


def _demand(fine: bool, sentence: str, package: str) -> None:
    if not fine:
        raise Trouble(f"{sentence} Run: {by_hand([package])}\nThen run the command again.")
