"""The tree over a growing list, hashed as RFC 6962 says: its root, and proofs that need no list to check.

Pure. A leaf is any bytes; the custody log hands in the 32-byte hashes of its entries. An inclusion proof
shows that an entry stands in a tree, a consistency proof that a later tree begins with an earlier one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

LEAF, NODE = b"\0", b"\1"
EMPTY = sha256(b"").digest()
WIDTH = 32


def leaf(data: bytes) -> bytes:
    """Hash of one leaf; never equal to that of a node."""
    return sha256(LEAF + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(NODE + left + right).digest()


class Frontier:
    """All that is needed to grow a tree: the roots of its complete left parts, the largest first."""

    def __init__(self, size: int = 0, parts: Sequence[bytes] = ()) -> None:
        if size < 0 or len(parts) != size.bit_count() or any(len(one) != WIDTH for one in parts):
            raise ValueError("this is not the frontier of a tree of that size")
        self.size = size
        self.parts = list(parts)

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaves at the end."""
        parts, size = self.parts, self.size
        # A hash that was begun is copied faster than a new one is made: a log has millions of them.
        new_leaf, new_node = sha256(LEAF).copy, sha256(NODE).copy
        for data in leaves:
            hashed = new_leaf()
            hashed.update(data)
            grown = hashed.digest()
            size += 1
            below = size
            while not below & 1:
                hashed = new_node()
                hashed.update(parts.pop() + grown)
                grown = hashed.digest()
                below >>= 1
            parts.append(grown)
        self.size = size

    def add(self, other: Frontier) -> None:
        """Add a tree of its own at the end; this one must be as large as a number of trees of that kind."""
        if other.size and self.size % (1 << (other.size - 1).bit_length()):
            raise ValueError("a tree is added behind whole trees of its size alone")
        if other.size & (other.size - 1) or not self.size & other.size:
            self.parts += other.parts
            self.size += other.size
            return
        grown = other.parts[0]
        below = (self.size + other.size) // other.size
        while not below & 1:
            grown = node(self.parts.pop(), grown)
            below >>= 1
        self.parts.append(grown)
        self.size += other.size

    def root(self) -> bytes:
        if not self.parts:
            return EMPTY
        *rest, root = self.parts
        for part in reversed(rest):
            root = node(part, root)
        return root


class Tree:
    """A whole tree, for many proofs; some 64 bytes a leaf."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        level = [leaf(one) for one in leaves]
        self.size = len(level)
        # Of each level its complete nodes alone.
        self._levels = [b"".join(level)]
        while len(level) > 1:
            level = [node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
            self._levels.append(b"".join(level))

    def root(self, size: int | None = None) -> bytes:
        """The root of the tree, or of its first `size` leaves."""
        size = self._checked(self.size if size is None else size)
        return self._part(0, size) if size else EMPTY

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """Proof that leaf `index` (from 0) stands in the tree of the first `size` leaves."""
        size = self._checked(self.size if size is None else size)
        if not 0 <= index < size:
            raise ValueError("no such leaf in a tree of that size")
        proof: list[bytes] = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                proof.append(self._part(middle, end))
                end = middle
            else:
                proof.append(self._part(start, middle))
                start = middle
        return proof[::-1]

    def consistency(self, old: int, size: int | None = None) -> list[bytes]:
        """Proof that the tree of `size` leaves begins with the tree of `old` leaves."""
        size = self._checked(self.size if size is None else size)
        if not 0 < old <= size:
            raise ValueError("an older tree is not empty and not larger")
        proof: list[bytes] = []
        start, end, whole = 0, size, True
        while old != end:
            middle = start + _split(end - start)
            if old <= middle:
                proof.append(self._part(middle, end))
                end = middle
            else:
                proof.append(self._part(start, middle))
                start, whole = middle, False
        if not whole:
            proof.append(self._part(start, end))
        return proof[::-1]

    def _part(self, start: int, end: int) -> bytes:
        """Root of the leaves from `start` to `end`; `start` is where such a part can begin."""
        length = end - start
        if not length & (length - 1):
            level = length.bit_length() - 1
            at = (start >> level) * WIDTH
            return self._levels[level][at : at + WIDTH]
        middle = start + _split(length)
        return node(self._part(start, middle), self._part(middle, end))

    def _checked(self, size: int) -> int:
        if not 0 <= size <= self.size:
            raise ValueError("the tree has not so many leaves")
        return size


def includes(root: bytes, size: int, index: int, data: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that `data` is leaf `index` (from 0) of this tree (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf(data)
    for step in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node(step, found)
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            found = node(found, step)
        at >>= 1
        last >>= 1
    return last == 0 and found == root


def extends(old_root: bytes, old: int, root: bytes, size: int, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the later tree begins with the earlier one (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= size:
        return False
    if old == size:
        return not proof and old_root == root
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        return False
    at, last = old - 1, size - 1
    while at & 1:
        at >>= 1
        last >>= 1
    before = after = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node(step, before), node(step, after)
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            after = node(after, step)
        at >>= 1
        last >>= 1
    return last == 0 and before == old_root and after == root


def _split(length: int) -> int:
    """The largest power of two below `length`."""
    return 1 << ((length - 1).bit_length() - 1)
