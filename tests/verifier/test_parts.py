"""The parts of the check against those that others wrote, and the one file they are joined to."""

from __future__ import annotations

import ast
import os

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.verifier import made
from tipline.domain import packing_names
from tipline.domain.merkle import Tree
from tipline.verifier.ed25519 import ORDER, is_signed
from tipline.verifier.joining import PARTS, one_file
from tipline.verifier.names import unsafe
from tipline.verifier.proving import root_of_proof

# RFC 8032, 7.1: secret key, message, signature.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("secret", "message", "signature"), VECTORS)
def test_signatures_of_the_standard_fit(secret: str, message: str, signature: str) -> None:
    public = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret)).public_key().public_bytes_raw()
    raw = bytes.fromhex(signature)

    assert is_signed(public, bytes.fromhex(message), raw)
    assert not is_signed(public, bytes.fromhex(message) + b"x", raw)
    assert not is_signed(public, bytes.fromhex(message), raw[:-1])
    # The same number written in another form: one message has one signature.
    larger = int.from_bytes(raw[32:], "little") + ORDER
    assert not is_signed(public, bytes.fromhex(message), raw[:32] + larger.to_bytes(32, "little"))


@examples(max_examples=8)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 511))
def test_a_signature_by_the_library_fits_until_a_bit_of_it_changes(
    seed: bytes, message: bytes, at: int
) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)
    flipped = bytearray(signature)
    flipped[at // 8] ^= 1 << at % 8

    assert is_signed(public, message, signature)
    assert not is_signed(public, message, bytes(flipped))


def test_proofs_of_the_log_lead_to_its_root() -> None:
    leaves = [bytes([at]) * 32 for at in range(37)]
    tree = Tree(leaves)
    for at, leaf in enumerate(leaves):
        assert root_of_proof(leaf, at, 37, tree.inclusion(at)) == tree.root()
        assert root_of_proof(leaf, (at + 1) % 37, 37, tree.inclusion(at)) != tree.root()
    assert root_of_proof(leaves[0], 0, 37, tree.inclusion(0)[:-1]) is None


@examples(max_examples=60)
@given(st.text(max_size=80))
def test_no_name_a_reporter_thinks_of_is_unsafe_in_a_package(untrusted: str) -> None:
    for name in (packing_names.original("12-3", untrusted), packing_names.redacted("12-3", untrusted)):
        assert unsafe(name) == ""
        assert name.startswith("data/")
    assert unsafe(packing_names.rendition("1-1", untrusted)) == ""


@pytest.mark.parametrize(
    "name",
    [
        "../x", "a/../b", "/x", "C:/x", "a\\b", "con", "data/COM1.txt", "a/", "", "a//b", "x.", "x ",
        "日.jpg", "a\0b", "a:b", ".hidden", "a/.b", "x" * 201, "data/aux.tar.gz", "a\nb",
    ],
)  # fmt: skip
def test_dangerous_names_are_known(name: str) -> None:
    assert unsafe(name)


def test_the_one_file_is_plain_python_of_3_8_without_a_name_twice() -> None:
    tree = ast.parse(one_file(), feature_version=(3, 8))
    names: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            names += [
                one.id for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Name)
            ]
    imported = {
        alias.name.split(".")[0] if isinstance(node, ast.Import) else str(node.module).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }

    assert sorted(name for name in set(names) if names.count(name) > 1) == []
    assert "tipline" not in imported
    assert len(PARTS) == len(set(PARTS))
    assert one_file().count("\n") < 1500


def test_the_one_file_judges_as_its_parts_do(tmp_path: os.PathLike[str]) -> None:
    space: dict[str, object] = {"__name__": "verify"}
    exec(compile(one_file(), "verify.py", "exec"), space)  # noqa: S102 - it is what we hand out
    path = os.path.join(tmp_path, "package.zip")
    with open(path, "wb") as file:
        file.write(made.package())

    assert space["check"](path).faults == []  # type: ignore[operator]
