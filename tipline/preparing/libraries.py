"""Host libraries that wheels count on: OpenCV wants a screen's, the sandbox wants libseccomp.

On a bare server OpenCV does not load. As root we install what is missing; otherwise the same version of
OpenCV without windows takes its place, which needs nothing from the host and is the same module.
"""

from __future__ import annotations

import re

from tipline.preparing import installer
from tipline.preparing.host import (
    CommandFailed,
    Trouble,
    by_hand,
    clean_environment,
    install_packages,
    is_root,
    run,
    step,
)
from tipline.preparing.places import Places

# What the wheel of OpenCV links to beyond libc, by the names of Debian 12, 13 and Ubuntu 22.04, 24.04.
FOR_OPENCV = ("libgl1", "libglib2.0-0", "libxcb1", "libx11-6", "libxext6", "libsm6", "libice6")
FOR_SANDBOX = ("libseccomp2",)
MISSING = re.compile(r"(lib[\w.+-]+\.so[\w.]*): cannot open shared object")


def make_loadable(places: Places) -> None:
    """Leave only when OpenCV and the sandbox's filter load; raises Trouble with what to do."""
    _make_opencv_loadable(places)
    fault = load_fault(places, "pyseccomp")
    if fault and is_root() and install_packages(FOR_SANDBOX):
        fault = load_fault(places, "pyseccomp")
    if fault:
        raise Trouble(
            "The sandbox in which files are opened needs the system library libseccomp.\n"
            f"Run: {by_hand(FOR_SANDBOX)}\nThen run the command again."
        )


def missing_library(fault: str) -> str | None:
    """Name of the host library an import asked for in vain, if that is what went wrong."""
    match = MISSING.search(fault)
    return match.group(1) if match else None


def load_fault(places: Places, module: str) -> str:
    """What importing says in a Python of its own; empty when it works."""
    try:
        run([str(places.python), "-I", "-c", f"import {module}"], env=clean_environment())
    except CommandFailed as failed:
        return failed.output or "it ended without a word"
    return ""


def _make_opencv_loadable(places: Places) -> None:
    fault = load_fault(places, "cv2")
    if not fault:
        return
    library = missing_library(fault)
    if library is None:
        raise Trouble(
            f"{fault.strip()}\n\nOpenCV does not load. Delete {places.venv} and run the command again."
        )
    if is_root() and install_packages(FOR_OPENCV) and not load_fault(places, "cv2"):
        return
    with step(f"This machine has no {library}; OpenCV without windows takes the place, which needs none"):
        _take_headless_opencv(places)
    fault = load_fault(places, "cv2")
    if fault:
        raise Trouble(f"{fault.strip()}\n\nOpenCV does not load. {_advice()}")


def _take_headless_opencv(places: Places) -> None:
    """Both packages hold the same folder, so one must go whole before the other comes."""
    try:
        installer.uninstall(places, ["opencv-python", "opencv-python-headless"])
        installer.install_one(places, "headless", "OpenCV")
    except CommandFailed as failed:
        raise Trouble(f"{failed.tail}\n\nOpenCV could not be replaced. {_advice()}") from failed


def _advice() -> str:
    return f"Run: {by_hand(FOR_OPENCV)}\nThen run the command again."
