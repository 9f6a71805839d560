"""Locks, mirrors and the sentences of a failed fetch."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tipline.preparing import frontend, host, installer, steps

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^ ;\\]+)", re.MULTILINE)
LOCKS = (
    "requirements",
    "requirements-dev",
    "requirements-headless",
    "requirements-node",
    "requirements-tools",
)


def pins(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text()
    return {part.lower().replace("_", "-"): version for part, version in PIN.findall(text)}


def test_uv_is_pointed_where_pip_is_pointed() -> None:
    config = (
        "global.cert='/etc/ca.pem'\nglobal.index-url='https://mirror.example/simple'\n:env:.timeout='9'\n"
    )
    assert installer.uv_settings(config) == {
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
        "SSL_CERT_FILE": "/etc/ca.pem",
    }


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "not what its lock expects"),
        ("npm error code EINTEGRITY", "not what its lock expects"),
        ("Temporary failure in name resolution", "Check the network"),
    ],
)
def test_a_failed_fetch_says_what_to_do(output: str, expected: str) -> None:
    trouble = host.fetch_trouble("the Python parts", host.CommandFailed(["pip"], output), "MIRROR")
    assert expected in str(trouble)


def test_a_full_disk_is_told_before_anything_is_fetched(tmp_path: Path) -> None:
    with pytest.raises(host.Trouble, match=r"Only 0\.2 GB are free"):
        steps.check_room(200_000_000, tmp_path)
    steps.check_room(5_000_000_000, tmp_path)


@pytest.mark.parametrize("name", LOCKS)
def test_each_lock_has_digests_and_no_address(name: str) -> None:
    text = (ROOT / f"{name}.lock").read_text()
    assert pins(f"{name}.lock")
    assert "://" not in text
    for block in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in block, block.splitlines()[0]


def test_the_lock_of_the_tests_holds_every_part_of_the_program() -> None:
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()


def test_opencv_without_windows_has_the_version_of_the_one_it_replaces() -> None:
    version = pins("requirements.lock")["opencv-python"]
    assert pins("requirements-headless.lock") == {"opencv-python-headless": version}


def test_every_named_part_stands_in_its_lock_at_that_version() -> None:
    for name in ("requirements", "requirements-dev"):
        assert pins(f"{name}.txt").items() <= pins(f"{name}.lock").items()


def test_the_front_end_lock_has_digests_and_no_address() -> None:
    text = (ROOT / "package-lock.json").read_text()
    assert '"integrity"' in text
    assert '"resolved"' not in text


def test_only_a_node_that_can_build_is_taken() -> None:
    assert frontend.is_new_enough("v18.0.0")
    assert frontend.is_new_enough("v20.20.2")
    assert not frontend.is_new_enough("v16.20.0")
    assert not frontend.is_new_enough("")
