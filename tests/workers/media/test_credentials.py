"""Content credentials are read offline, and said no more of than is known."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests import credentials as drawn
from tests import footage
from tests.workers.media.looking import job_over
from workers.media import credentials, sniff


def _read(path: Path) -> dict[str, object] | None:
    return credentials.read(job_over(path), path.read_bytes()[: sniff.HEAD_BYTES])


def test_a_signed_photo_is_intact_and_its_signer_named(tmp_path: Path) -> None:
    told = _read(drawn.signed_photo(tmp_path / "input"))
    assert told is not None
    assert (told["state"], told["signer"]) == ("intact", drawn.SIGNER)
    assert told["claim_generator"] == "drawn camera 1.0"
    assert told["actions"] == ["c2pa.created"]
    assert "faults" not in told


def test_one_byte_changed_after_signing_is_told(tmp_path: Path) -> None:
    told = _read(drawn.altered_photo(tmp_path / "input"))
    assert told is not None
    assert (told["state"], told["faults"]) == ("altered", ["assertion.dataHash.mismatch"])


def test_a_manifest_that_lies_elsewhere_is_not_fetched(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0.0)
        address = f"http://127.0.0.1:{canary.getsockname()[1]}/manifest.c2pa"
        path = drawn.signed_photo(tmp_path / "input", elsewhere=address)
        assert address.encode() in path.read_bytes()
        assert _read(path) == {"state": "remote_only"}
        with pytest.raises(BlockingIOError):
            canary.accept()


def test_a_manifest_cut_short_is_never_called_intact(tmp_path: Path) -> None:
    path = drawn.signed_photo(tmp_path / "input")
    whole = path.read_bytes()
    for share in (0.1, 0.3, 0.6, 0.9):
        path.write_bytes(whole[: int(len(whole) * share)])
        told = _read(path)
        assert told is None or told["state"] != "intact"


def test_the_usual_file_has_none_and_nothing_is_said(tmp_path: Path) -> None:
    assert _read(footage.photo(tmp_path / "photo")) is None
    assert _read(footage.cctv_clip(tmp_path / "clip.mp4", seconds=1, size=(320, 180)).path) is None
    text = tmp_path / "text"
    text.write_bytes(b"c2pa jumb and nothing else")
    assert _read(text) is None
