"""Who vouches for a package: the keys in it, the signature over its lists, the fingerprint one knows."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import Any

from tipline.verifier.bag import LISTS, MANIFEST, read_small
from tipline.verifier.ed25519 import is_signed
from tipline.verifier.faults import Findings
from tipline.verifier.reading import Files
from tipline.verifier.strict import Unclear, canonical, read_object, text_of

SIGNATURE, KEYS = "signature.json", "data/keys/tipline-keys.json"
STATEMENT_TYPE = "tipline-package/1"
LARGEST_SIGNATURE = 1024 * 1024
SIGNED = frozenset({"statement", "signature", "key_id", "public_key"})
MOST_KEYS = 1000


def key_id(public: bytes) -> str:
    return hashlib.sha256(public).hexdigest()[:16]


def fingerprint(public: bytes) -> str:
    """As it hangs on the station's notice board: half of the SHA-256, in groups of four."""
    told = hashlib.sha256(public).hexdigest()[:32]
    return " ".join(told[at : at + 4] for at in range(0, 32, 4))


def check_signature(
    files: Files, found: Findings, digests: dict[str, dict[str, str]], trusted: str
) -> dict[str, Any]:
    """The signed statement, or nothing; `trusted` is a fingerprint known from elsewhere, or empty."""
    try:
        if SIGNATURE not in files.sizes:
            raise Unclear("missing")
        told = read_object(read_small(files, found, SIGNATURE, LARGEST_SIGNATURE), whole_numbers=True)
        statement = told.get("statement")
        public, signature = (decoded(text_of(told, name)) for name in ("public_key", "signature"))
        said = text_of(told, "key_id")
        if not isinstance(statement, dict) or statement.get("type") != STATEMENT_TYPE:
            raise Unclear("statement")
    except Unclear:
        found.fault("unsigned", name=SIGNATURE)
        return {}
    found.facts["fingerprint"] = fingerprint(public)
    if trusted and plain_hex(trusted) != plain_hex(fingerprint(public)):
        found.fault("fingerprint", found=fingerprint(public))
    if said != key_id(public):
        found.fault("key-id", said=said, key=key_id(public))
    if not is_signed(public, canonical(statement), signature):
        found.fault("signature")
        return {}
    for name in sorted(set(told) - SIGNED):
        found.fault("not-signed", name=f"{SIGNATURE}: {name}")
    check_lists(found, statement, digests)
    check_key(files, found, statement, public)
    return statement


def check_lists(found: Findings, statement: dict[str, Any], digests: dict[str, dict[str, str]]) -> None:
    """What was signed are the digests of the lists and tags; through them each file.

    The lists of tags are written after the signature, so a name in them proves nothing.
    """
    signed = statement.get("tags")
    signed = signed if isinstance(signed, dict) else {}
    if MANIFEST not in signed:
        found.fault("unsigned", name=MANIFEST)
    for name, digest in sorted(signed.items()):
        if name in digests and digests[name]["sha256"] != digest:
            found.fault("list-unsigned", name=name)
        elif name not in digests:
            found.fault("file-missing", name=name)
    later = {SIGNATURE, *(tags for manifest, tags in LISTS.values() if manifest in signed)}
    for name in sorted(set(digests) - set(signed) - later):
        if not name.startswith("data/"):
            found.fault("not-signed", name=name)


def check_key(files: Files, found: Findings, statement: dict[str, Any], public: bytes) -> None:
    listed = read_keys(files, found)
    if key_id(public) not in listed:
        found.fault("key-unlisted", key=key_id(public))
        return
    retired, made = listed[key_id(public)][1], str(statement.get("made_at", ""))
    if retired and made > retired:
        found.fault("key-retired", key=key_id(public), at=retired)


def read_keys(files: Files, found: Findings) -> dict[str, tuple[bytes, str]]:
    """The station's keys as they lie in the package: id → public key, and when it was retired."""
    if KEYS not in files.sizes:
        return {}
    try:
        told = read_object(read_small(files, found, KEYS, LARGEST_SIGNATURE)).get("keys")
        if not isinstance(told, list) or len(told) > MOST_KEYS:
            raise Unclear("keys")
        keys = {}
        for one in told:
            if not isinstance(one, dict):
                raise Unclear("keys")
            raw = decoded(text_of(one, "public_key"))
            keys[key_id(raw)] = (raw, str(one.get("retired_at") or ""))
    except Unclear as fault:
        found.fault("metadata", name=KEYS, why=fault)
        return {}
    return keys


def decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise Unclear("base64") from None


def plain_hex(text: str) -> str:
    """A fingerprint however it was typed: spaces, colons, capitals make no difference."""
    return re.sub(r"[\s:-]", "", text).lower()


def is_fingerprint(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{32}", plain_hex(text)) is not None
