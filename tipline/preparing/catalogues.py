"""Translations: compiles a catalogue when its text is newer than what was compiled of it."""

from __future__ import annotations

from pathlib import Path

from tipline.preparing.host import CommandFailed, Trouble, clean_environment, run, step
from tipline.preparing.places import Places


def prepare(places: Places) -> None:
    """Compile every stale catalogue below `tipline/locales`."""
    stale = [path for path in sorted((places.root / "tipline" / "locales").rglob("*.po")) if is_stale(path)]
    if not stale:
        return
    with step("Translations"):
        for catalogue in stale:
            _compile(places, catalogue)


def is_stale(catalogue: Path) -> bool:
    """Whether the compiled form is missing or older."""
    compiled = catalogue.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < catalogue.stat().st_mtime


def _compile(places: Places, catalogue: Path) -> None:
    locale = catalogue.parent.parent.name
    command = [str(places.venv / "bin" / "pybabel"), "-q", "compile", "-l", locale, "-i", str(catalogue)]
    try:
        run([*command, "-o", str(catalogue.with_suffix(".mo"))], env=clean_environment())
    except CommandFailed as failed:
        raise Trouble(
            f"{failed.tail}\n\nThe translations in {catalogue} can't be read; the lines above say where."
        ) from failed
