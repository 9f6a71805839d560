"""From a store's address to the store. The only place that knows the forms of that address."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from storage.base import Store
from storage.local import LocalStore
from storage.memory import MemoryStore

_S3_OPTIONS = frozenset({"endpoint_url", "region", "checksums"})
_PREFIX = re.compile(r"(?:[\w.-]+(?:/[\w.-]+)*)?", re.ASCII)
_CHECKSUMS = frozenset({"when_supported", "when_required"})


def open_store(url: str) -> Store:
    """Open `file:/path`, `s3://BUCKET/PREFIX?endpoint_url=…&region=…&checksums=…` or `memory:`.

    A wrong address is a ValueError whose sentence can be shown to the operator.
    """
    return read_address(url)()


def read_address(url: str) -> Callable[[], Store]:
    """What opens the store of this address; touches neither disk nor network. ValueError as above."""
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        raise ValueError("The store address must not carry credentials: set them in the usual AWS variables.")
    if parts.scheme == "file":
        return _local(parts)
    if parts.scheme == "s3":
        return _s3(parts)
    if url == "memory:":
        return MemoryStore
    raise ValueError("The store address begins with file:, s3:// or memory:.")


def _local(parts: SplitResult) -> Callable[[], Store]:
    path = Path(unquote(parts.path))
    if parts.netloc or parts.query or parts.fragment or not path.is_absolute():
        raise ValueError(
            "A file: store address is file: and an absolute folder, for example file:/srv/tipline."
        )
    return partial(LocalStore, path)


def _s3(parts: SplitResult) -> Callable[[], Store]:
    try:
        options = dict(parse_qsl(parts.query, keep_blank_values=False, strict_parsing=bool(parts.query)))
    except ValueError:
        raise ValueError("The options of the s3:// store address are not of the form name=value.") from None
    if unknown := sorted(set(options) - _S3_OPTIONS):
        raise ValueError(f"The s3:// store address has an option that does not exist: {unknown[0]}.")
    if not parts.netloc or parts.fragment:
        raise ValueError("An s3:// store address names a bucket, for example s3://evidence/district.")
    prefix = parts.path.strip("/")
    if not _PREFIX.fullmatch(prefix):
        raise ValueError(
            "The prefix in the s3:// store address is made of letters, digits, . _ - and single /."
        )
    endpoint = options.get("endpoint_url")
    if endpoint is not None and not endpoint.startswith(("http://", "https://")):
        raise ValueError("endpoint_url in the s3:// store address begins with http:// or https://.")
    checksums = options.get("checksums", "when_supported")
    if checksums not in _CHECKSUMS:
        raise ValueError("checksums in the s3:// store address is when_supported or when_required.")
    return partial(
        _opened_s3,
        bucket=parts.netloc,
        prefix=prefix,
        endpoint_url=endpoint,
        region=options.get("region"),
        checksums=checksums,
    )


def _opened_s3(**options: Any) -> Store:
    # boto3 takes a quarter of a second to import; only those who use S3 pay it.
    from storage.s3 import S3Store

    return S3Store(**options)
