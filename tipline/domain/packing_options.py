"""What somebody wants in a package: checked when it is asked for, kept as it was checked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from tipline.domain import limits
from tipline.errors import TiplineError

ORIGINALS, REDACTED = "originals", "redacted"
# What may go along of what was made from the originals.
KEYFRAMES, SHEETS, COPIES, EXPORTS = RENDITIONS = ("keyframes", "sheets", "copies", "exports")
PARTS = (ORIGINALS, REDACTED, *RENDITIONS, "report")
USUAL = (ORIGINALS, SHEETS, EXPORTS, "report")
LANGUAGES = ("zh_Hans_CN", "en")


@dataclass(frozen=True)
class Options:
    """`redacted` without `originals`: covered copies instead of originals."""

    originals: bool = True
    redacted: bool = False
    keyframes: bool = False
    sheets: bool = True
    copies: bool = False
    exports: bool = True
    report: bool = True
    language: str = LANGUAGES[0]
    recipient: str = ""

    @property
    def parts(self) -> list[str]:
        """The names of what goes in."""
        return [name for name in PARTS if getattr(self, name)]


def of_parts(parts: Collection[str], *, language: str, recipient: str) -> Options:
    """From names of PARTS; raises package:part-unknown, package:nothing, package:mixed."""
    if set(parts) - set(PARTS):
        raise TiplineError("package:part-unknown", fields={"parts": "package:part-unknown"})
    recipient = " ".join(recipient.split())
    if len(recipient) > limits.SHORT:
        fault = "tip:field-too-long"
        raise TiplineError(fault, fields={"recipient": fault}, limit=limits.SHORT)
    if language not in LANGUAGES:
        raise TiplineError("request:invalid", fields={"language": "request:field-unclear"})
    chosen = {name: name in parts for name in PARTS}
    if not (chosen[ORIGINALS] or chosen[REDACTED]):
        raise TiplineError("package:nothing", fields={"parts": "package:nothing"})
    if chosen[REDACTED] and not chosen[ORIGINALS] and any(chosen[name] for name in RENDITIONS):
        # What was covered in the copies would stand uncovered in the pictures beside them.
        raise TiplineError("package:uncovered", fields={"parts": "package:uncovered"})
    return Options(**chosen, language=language, recipient=recipient)


def dump(wanted: Options) -> dict[str, Any]:
    return asdict(wanted)


def load(told: Mapping[str, Any]) -> Options:
    """As it was kept; what a later version added has its usual value."""
    known = {one.name for one in fields(Options)}
    return Options(**{name: value for name, value in told.items() if name in known})
