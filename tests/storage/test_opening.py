"""From an address to a store."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from storage import FreeSpace, LocalPath, ObjectLock, SignedUrl, open_store


def test_a_file_address_opens_a_local_store(tmp_path: Path) -> None:
    store = open_store(f"file:{tmp_path}/证据%20store")
    assert isinstance(store, LocalPath)
    assert isinstance(store, FreeSpace)
    assert not isinstance(store, ObjectLock)
    store.put("original/a", b"x")
    assert store.path_of("original/a").is_relative_to(tmp_path / "证据 store")


def test_each_memory_address_opens_an_empty_store() -> None:
    open_store("memory:").put("original/a", b"x")
    assert list(open_store("memory:").list("")) == []


def test_an_s3_address_opens_without_asking_the_server() -> None:
    store = open_store(
        "s3://evidence/district?endpoint_url=http://127.0.0.1:9&region=cn-north-1&checksums=when_required"
    )
    assert isinstance(store, SignedUrl)
    assert isinstance(store, ObjectLock)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "begins with"),
        ("/srv/tipline", "begins with"),
        ("ftp://host/x", "begins with"),
        ("memory:x", "begins with"),
        ("file:var/store", "absolute folder"),
        ("file://host/srv", "absolute folder"),
        ("file:/srv?x=1", "absolute folder"),
        ("s3:bucket", "names a bucket"),
        ("s3://", "names a bucket"),
        ("s3://bucket/Ünclear prefix", "prefix"),
        ("s3://bucket?colour=red", "does not exist: colour"),
        ("s3://bucket?endpoint_url", "name=value"),
        ("s3://bucket?endpoint_url=nowhere", "endpoint_url"),
        ("s3://bucket?checksums=never", "checksums"),
        ("s3://key:secret@bucket/x", "credentials"),
    ],
)
def test_a_wrong_address_is_refused_with_a_sentence(url: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refusal:
        open_store(url)
    assert str(refusal.value).endswith(".")


def test_boto3_is_loaded_only_for_s3(tmp_path: Path) -> None:
    program = f"import sys, storage; storage.open_store('file:{tmp_path}'); print('boto3' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
