"""Whether a package is a whole bag (BagIt, RFC 8493): what is listed is there, unchanged, and no more."""

from __future__ import annotations

import hashlib
import re

from tipline.verifier.faults import Findings
from tipline.verifier.names import unsafe
from tipline.verifier.reading import Damaged, Files

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
LARGEST_LIST = 64 * 1024 * 1024
LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
LISTS = {"sha256": (MANIFEST, TAG_MANIFEST), "sm3": ("manifest-sm3.txt", "tagmanifest-sm3.txt")}


def check_bag(files: Files, found: Findings) -> dict[str, dict[str, str]]:
    """Read every file once; the digests of all are told for those who compare further."""
    if "bagit.txt" not in files.sizes:
        found.fault("bagit-missing", name="bagit.txt")
    elif read_small(files, found, "bagit.txt") != DECLARATION:
        found.fault("bagit-form", name="bagit.txt", line=1)
    digests = digest_all(files, found)
    for kind in algorithms(files):
        payload, tags = (read_list(files, found, name) for name in LISTS[kind])
        compare_payload(found, kind, payload, digests, set(files.unread))
        compare_tags(found, kind, tags, digests)
    check_oxum(files, found)
    return digests


def algorithms(files: Files) -> list[str]:
    """SHA-256 always; SM3 where the package has it and this Python knows it."""
    has_sm3 = LISTS["sm3"][0] in files.sizes and "sm3" in hashlib.algorithms_available
    return ["sha256", "sm3"] if has_sm3 else ["sha256"]


def digest_all(files: Files, found: Findings) -> dict[str, dict[str, str]]:
    wanted, digests = algorithms(files), {}
    for name in list(files.sizes):
        running = [hashlib.new(kind) for kind in wanted]
        try:
            for piece in files.chunks(name):
                for one in running:
                    one.update(piece)
        except Damaged as fault:
            found.fault("damaged", name=name, fault=fault)
            continue
        digests[name] = {one.name: one.hexdigest() for one in running}
    return digests


def read_small(files: Files, found: Findings, name: str, most: int = LARGEST_LIST) -> bytes:
    """All of a file, or nothing and a fault."""
    try:
        return files.whole(name, most)
    except Damaged as fault:
        found.fault("damaged", name=name, fault=fault)
        return b""


def read_list(files: Files, found: Findings, name: str) -> dict[str, str]:
    """A manifest: name → digest."""
    if name not in files.sizes:
        found.fault("bagit-missing", name=name)
        return {}
    listed: dict[str, str] = {}
    text = read_small(files, found, name).decode("utf-8", "replace")
    for number, line in enumerate(text.splitlines(), 1):
        match = LINE.fullmatch(line)
        if match is None:
            found.fault("bagit-form", name=name, line=number)
        elif unsafe(match[2]):
            found.fault("name-unsafe", name=match[2], why=unsafe(match[2]))
        elif match[2] in listed:
            found.fault("name-twice", name=match[2])
        else:
            listed[match[2]] = match[1]
    return listed


def compare_payload(
    found: Findings, kind: str, listed: dict[str, str], digests: dict[str, dict[str, str]], unread: set[str]
) -> None:
    """What was renamed is told as such: the same bytes under a name that no list knows."""
    there = {name: one for name, one in digests.items() if name.startswith("data/")}
    added = {one[kind]: name for name, one in there.items() if name not in listed}
    for name, digest in sorted(listed.items()):
        if name in there and there[name][kind] != digest:
            told, real = grouped(digest), grouped(there[name][kind])
            found.fault("file-changed", name=name, kind=kind.upper(), listed=told, found=real)
        elif name not in there and digest in added:
            found.fault("file-renamed", old=name, name=added.pop(digest))
        elif name not in there and name not in unread:
            found.fault("file-missing", name=name)
    for name in sorted(added.values()):
        found.fault("file-added", name=name)


def compare_tags(
    found: Findings, kind: str, listed: dict[str, str], digests: dict[str, dict[str, str]]
) -> None:
    """The files beside the payload; the lists of tags cannot list themselves."""
    outside = {name for name in digests if not name.startswith("data/")}
    for name, digest in sorted(listed.items()):
        if name not in digests:
            found.fault("file-missing", name=name)
        elif digests[name][kind] != digest:
            told, real = grouped(digest), grouped(digests[name][kind])
            found.fault("file-changed", name=name, kind=kind.upper(), listed=told, found=real)
    for name in sorted(outside - set(listed) - {one[1] for one in LISTS.values()}):
        found.fault("file-added", name=name)


def check_oxum(files: Files, found: Findings) -> None:
    if "bag-info.txt" not in files.sizes:
        found.fault("bagit-missing", name="bag-info.txt")
        return
    text = read_small(files, found, "bag-info.txt", 1024 * 1024).decode("utf-8", "replace")
    told = re.search(r"^Payload-Oxum: (\S+)$", text, re.MULTILINE)
    sizes = [size for name, size in files.sizes.items() if name.startswith("data/")]
    real = f"{sum(sizes)}.{len(sizes)}"
    if told is None or told[1] != real:
        found.fault("oxum", listed=told[1] if told else "–", found=real)


def split_hex(digest: str) -> tuple[str, ...]:
    return tuple(digest[at : at + 8] for at in range(0, len(digest), 8))


def grouped(digest: str) -> str:
    """In pieces that people can compare."""
    return " ".join(split_hex(digest))
