"""What the doctor asks of a worker host: `python -m workers.checkup` prints one JSON object.

`sandbox` lists what was not blocked (empty: the wall holds); `decoders` says for each part its version or
what is wrong with it; `exiftool` is off, missing, nowhere (not at its path), confined or refused. No file of
anybody is opened.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import sys
from typing import Any

PARTS = {
    "av": "PyAV",
    "cv2": "OpenCV",
    "PIL": "Pillow",
    "pillow_heif": "pillow-heif",
    "numpy": "NumPy",
    "onnxruntime": "ONNX Runtime",
}
# What phones and recorders write; a build of FFmpeg without one of them shows nothing of such a film.
CODECS = ("h264", "hevc", "mpeg4", "mjpeg", "aac")


def main() -> int:
    json.dump({"sandbox": sandbox(), "decoders": decoders(), "exiftool": deep_look(), **outer()}, sys.stdout)
    return 0


def outer() -> dict[str, str | None]:
    """The layer around the wall that is asked for, and its program where that is not installed."""
    from tipline.settings import OUTER_PROGRAMS

    name = os.environ.get("TIPLINE_OUTER_SANDBOX", "").strip() or "none"
    program = OUTER_PROGRAMS.get(name)
    return {"outer": name, "missing": program if program and shutil.which(program) is None else None}


def sandbox() -> list[str]:
    """Attacks that went through."""
    from workers.outer import choose
    from workers.selfcheck import self_check

    choose(outer()["outer"] or "none")
    return self_check()


def decoders() -> dict[str, dict[str, Any]]:
    """Name → {ok, words}."""
    found = {name: _part(module) for module, name in PARTS.items()}
    if found["PyAV"]["ok"]:
        found["FFmpeg"] = _codecs()
    found["CenterFace"] = _faces()
    return found


def _faces() -> dict[str, Any]:
    """The model that finds faces: a file that a package of ours ships, never imported."""
    try:
        from workers.media.redaction import model

        model.model_file()
    except ImportError as error:
        return {"ok": False, "words": f"{type(error).__name__}: {error}"}
    except model.NoModel:
        return {"ok": False, "words": "no model: faces cannot be found"}
    return {"ok": True, "words": model.versions()["centerface"]}


def deep_look() -> str:
    """Whether exiftool is there, and runs behind the wall."""
    from workers import exiftool

    setting = os.environ.get("TIPLINE_EXIFTOOL", "").strip()
    program = exiftool.find(setting)
    if program is None:
        if setting in ("", exiftool.AUTO):
            return "missing"
        return "off" if setting == exiftool.OFF else "nowhere"
    return "confined" if exiftool.holds(program) else "refused"


def _part(module: str) -> dict[str, Any]:
    try:
        version = getattr(importlib.import_module(module), "__version__", "?")
    except (ImportError, OSError) as fault:
        return {"ok": False, "words": f"{type(fault).__name__}: {fault}"}
    return {"ok": True, "words": str(version)}


def _codecs() -> dict[str, Any]:
    import av

    missing = [name for name in CODECS if name not in av.codecs_available]
    version = ".".join(str(part) for part in av.library_versions["libavcodec"])
    return {"ok": not missing, "words": f"no {', '.join(missing)}" if missing else f"libavcodec {version}"}


if __name__ == "__main__":
    sys.exit(main())
