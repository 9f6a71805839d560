"""A photo for the page of a beat: what somebody uploads is drawn anew by a child, and only that is kept.

The web server opens no picture. It hands the bytes to a process of the workers (`workers.portrait`), bounded
in time and number, whose own child opens them behind the sandbox.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import structlog

from tipline.errors import TiplineError
from tipline.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
LARGEST = 12 * 1024**2  # a photo of a good phone
LONGEST_S, WAITS_S = 60.0, 10.0
TOO_SMALL = 4
_BEGINS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_KEPT = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH")
log = structlog.get_logger(__name__)
_turn = threading.BoundedSemaphore(1)


def draw_anew(untrusted_data: bytes, settings: Settings) -> bytes:
    """The photo as a square JPEG that holds nothing but its pixels; raises beat:photo-…."""
    if len(untrusted_data) > LARGEST:
        raise _fault("beat:photo-large", limit=LARGEST // 1024**2)
    if not untrusted_data.startswith(_BEGINS):
        raise _fault("beat:photo-unreadable")
    if not _turn.acquire(timeout=WAITS_S):
        raise _fault("beat:photo-busy")
    try:
        done = _run(untrusted_data, settings)
    except (subprocess.TimeoutExpired, OSError) as fault:
        log.error("portrait.failed", fault=type(fault).__name__)
        raise _fault("beat:photo-busy") from fault
    finally:
        _turn.release()
    if done.returncode == TOO_SMALL:
        raise _fault("beat:photo-small")
    if done.returncode or not done.stdout.startswith(_BEGINS[0]):
        raise _fault("beat:photo-unreadable")
    return done.stdout


def _run(data: bytes, settings: Settings) -> subprocess.CompletedProcess[bytes]:
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1", "LANG": "C.UTF-8"}
    options = ["--outer", settings.outer_sandbox]
    options += ["--allow-unsandboxed"] if settings.allow_unsandboxed else []
    return subprocess.run(
        [sys.executable, "-m", "workers.portrait", *options],
        input=data, env=environment, cwd=ROOT, capture_output=True, timeout=LONGEST_S, check=False,
    )  # fmt: skip


def _fault(code: str, **values: object) -> TiplineError:
    return TiplineError(code, fields={"photo": code}, **values)
