"""The only place that makes keys. Keys come from ids the server made, never from names a person typed."""

from __future__ import annotations

import re

LONGEST = 200
# What stands before the key under which a sealed object lies: nobody's bytes can look sealed by themselves.
SEALED = "sealed-"
# Where keys of files lie, in a store of their own.
VAULTS, VAULTS_GONE, VAULT_STATION = "vault/", "gone/", "station/mark"
CHECKPOINTS = "checkpoint/"
CHECKPOINT_DIGITS = 12
PACKAGES = "package/"
PORTRAITS = "portrait/"

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_NAME = re.compile(r"[a-z0-9_-][a-z0-9._-]{0,79}")
_KEY = re.compile(r"[a-z0-9_-][a-z0-9._-]*(?:/[a-z0-9_-][a-z0-9._-]*)*")
_PREFIX = re.compile(rf"(?:{_KEY.pattern}/?)?")


def original(evidence_id: str) -> str:
    """Where the bytes as they arrived are kept, write-once."""
    return f"original/{_id(evidence_id)}"


def find_evidence_id(key: str) -> str | None:
    """Whose original is kept under this key, if it is one of an original."""
    family, _, evidence_id = key.partition("/")
    return evidence_id if family == "original" and _ID.fullmatch(evidence_id) else None


def rendition(evidence_id: str, name: str) -> str:
    """Where something derived from an original is kept: a keyframe, a contact sheet, a browser copy."""
    if not _NAME.fullmatch(name):
        raise ValueError("a rendition name is up to 80 of a-z 0-9 . _ - and does not begin with a dot")
    return f"{rendition_prefix(evidence_id)}{name}"


def rendition_prefix(evidence_id: str) -> str:
    """What the keys of all renditions of one original begin with."""
    return f"rendition/{_id(evidence_id)}/"


def sealed(key: str) -> str:
    """Where the object of this key lies when it is sealed."""
    return f"{SEALED}{checked(key)}"


def unsealed(key: str) -> str:
    """The key of an object, sealed or not, by where it lies."""
    return key.removeprefix(SEALED)


def vault(name: str) -> str:
    """Where the key of this name lies, among keys."""
    return f"{VAULTS}{_id(name)}"


def vault_gone(name: str) -> str:
    """Where it stands that the key of this name was destroyed."""
    return f"{VAULTS_GONE}{_id(name)}"


def checkpoint(size: int) -> str:
    """Where the signed checkpoint over so many entries of the custody log is kept, write-once."""
    if not 0 < size < 10**CHECKPOINT_DIGITS:
        raise ValueError("a checkpoint is over one entry or more")
    return f"{CHECKPOINTS}{size:0{CHECKPOINT_DIGITS}}"


def package(package_id: str) -> str:
    """Where a package to be handed over is kept until it expires."""
    return f"{PACKAGES}{_id(package_id)}"


def find_package_id(key: str) -> str | None:
    """Whose file is kept under this key, if it is one of a package."""
    family, _, package_id = key.partition("/")
    return package_id if f"{family}/" == PACKAGES and _ID.fullmatch(package_id) else None


def portrait(digest: str) -> str:
    """Where a photo for the page of a beat is kept, by the SHA-256 of what is shown."""
    return f"{PORTRAITS}{_id(digest)}"


def find_portrait_digest(key: str) -> str | None:
    """The SHA-256 of the photo under this key, if it is one."""
    family, _, digest = key.partition("/")
    return digest if f"{family}/" == PORTRAITS and _ID.fullmatch(digest) else None


def checked(key: str) -> str:
    """The key itself if every store can keep it, else ValueError. No part is empty, `.`, `..` or hidden."""
    if len(unsealed(key)) > LONGEST or not _KEY.fullmatch(key):
        raise ValueError("this is not a key of the store")
    return key


def checked_prefix(prefix: str) -> str:
    """The beginning of a key, or nothing at all, else ValueError."""
    if len(unsealed(prefix)) > LONGEST or not _PREFIX.fullmatch(prefix):
        raise ValueError("this is not the beginning of a key of the store")
    return prefix


def _id(evidence_id: str) -> str:
    if not _ID.fullmatch(evidence_id):
        raise ValueError("an evidence id is up to 64 of a-z 0-9 -")
    return evidence_id
