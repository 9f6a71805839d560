"""The tree over the custody log: `tipline.domain.merkle`, against published values and the RFC."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tipline.domain import merkle
from tipline.domain.merkle import Frontier, Tree

# The leaves and roots that implementations of Certificate Transparency test themselves with.
PUBLISHED = [
    bytes.fromhex(one)
    for one in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
leaves = st.lists(st.binary(max_size=4), min_size=1, max_size=70)


def plain_root(data: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, word for word."""
    if len(data) == 1:
        return sha256(b"\0" + data[0]).digest()
    split = 1
    while split * 2 < len(data):
        split *= 2
    return sha256(b"\1" + plain_root(data[:split]) + plain_root(data[split:])).digest()


def test_roots_are_the_published_ones() -> None:
    assert [Tree(PUBLISHED[:size]).root().hex() for size in range(1, 9)] == ROOTS
    assert Tree(PUBLISHED).root(3).hex() == ROOTS[2]
    assert Tree([]).root() == Frontier().root() == sha256(b"").digest()


def test_proofs_are_the_published_ones() -> None:
    tree = Tree(PUBLISHED)

    assert [one.hex() for one in tree.inclusion(0)] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    assert [one.hex() for one in tree.consistency(6)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@given(leaves, st.data())
@settings(max_examples=60)
def test_every_proof_holds_and_the_frontier_grows_to_the_same_root(
    data: list[bytes], choose: st.DataObject
) -> None:
    tree, size = Tree(data), len(data)
    old = choose.draw(st.integers(1, size))
    index = choose.draw(st.integers(0, size - 1))
    grown = Frontier()
    grown.extend(data[:old])
    grown = Frontier(grown.size, grown.parts)
    assert grown.root() == tree.root(old) == plain_root(data[:old])
    grown.extend(data[old:])

    assert grown.root() == tree.root() == plain_root(data)
    assert merkle.includes(tree.root(), size, index, data[index], tree.inclusion(index))
    assert merkle.extends(tree.root(old), old, tree.root(), size, tree.consistency(old))


@given(st.lists(st.binary(max_size=4), min_size=2, max_size=40, unique=True), st.data())
@settings(max_examples=60)
def test_no_proof_holds_for_anything_else(data: list[bytes], choose: st.DataObject) -> None:
    tree, size = Tree(data), len(data)
    index, other = choose.draw(st.lists(st.integers(0, size - 1), min_size=2, max_size=2, unique=True))
    proof, root = tree.inclusion(index), tree.root()

    assert not merkle.includes(root, size, index, data[other], proof)
    assert not merkle.includes(root, size, other, data[index], proof)
    assert not merkle.includes(root, size, index, data[index], proof[:-1])
    assert not merkle.includes(root, size, index, data[index], [*proof, bytes(32)])
    assert not merkle.includes(root, size, size, data[index], proof)
    old = choose.draw(st.integers(1, size - 1))
    path = tree.consistency(old)
    assert not merkle.extends(bytes(32), old, root, size, path)
    assert not merkle.extends(tree.root(old), old, bytes(32), size, path)
    assert not merkle.extends(tree.root(old), old, root, size, [*path, bytes(32)])
    assert not merkle.extends(tree.root(old), 0, root, size, path)


def test_what_cannot_be_asked_is_refused() -> None:
    tree = Tree(PUBLISHED)
    for ask in (
        lambda: tree.inclusion(8), lambda: tree.inclusion(5, 5), lambda: tree.consistency(0),
        lambda: tree.consistency(9), lambda: tree.root(9), lambda: Frontier(3, [bytes(32)]),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="tree"):
            ask()
