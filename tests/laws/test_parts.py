"""What we run on is written down: pinned, with digests, with a reason each, and as a list others can read."""

from __future__ import annotations

import json
import re

from checks import sbom
from tests.laws.sources import ROOT

PIN = re.compile(r"[A-Za-z0-9_.-]+(\[[a-z,]+\])?==\S+\s+# \S.*")
LOCKS = sorted(ROOT.glob("requirements*.lock"))


def test_every_part_we_chose_is_pinned_and_says_why_it_is_there() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = [one for one in (ROOT / name).read_text().splitlines() if one and one[0] not in "#-"]
        assert [one for one in lines if not PIN.fullmatch(one)] == []


def test_every_locked_part_has_its_digests_and_no_address_of_a_registry() -> None:
    assert len(LOCKS) >= 5
    for lock in LOCKS:
        text = lock.read_text()
        pins = re.findall(r"^[a-z0-9][^ ]*==.*(?:\n +--hash=\S+.*)*", text, re.MULTILINE)
        assert pins, lock.name
        assert [one.split()[0] for one in pins if "--hash=sha256:" not in one] == []
        assert "://" not in text


def test_the_list_of_parts_names_all_of_both_locks() -> None:
    parts = sbom.python_parts()["components"] + sbom.front_end_parts()
    named = {one["name"].lower().replace("_", "-") for one in parts}
    python = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    npm = json.loads((ROOT / "package.json").read_text())["dependencies"]

    assert {*python, *npm} <= named
    assert all(one.get("hashes") for one in sbom.front_end_parts())
