"""Whatever is done to a package is found and named; what is hostile is refused within bounds."""

from __future__ import annotations

import hashlib
import io
import json
import os
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier import made
from tipline.domain import statements
from tipline.verifier import checking, ed25519, envelope
from tipline.verifier.faults import Findings

GOOD = made.package()
Told = dict[str, bytes]


@pytest.fixture
def judge(tmp_path: Path) -> Callable[..., Findings]:
    def check(data: bytes, trusted: str = "") -> Findings:
        path = tmp_path / "package.zip"
        path.write_bytes(data)
        return checking.check(str(path), trusted)

    return check


def codes(found: Findings) -> set[str]:
    return {one.code for one in found.faults}


def repacked(change: Callable[[dict[str, bytes]], object]) -> bytes:
    """What somebody makes who takes a package apart, changes it, and packs it again."""
    with made.Inside(io.BytesIO(GOOD)) as archive:
        files = {one: archive.read(one) for one in archive.namelist()}
    change(files)
    out = io.BytesIO()
    with made.Inside(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_a_good_one_is_whole_and_says_who_vouches_for_it(judge: Callable[..., Findings]) -> None:
    mine = statements.fingerprint(made.key().public)

    assert judge(GOOD).faults == []
    assert judge(GOOD, mine.upper().replace(" ", ":")).faults == []
    assert judge(GOOD).facts["fingerprint"] == mine
    assert codes(judge(GOOD, "ab" * 16)) == {"fingerprint"}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda f: f.update({"data/originals/1-1.bin": b"other"}), {"file-changed", "original-altered"}),
        (lambda f: f.update({"data/added.txt": b"x"}), {"file-added"}),
        (lambda f: f.update({"notes.txt": b"x"}), {"file-added"}),
        (lambda f: f.pop("data/originals/1-2.bin"), {"file-missing", "original-missing"}),
        (lambda f: f.update({"data/renamed.bin": f.pop("data/originals/1-2.bin")}), {"file-renamed"}),
        (lambda f: f.pop("signature.json"), {"unsigned"}),
        (lambda f: f.pop("bag-info.txt"), {"bagit-missing"}),
        (lambda f: f.pop("manifest-sha256.txt"), {"bagit-missing"}),
        (lambda f: f.pop("data/custody/proofs.jsonl"), {"custody-missing"}),
        (lambda f: f.update({"bagit.txt": b"BagIt-Version: 9\n"}), {"bagit-form"}),
        (lambda f: f.update({"manifest-sha256.txt": b"nonsense\n"}), {"bagit-form"}),
        (lambda f: f.update({"../../evil.txt": b"x"}), {"name-unsafe"}),
        (lambda f: f.update({"/etc/passwd": b"x"}), {"name-unsafe"}),
        (lambda f: f.update({"data\\..\\x": b"x"}), {"name-unsafe"}),
        (lambda f: f.update({"data/NUL.txt": b"x"}), {"name-unsafe"}),
        (lambda f: f.update({"DATA/ORIGINALS/1-1.BIN": b"x"}), {"name-twice"}),
    ],
)
def test_what_was_changed_is_named(
    judge: Callable[..., Findings], change: Callable[[Told], object], named: set[str]
) -> None:
    found = judge(repacked(change))

    assert named <= codes(found)
    assert "envelope" in codes(found)  # it was packed anew


def test_every_single_flipped_bit_is_found(judge: Callable[..., Findings]) -> None:
    for at in [*range(0, len(GOOD), max(1, len(GOOD) // 60)), len(GOOD) - 1, 6, 10]:
        data = bytearray(GOOD)
        data[at] ^= 1 << at % 8
        assert not judge(bytes(data)).whole, at


@given(share=st.floats(0, 0.9999))
def test_every_cut_is_found(share: float, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "cut.zip"
    path.write_bytes(GOOD[: int(len(GOOD) * share)])

    assert codes(checking.check(str(path))) & {"cut-short", "not-a-package"}


def test_bytes_behind_the_end_or_between_files_are_found(judge: Callable[..., Findings]) -> None:
    assert not judge(GOOD + b"hidden").whole
    assert not judge(b"hidden" + GOOD).whole


def test_a_list_that_was_made_to_fit_what_was_changed_is_found_by_its_signature(
    judge: Callable[..., Findings],
) -> None:
    """Somebody changes an original, and every list to match."""
    lying = made.package(
        told={"data/originals/1-1.bin": b"other"}, listed={"1-1": "0" * 64}, signer=made.key(9)
    )
    with made.Inside(io.BytesIO(GOOD)) as archive:
        kept = {name: archive.read(name) for name in ("signature.json", "data/keys/tipline-keys.json")}
    with made.Inside(io.BytesIO(lying)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()} | kept
    out = io.BytesIO()
    with made.Inside(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)

    found = codes(judge(out.getvalue()))
    assert {"list-unsigned", "original-altered", "original-claim"} <= found


def test_a_package_signed_by_somebody_else_is_told_from_ours_by_the_fingerprint(
    judge: Callable[..., Findings],
) -> None:
    other = made.package(signer=made.key(2))

    assert judge(other).faults == []
    assert codes(judge(other, statements.fingerprint(made.key().public))) == {"fingerprint"}


def rewrapped(**more: bytes) -> bytes:
    """Somebody adds files beside the payload, to the list of tags and to a zip just like the station's."""
    with made.Inside(io.BytesIO(GOOD)) as archive:
        files = {one: archive.read(one) for one in archive.namelist()} | more
    tags = [one for one in files if not one.startswith(("data/", "tagmanifest-"))]
    lines = (f"{hashlib.sha256(files[one]).hexdigest()}  {one}\n" for one in tags)
    files["tagmanifest-sha256.txt"] = "".join(lines).encode()
    out, members = b"", []
    for name, data in files.items():
        crc, raw = zlib.crc32(data), f"{made.BASE}/{name}".encode()
        members.append(envelope.Member(raw, len(data), crc, len(out)))
        out += envelope.local_header(raw, len(data)) + data + envelope.descriptor(len(data), crc)
    directory = b"".join(map(envelope.central_header, members))
    return out + directory + envelope.ending(len(members), len(out), len(directory))


@pytest.mark.parametrize(
    ("added", "named"),
    [
        ({"NOTICE.txt": b"The officer admits that he altered it."}, {"not-signed"}),
        ({"tagmanifest-sm3.txt": b"anything"}, {"not-signed"}),
        ({"manifest-sm3.txt": b"", "tagmanifest-sm3.txt": b""}, {"not-signed"}),
        ({"NOTICE/": b""}, {"envelope"}),
    ],
)
def test_what_is_slipped_in_beside_what_was_signed_is_found_though_every_list_names_it(
    judge: Callable[..., Findings], added: Told, named: set[str]
) -> None:
    assert judge(rewrapped()).faults == []
    assert named <= codes(judge(rewrapped(**added), statements.fingerprint(made.key().public)))


def test_words_put_beside_the_signature_are_found(judge: Callable[..., Findings]) -> None:
    with made.Inside(io.BytesIO(GOOD)) as archive:
        told = json.loads(archive.read("signature.json"))
    told["note"] = "approved by the court"

    assert codes(judge(rewrapped(**{"signature.json": json.dumps(told).encode()}))) == {"not-signed"}


@pytest.mark.parametrize("name", [["data/x"], {"data": 1}, 5, True])
def test_a_name_that_is_no_text_is_a_fault_and_no_crash(judge: Callable[..., Findings], name: object) -> None:
    items = json.dumps({"items": [{"number": "1-1", "id": "e1-1", "file": name}]}).encode()

    assert "metadata" in codes(judge(made.package(told={"data/metadata/evidence.json": items})))


@pytest.mark.parametrize("order", [b"\x01" + bytes(31), bytes(32), b"\xec" + b"\xff" * 30 + b"\x7f"])
def test_a_key_to_which_every_text_is_signed_signs_nothing(order: bytes) -> None:
    """Points of small order: with such a key the very same signature fits many texts."""
    signature = b"\x01" + bytes(63)

    assert not any(ed25519.is_signed(order, bytes([one]), signature) for one in range(32))


def test_a_checkpoint_of_another_key_is_found(judge: Callable[..., Findings]) -> None:
    assert codes(judge(made.package(logged=made.key(3)))) == {"checkpoint-key"}


def test_a_changed_custody_entry_is_found_even_when_its_own_hash_was_made_to_fit(
    judge: Callable[..., Findings],
) -> None:
    entries = made.log()
    entries[3]["reason"] = "nothing happened"
    assert codes(judge(made.package(entries=entries))) == {"entry-changed"}

    fitted = made.log()
    fitted[3] = made.entry(4, fitted[2]["hash"], "tip:change", "tip:T-1002", {})
    assert codes(judge(made.package(entries=fitted))) == {"entry-unproved", "entry-chain"}


def test_entries_left_out_doubled_or_swapped_are_found(judge: Callable[..., Findings]) -> None:
    log = made.log()
    assert "entry-order" in codes(judge(made.package(entries=[*log[:2], log[3], log[2]])))
    assert "entry-order" in codes(judge(made.package(entries=[*log, log[-1]])))
    assert "original-unproved" in codes(judge(made.package(entries=log[:4])))


def test_links_devices_and_compressed_bombs_are_not_opened(judge: Callable[..., Findings]) -> None:
    out = io.BytesIO(GOOD)
    with made.Inside(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data/bomb.bin", bytes(50_000_000))
        link = zipfile.ZipInfo("data/link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    tracemalloc.start()
    found = judge(out.getvalue())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert {"compressed", "link"} <= codes(found)
    assert peak < 30_000_000


def test_a_directory_that_claims_the_moon_is_refused_before_it_is_read(
    judge: Callable[..., Findings],
) -> None:
    end = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    end64 = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 2**40, 2**40, 2**50, 0)
    assert codes(judge(GOOD[:2000] + end64 + b"PK\x06\x07" + bytes(16) + end)) == {"too-many"}
    assert codes(judge(b"PK\x03\x04" + bytes(100))) == {"cut-short"}
    assert codes(judge(b"%PDF-1.7")) == {"not-a-package"}
    assert codes(judge(b"")) == {"not-a-package"}


def test_a_hundred_thousand_entries_are_bounded(judge: Callable[..., Findings]) -> None:
    out = io.BytesIO()
    with made.Inside(out, "w") as archive:
        for at in range(3000):
            archive.writestr(f"../{at}", b"")
    found = judge(out.getvalue())

    assert found.number >= 3000
    assert len(found.faults) <= 500


@given(noise=st.binary(max_size=400), at=st.integers(0, 2**16))
def test_no_garbage_breaks_the_check(noise: bytes, at: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    where = at % len(GOOD)
    path = tmp_path_factory.getbasetemp() / "noise.zip"
    path.write_bytes(GOOD[:where] + noise + GOOD[where + len(noise) :])

    found = checking.check(str(path))
    assert found.whole == (path.read_bytes() == GOOD)
    for one in found.faults:
        assert one.chinese
        assert one.english
        assert one.english.isprintable()


def test_an_unpacked_folder_is_checked_alike_and_its_links_are_not_followed(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        archive.extractall(tmp_path)  # noqa: S202 - ours, made a moment ago
    folder = tmp_path / made.BASE
    assert [one.name for one in tmp_path.iterdir()] == [folder.name]
    assert checking.check(str(tmp_path)).faults == checking.check(str(folder)).faults == []

    os.symlink("/etc/passwd", folder / "data" / "more")
    os.mkfifo(folder / "data" / "pipe")
    (folder / "data" / "originals" / "1-1.bin").write_bytes(b"other")
    assert {"link", "damaged", "file-changed", "original-altered"} <= codes(checking.check(str(tmp_path)))


@pytest.mark.parametrize("name", ["NOTICE.txt", "data/originals/1-1.bin", "other/bagit.txt", "bagit.txt"])
def test_what_lies_beside_the_one_folder_of_a_package_is_found(
    judge: Callable[..., Findings], name: str
) -> None:
    out = io.BytesIO(GOOD)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, b"The officer admits that he altered it.")

    assert codes(judge(out.getvalue())) - {"envelope"}


def test_the_command_ends_with_0_1_or_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(GOOD)
    assert checking.main([str(path)]) == 0
    assert "完整" in capsys.readouterr().out
    assert checking.main([str(path), "--fingerprint", "zz"]) == 2
    assert checking.main([str(tmp_path / "nothing.zip")]) == 2
    path.write_bytes(GOOD[:-300])
    assert checking.main([str(path)]) == 1
    assert "cut short" in capsys.readouterr().out
