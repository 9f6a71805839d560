"""Lighthouse finds nothing to mend on the report page, as a phone sees it, nor on the queue at a desk.

Accessibility and good practice are judged; speed is not, for it belongs to the bench and to real lines.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests import ports
from tests.journeys.conftest import ARGS
from tests.journeys.station import ROOT, Station
from tipline.preparing.browser import find_browser

LIGHTHOUSE = ROOT / "node_modules" / "lighthouse" / "cli" / "index.js"
# A station on one machine has no certificate; a real one stands behind HTTPS (README).
LEFT_OUT = "is-on-https,redirects-http"


@pytest.mark.parametrize(("path", "device"), [("/report", "mobile"), ("/desk/queue", "desktop")])
def test_lighthouse_finds_nothing(station: Station, tmp_path: Path, path: str, device: str) -> None:
    for text in ("店里收银台被盗", "楼下电动车被撬"):
        station.send(text)
    told = tmp_path / "told.json"
    flags = " ".join(["--headless=new", f"--user-data-dir={tmp_path / 'profile'}", *ARGS])
    done = subprocess.run(
        [
            shutil.which("node") or "node", str(LIGHTHOUSE), station.url + path, "--quiet",
            "--only-categories=accessibility,best-practices", f"--skip-audits={LEFT_OUT}", "--output=json",
            f"--output-path={told}", f"--chrome-flags={flags}", "--enable-error-reporting=false",
            f"--port={ports.lease()}",  # its own choice may be somebody else's before its browser listens
            *(["--preset=desktop"] if device == "desktop" else []),
            f"--extra-headers={json.dumps(station.bearer() if path.startswith('/desk') else {})}",
        ],
        env={**os.environ, "CHROME_PATH": str(find_browser())},
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]

    report = json.loads(told.read_text())
    faults = [
        f"{audit['id']}: {item.get('node', {}).get('snippet') or audit['title']}"
        for audit in report["audits"].values()
        if audit["score"] is not None and audit["score"] < 1
        for item in audit.get("details", {}).get("items") or [{}]
    ]
    assert report["finalDisplayedUrl"] == station.url + path
    assert faults == []
    assert {name: one["score"] for name, one in report["categories"].items()} == {
        "accessibility": 1,
        "best-practices": 1,
    }
