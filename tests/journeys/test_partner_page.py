"""The lines of docs/partner-api.md are run as they stand there, against the whole product."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from pathlib import Path

from tests import footage
from tests.journeys.station import ROOT, Station

BLOCK = re.compile(r"^```bash\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_a_partner_gets_along_with_the_lines_of_the_page(station: Station, tmp_path: Path) -> None:
    photo = footage.photo(tmp_path / "door 南门.jpg", size=(320, 240))
    station.tipline("user", "add", "mall", "--role", "partner", "--display-name", "幸福广场")
    token = station.tipline("token", "create", "--user", "mall").split()[-1]
    lines = BLOCK.findall((ROOT / "docs/partner-api.md").read_text(encoding="utf-8"))
    said = {"BASE": station.url, "TOKEN": token, "FILE": str(photo), "PATH": "/usr/local/bin:/usr/bin:/bin"}

    # The first twice, as after a line that broke off.
    script = "set -eo pipefail\n" + "\necho; echo ----\n".join([lines[0], *lines])
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=said,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    once, again, upload, listed, one, incidents = [part.strip() for part in done.stdout.split("----\n")]
    assert json.loads(once)["reference"] == json.loads(again)["reference"]
    digest = hashlib.sha256(photo.read_bytes()).hexdigest()
    assert f"tipline-sha256: {digest}" in upload.lower()
    assert [item["external_id"] for item in json.loads(listed)["items"]] == ["M-2026-0017"]
    assert [(file["filename"], file["sha256"]) for file in json.loads(one)["evidence"]] == [
        (photo.name, digest)
    ]
    assert json.loads(incidents)["items"] == [], "nobody has put this tip together with others yet"
    assert station.ask(f"/api/v1/tips/{json.loads(one)['reference']}")["door"] == "partner"
