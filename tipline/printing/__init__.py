"""Paper: a page of ours, HTML with its sheets, becomes a PDF.

The work is done by a child process (`python -m tipline.printing`) that has no settings, fetches nothing and
is bounded in time, memory and number, so that no receipt, however odd its file names, holds up the web
server. What it needs from the host may be missing: then printing says so and everything else goes on.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import structlog

from tipline.errors import TiplineError

ROOT = Path(__file__).resolve().parents[2]
SHEETS = Path(__file__).parent / "sheets"
# At once in this process; others wait their turn for a while.
MOST_AT_ONCE = 2
WAITS_S = 15.0
LONGEST_S = 45.0
MOST_PATIENT_S = 1200.0  # its processor time is bounded far below; a busy host is slow
LONGEST_LOOK_S = 30.0
LARGEST_PAGE = 8 * 1024**2
# Exit codes of the child.
PARTS_MISSING = 3
NO_CHINESE = 4
NOTHING_ATTACHED = 5
# All that the child learns of where it runs: how to find libraries and fonts.
_KEPT = ("PATH", "HOME", "XDG_CACHE_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "LD_LIBRARY_PATH")

log = structlog.get_logger(__name__)
_turns = threading.BoundedSemaphore(MOST_AT_ONCE)
# Strangers' PDFs wait in a line of their own: whoever sends bombs keeps nobody from a receipt.
_looks = threading.BoundedSemaphore(MOST_AT_ONCE)


class CannotPrint(Exception):
    """This host cannot make PDFs; `lacks_font` if all that is missing is a font with Chinese characters."""

    def __init__(self, words: str, *, lacks_font: bool = False) -> None:
        super().__init__(words)
        self.lacks_font = lacks_font


def pdf(html: str, *, attachments: Mapping[str, str] | None = None, patient: bool = False) -> bytes:
    """The page as a PDF that holds the files `attachments` (name → text).

    `patient` is for a worker that prints hundreds of pages and keeps nobody waiting.
    Raises print:busy, print:failed.
    """
    if len(html) > LARGEST_PAGE:
        log.error("printing.failed", fault="too large")
        raise TiplineError("print:failed")
    job = json.dumps({"html": html, "attachments": dict(attachments or {})}).encode()
    with _turn(_turns):
        try:
            done = _run(["--patient"] if patient else [], job, MOST_PATIENT_S if patient else LONGEST_S)
        except (subprocess.TimeoutExpired, OSError) as fault:
            log.error("printing.failed", fault=type(fault).__name__)
            raise TiplineError("print:failed") from fault
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        log.error("printing.failed", exit=done.returncode, fault=_last_words(done.stderr))
        raise TiplineError("print:failed")
    return done.stdout


def attached(untrusted_pdf: bytes) -> bytes | None:
    """The JSON file that lies in a PDF, such as a receipt's; None if there is none or it is no PDF of ours.

    A stranger's PDF is read by the child too, within its bounds. Raises print:busy.
    """
    with _turn(_looks):
        try:
            done = _run(["--attached"], untrusted_pdf, LONGEST_LOOK_S)
        except (subprocess.TimeoutExpired, OSError) as fault:
            # Its processor time is bounded far below: this host is slow, which says nothing of the PDF.
            raise TiplineError("print:busy") from fault
    return done.stdout if done.returncode == 0 else None


def check() -> str:
    """Family of the font in which a Chinese PDF comes out on this host; raises CannotPrint."""
    try:
        done = _run(["--check"], b"", LONGEST_S)
    except (subprocess.TimeoutExpired, OSError) as fault:
        raise CannotPrint(type(fault).__name__) from fault
    if done.returncode:
        lacks_font = done.returncode == NO_CHINESE
        raise CannotPrint(_last_words(done.stderr) or f"exit {done.returncode}", lacks_font=lacks_font)
    return done.stdout.decode().strip()


def sheet(name: str) -> str:
    """A style sheet of this package as an address for `<link rel="stylesheet">`: nothing is fetched."""
    return "data:text/css;base64," + base64.b64encode((SHEETS / f"{name}.css").read_bytes()).decode()


@contextmanager
def _turn(line: threading.BoundedSemaphore) -> Iterator[None]:
    if not line.acquire(timeout=WAITS_S):
        raise TiplineError("print:busy")
    try:
        yield
    finally:
        line.release()


def _run(options: list[str], job: bytes, longest_s: float) -> subprocess.CompletedProcess[bytes]:
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1", "LANG": "C.UTF-8"}
    return subprocess.run(
        [sys.executable, "-m", "tipline.printing", *options],
        input=job, env=environment, cwd="/", capture_output=True, timeout=longest_s, check=False,
    )  # fmt: skip


def _last_words(stderr: bytes) -> str:
    lines = stderr.decode(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else ""
