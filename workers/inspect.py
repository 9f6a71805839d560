"""``tipline media inspect``: the same sandboxed examination on a local file, without a server.

Prints one JSON object; if asked, writes keyframes into a folder, what a browser plays with the list of its
frames into another, and a page that stands alone. Exit 0 readable, 3 not decodable, with the reason in words
beside the JSON; 2 wrong usage. On a terminal it says meanwhile which step it is at.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tipline import preflight, settings
from tipline.errors import N_
from tipline.failures import sentence_of
from tipline.i18n import say
from workers import copies, encode, examination, outer
from workers.page import sheet
from workers.page.words import STEP
from workers.sandbox import Hooks, Keyframe

READABLE, WRONG_USAGE, NOT_DECODABLE = 0, 2, 3
NOT_WRITTEN = N_("The pictures or the page cannot be written: %(fault)s. Choose another place.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and give its exit code."""
    options = _options(arguments)
    try:
        chosen = settings.load(os.environ)
        preflight.check_outer(chosen)
        _prepare(options, chosen.locale)
    except (settings.SettingsError, preflight.NotReady, _Wrong) as fault:
        print(fault, file=sys.stderr)
        return WRONG_USAGE
    outer.choose(chosen.outer_sandbox)
    kept = _Kept(options.out, with_page=options.html is not None)
    line = _Line(chosen.locale) if sys.stderr.isatty() else None
    hooks = Hooks(on_keyframe=kept.take, on_progress=line.progress if line else None)
    try:
        media = examination.examine(
            options.file,
            hooks=hooks,
            on_step=line.step if line else None,
            folder=options.copy,
            allow_unsandboxed=chosen.allow_unsandboxed,
        )
        if options.html is not None:
            _write_whole(options.html, sheet.page(options.file.name, media, kept.pictures, chosen.locale))
    except OSError as fault:
        print(say(chosen.locale, NOT_WRITTEN, fault=fault.strerror), file=sys.stderr)
        return WRONG_USAGE
    finally:
        if line:
            line.clear()
    print(json.dumps(media, ensure_ascii=False, allow_nan=False))
    if media["failure"] is None:
        return READABLE
    print(say(chosen.locale, sentence_of(media["failure"])), file=sys.stderr)
    return NOT_DECODABLE


class _Wrong(Exception):
    """A sentence for who typed the command."""


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tipline media inspect", description="Examine one photo or film.")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write the keyframes into this folder")
    parser.add_argument(
        "--copy",
        type=Path,
        metavar="DIR",
        help="write what a browser plays and its frames into this folder",
    )
    parser.add_argument(
        "--html", type=Path, metavar="OUT", help="write a page that stands alone to this file"
    )
    return parser.parse_args(arguments)


def _prepare(options: argparse.Namespace, locale: str) -> None:
    """Everything that can go wrong before the long work begins."""
    if not options.file.is_file():
        words = N_("There is no file %(name)s. Check the path and try again.")
        raise _Wrong(say(locale, words, name=repr(str(options.file))))
    try:
        for folder in (options.out, options.copy):
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
                _require_apart(folder, options.file, locale)
    except OSError as fault:
        words = N_("The folder for keyframes or the copy cannot be made: %(fault)s.")
        raise _Wrong(say(locale, words, fault=fault.strerror)) from fault
    if options.html is None:
        return
    if options.html.exists() and options.html.samefile(options.file):
        raise _Wrong(say(locale, N_("The page would overwrite the file itself. Choose another name for it.")))
    if options.html.is_dir() or not os.access(options.html.absolute().parent, os.W_OK):
        words = N_("The page cannot be written to %(name)s. Choose a file in a folder that you may write to.")
        raise _Wrong(say(locale, words, name=repr(str(options.html))))


def _require_apart(folder: Path, file: Path, locale: str) -> None:
    """What is written has names of its own, and one of them may be the file's."""
    if any(folder.samefile(one.parent) for one in (file, file.resolve())):
        words = N_("The file itself lies in %(name)s and could be overwritten. Choose another folder.")
        raise _Wrong(say(locale, words, name=repr(str(folder))))


class _Kept:
    """What becomes of the keyframes: full size into the folder, a smaller one into the page."""

    def __init__(self, folder: Path | None, *, with_page: bool) -> None:
        self._folder, self._with_page = folder, with_page
        self.pictures: dict[str, encode.Picture] = {}

    def take(self, keyframe: Keyframe) -> None:
        """One keyframe, as soon as it is found."""
        name = f"{keyframe.name}.jpg"
        if self._folder is not None:
            with copies.fresh(self._folder / name) as file:
                file.write(encode.full(keyframe).data)
        if self._with_page:
            self.pictures[name] = encode.medium(keyframe)


class _Line:
    """One line on a terminal, written over again and again."""

    def __init__(self, locale: str) -> None:
        self._locale, self._name = locale, "first"
        self._show("")

    def step(self, name: str) -> None:
        """The next step begins."""
        self._name = name
        self._show("")

    def progress(self, part: float) -> None:
        """How far the step is, from 0 to 1."""
        self._show(f" {part:.0%}")

    def clear(self) -> None:
        """Leave nothing behind."""
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def _show(self, how_far: str) -> None:
        name = say(self._locale, STEP[self._name]) if self._name in STEP else self._name
        print(f"\r\x1b[K{name}{how_far}", end="", file=sys.stderr, flush=True)


def _write_whole(path: Path, page: str) -> None:
    """Whole or not at all."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(page, encoding="utf-8")
    os.replace(draft, path)


if __name__ == "__main__":
    sys.exit(main())
