"""Writes sbom.json: every part that a station runs on, with version and digests, as CycloneDX reads it.

Python parts come from requirements.lock by CycloneDX's own program, front-end parts from package-lock.json:
npm's own list refuses a project that is no package.
"""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "sbom.json"
NAMES = {"sha512": "SHA-512", "sha384": "SHA-384", "sha256": "SHA-256", "sha1": "SHA-1"}


def main() -> None:
    """Make the list and say how long it is."""
    made = python_parts()
    made["components"] += front_end_parts()
    made["metadata"]["component"] = {"bom-ref": "tipline", "type": "application", "name": "tipline"}
    TARGET.write_text(json.dumps(made, indent=1, sort_keys=True) + "\n")
    print(f"{TARGET.name}: {len(made['components'])} parts")


def python_parts() -> dict[str, Any]:
    """The list of requirements.lock."""
    program = ROOT / ".venv" / "bin" / "cyclonedx-py"
    made = subprocess.run(
        [str(program), "requirements", "requirements.lock", "--output-reproducible", "--of", "JSON"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    parts: dict[str, Any] = json.loads(made.stdout)
    return parts


def front_end_parts() -> list[dict[str, Any]]:
    """What npm installs for a station; parts of tests alone are left out."""
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    return [
        _part(path.rpartition("node_modules/")[2], one)
        for path, one in sorted(locked.items())
        if path and not one.get("dev")
    ]


def _part(name: str, one: dict[str, Any]) -> dict[str, Any]:
    purl = f"pkg:npm/{name.replace('@', '%40')}@{one['version']}"
    part: dict[str, Any] = {"bom-ref": purl, "type": "library", "name": name, "version": one["version"]}
    part["purl"] = purl
    algorithm, _, digest = str(one.get("integrity", "")).partition("-")
    if algorithm in NAMES:
        content = base64.b64decode(digest).hex()
        part["hashes"] = [{"alg": NAMES[algorithm], "content": content}]
    return part


if __name__ == "__main__":
    main()
