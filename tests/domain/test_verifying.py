"""Receipts from anybody's hand: true ones pass, and each way of altering one is named."""

from __future__ import annotations

import base64
import copy
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tipline.domain import statements, verifying
from tipline.domain.verifying import Key

Receipt = dict[str, Any]
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()
ID = statements.key_id(PUBLIC)
KEYS = {ID: Key(PUBLIC)}
STATEMENT: Receipt = {
    "type": "tipline-receipt/1", "reference": "T-1042", "station": "航海路派出所", "category": "theft",
    "language": "zh_Hans_CN", "created_at": "2026-11-26T18:00:00+08:00",
    "received_at": "2026-11-26T18:01:00+08:00", "issued_at": "2026-11-26T18:05:00+08:00",
    "report_sha256": "a" * 64, "key": ID, "custody": {"seq": 9, "hash": "b" * 64},
    "files": [
        {"number": 1, "name": "监控.mp4", "size": 1000, "sha256": "c" * 64, "client_sha256": "c" * 64,
         "client_matches": True, "received_at": "2026-11-26T18:03:00+08:00",
         "custody": {"seq": 8, "hash": "d" * 64}},
        {"number": 2, "name": "门口.jpg", "size": 7, "sha256": "e" * 64, "client_sha256": None,
         "client_matches": None, "received_at": "2026-11-26T18:04:00+08:00",
         "custody": {"seq": 9, "hash": "b" * 64}},
    ],
    "pending": [{"number": 3, "name": "c.mp4", "size": 50}],
}  # fmt: skip


def signed(statement: Receipt = STATEMENT, key: Ed25519PrivateKey = KEY) -> Receipt:
    public = key.public_key().public_bytes_raw()
    return {
        "signed": True,
        "reference": "T-1042", "station": "航海路派出所", "category": "theft",
        "created_at": "2026-11-26T10:00:00.250000Z", "received_at": "2026-11-26T10:01:00.999999Z",
        "issued_at": "2026-11-26T10:05:00Z",
        "evidence": [
            {"id": "x", "filename": one["name"], "size": one["size"], "sha256": one["sha256"]}
            for one in STATEMENT["files"]
        ] + [{"id": "y", "filename": "c.mp4", "size": 50, "sha256": None}],
        "statement": copy.deepcopy(statement),
        "signature": base64.b64encode(key.sign(statements.canonical(statement))).decode(),
        "key_id": statements.key_id(public),
        "public_key": base64.b64encode(public).decode(),
    }  # fmt: skip


def text(receipt: Any, **how: Any) -> bytes:
    return json.dumps(receipt, ensure_ascii=False, **how).encode()


def codes(untrusted: bytes, keys: dict[str, Key] | None = KEYS) -> list[str]:
    return [one.code for one in verifying.check(untrusted, keys).faults]


def test_a_true_receipt_passes() -> None:
    verdict = verifying.check(text(signed()), KEYS)

    assert verdict.valid
    assert verdict.statement == STATEMENT
    assert verdict.key == ID


@pytest.mark.parametrize(
    "laid_out",
    [
        lambda one: text(one, indent=4),
        lambda one: text(one, sort_keys=True),
        lambda one: text(dict(reversed(one.items()))),
        lambda one: text({**one, "statement": dict(reversed(one["statement"].items()))}),
        lambda one: json.dumps(one, ensure_ascii=True).encode(),
        lambda one: b"\xef\xbb\xbf" + text(one) + b"\r\n",
        lambda one: text({name: one[name] for name in ("statement", "signature", "public_key")}),
    ],
    ids=[
        "indented",
        "sorted",
        "outer order",
        "inner order",
        "escaped",
        "byte order mark",
        "only what counts",
    ],
)
def test_how_it_is_laid_out_does_not_matter(laid_out: Callable[[Receipt], bytes]) -> None:
    assert codes(laid_out(signed())) == []


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict) and value:
        return [found for name in value for found in _paths(value[name], (*path, name))]
    if isinstance(value, list) and value:
        return [found for number, one in enumerate(value) for found in _paths(one, (*path, number))]
    return [path]


def _altered(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return "else"
    return value + 1 if isinstance(value, int) else value[:-1] + ("0" if value[-1:] != "0" else "1")


@pytest.mark.parametrize("path", _paths(STATEMENT), ids=lambda path: ".".join(map(str, path)))
def test_no_value_of_the_statement_can_be_altered(path: tuple[Any, ...]) -> None:
    receipt = signed()
    place = receipt["statement"]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = _altered(place[path[-1]])

    found = codes(text(receipt))
    assert found
    assert found[0] in {"proof:signature", "proof:type", "proof:key-differs", "proof:no-receipt"}


STRANGE: list[Any] = [
    None, True, 0, 1, 2**53, "", "x", "T-1042", [], {}, [[]], [1], [None], {"a": []}, "\ud800", "\0",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_put_anywhere_is_told_and_never_believed(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(150):
        receipt = signed()
        path = chance.choice(_paths(receipt)[: None if chance.random() < 0.5 else -1])
        path = path[: chance.randint(1, len(path))]
        place = receipt
        for step in path[:-1]:
            place = place[step]
        before, place[path[-1]] = place[path[-1]], chance.choice(STRANGE)

        verdict = verifying.check(json.dumps(receipt).encode(), KEYS)
        assert all(one.sentence % one.values for one in verdict.faults)
        if path[0] == "statement" and place[path[-1]] != before:
            assert not verdict.valid, path


@pytest.mark.parametrize("name", STATEMENT)
def test_nothing_can_be_left_out_or_put_in(name: str) -> None:
    receipt = signed()
    del receipt["statement"][name]
    assert codes(text(receipt))

    receipt = signed()
    receipt["statement"]["more"] = name
    assert codes(text(receipt)) == ["proof:signature"]


def test_files_cannot_change_places_or_vanish() -> None:
    swapped, fewer = signed(), signed()
    swapped["statement"]["files"].reverse()
    del fewer["statement"]["files"][1]

    assert codes(text(swapped)) == ["proof:signature"]
    assert codes(text(fewer)) == ["proof:signature", "proof:outside"]


@pytest.mark.parametrize(
    ("old", "new"),
    [("1000", "1000.0"), ("1000", "1e3"), ("1000", "-1000"), ("1000", "NaN"), ("1000", "9007199254740993"),
     ("1000", "1" * 5000), ("1000", "-0")],
)  # fmt: skip
def test_a_number_in_another_form_is_named(old: str, new: str) -> None:
    altered = text(signed()).replace(f'"size": {old},'.encode(), f'"size": {new},'.encode())

    assert altered != text(signed())
    assert codes(altered) == ["proof:number"]


def test_a_name_that_stands_twice_is_named_wherever_it_stands() -> None:
    outer = text(signed())[:-1] + b', "signature": "x"}'
    inner = text(signed()).replace(b'"size": 1000', b'"size": 5, "size": 1000')

    assert codes(outer) == codes(inner) == ["proof:twice"]
    assert verifying.check(inner, KEYS).faults[0].values == {"name": "size"}


def test_another_key_is_named_whether_it_says_so_or_pretends() -> None:
    stranger = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
    own = statements.key_id(stranger.public_key().public_bytes_raw())
    honest = signed({**STATEMENT, "key": own}, stranger)
    assert codes(text(honest)) == ["proof:key"]
    # Without the station's keys it holds together by itself; whose key it is must be asked elsewhere.
    assert codes(text(honest), None) == []

    posing = signed({**STATEMENT, "key": ID}, stranger)
    assert codes(text(posing)) == ["proof:key-differs"]
    assert codes(text({**posing, "key_id": ID})) == ["proof:key-differs"]
    assert codes(text({**posing, "key_id": ID, "public_key": signed()["public_key"]})) == ["proof:signature"]


def test_a_retired_key_vouches_for_what_it_signed_before_and_for_nothing_later() -> None:
    issued = datetime.fromisoformat(STATEMENT["issued_at"])

    assert codes(text(signed()), {ID: Key(PUBLIC, issued)}) == []
    assert codes(text(signed()), {ID: Key(PUBLIC, issued - timedelta(seconds=1))}) == ["proof:retired"]
    for unclear in ("yesterday", "2026-11-26T18:05:00"):
        undated = signed({**STATEMENT, "issued_at": unclear})
        assert codes(text(undated), {ID: Key(PUBLIC, issued)})[0] == "proof:retired"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"signature": "!!!"}, "proof:signature-form"),
        ({"signature": "QUJD"}, "proof:signature-form"),
        ({"signature": base64.b64encode(bytes(64)).decode()}, "proof:signature"),
        ({"signature": None}, "proof:no-receipt"),
        ({"public_key": "QUJD"}, "proof:no-receipt"),
        ({"public_key": base64.b64encode(bytes(32)).decode()}, "proof:key-differs"),
        ({"statement": "text"}, "proof:no-receipt"),
        ({"statement": {**STATEMENT, "type": "tipline-receipt/2"}}, "proof:type"),
        ({"statement": {**STATEMENT, "files": "none"}}, "proof:no-receipt"),
        ({"statement": {**STATEMENT, "files": [{"name": "x"}]}}, "proof:no-receipt"),
        ({"statement": {**STATEMENT, "station": "\ud800"}}, "proof:not-json"),
        ({"signed": False}, "proof:unsigned"),
        ({"station": "另一所"}, "proof:outside"),
        ({"evidence": [{"filename": "监控.mp4", "size": 1000, "sha256": "f" * 64}]}, "proof:outside"),
        ({"evidence": "none"}, "proof:outside"),
        ({"evidence": ["none"]}, "proof:outside"),
        ({"evidence": [{"filename": [], "size": {}, "sha256": [1]}]}, "proof:outside"),
        ({"issued_at": "2026-11-26T10:05:01Z"}, "proof:outside"),
        ({"received_at": None}, "proof:outside"),
    ],
)
def test_each_other_fault_is_named(change: Receipt, code: str) -> None:
    assert codes(json.dumps({**signed(), **change}).encode()) == [code]


@pytest.mark.parametrize(
    ("untrusted", "code"),
    [
        (b"", "proof:not-json"),
        (b"null", "proof:not-json"),
        (b"[]", "proof:not-json"),
        (b"{}", "proof:no-receipt"),
        (b"\xff\xfe\x00", "proof:not-json"),
        (b"%PDF-1.7", "proof:not-json"),
        (b'{"reference": "T-1"}', "proof:unsigned"),
        (b"[" * 100_000, "proof:nested"),
        (b'{"a":' * 100_000, "proof:nested"),
        (b'{"a":' + b"[" * 50 + b"]" * 50 + b"}", "proof:nested"),
        (b'{"a": "' + b"x" * 10_000_000 + b'"}', "proof:too-large"),
    ],
    ids=[
        "empty", "null", "list", "no fields", "bytes", "pdf", "unsigned", "open brackets", "open braces",
        "deep", "10 MB",
    ],
)  # fmt: skip
def test_what_is_no_receipt_is_told_and_nothing_breaks(untrusted: bytes, code: str) -> None:
    assert codes(untrusted) == [code]


def test_a_receipt_cut_short_anywhere_is_told() -> None:
    whole = text(signed())
    for end in range(0, len(whole) - 1, 37):
        assert codes(whole[:end]) == ["proof:not-json"]


def test_a_file_that_is_not_listed_is_named() -> None:
    verdict = verifying.check(text(signed()), KEYS)

    assert verifying.match_files(verdict, {"监控.mp4": "c" * 64}) == []
    (fault,) = verifying.match_files(verdict, {"监控.mp4": "c" * 64, "other.mp4": "1" * 64})
    assert fault.code == "proof:file"
    assert fault.values == {"name": "other.mp4", "sha256": "1" * 64}


def test_keys_are_read_from_a_list_or_by_themselves_in_base64_or_hex() -> None:
    base = base64.b64encode(PUBLIC).decode()

    assert verifying.read_keys(base) == verifying.read_keys(f" {PUBLIC.hex().upper()}\n") == KEYS
    assert verifying.read_keys(json.dumps({"keys": [{"public_key": base, "id": "lies"}]})) == KEYS
    (retired,) = verifying.read_keys(
        json.dumps({"keys": [{"public_key": base, "retired_at": "2026-11-26T10:00:00+00:00"}]})
    ).values()
    assert retired.retired_at == datetime(2026, 11, 26, 10, tzinfo=UTC)


@pytest.mark.parametrize("said", ["", "QUJD", "zz", '{"keys": 1}', '{"keys": [{}]}', "[]", "{", "[" * 99999])
def test_what_is_no_key_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        verifying.read_keys(said)


def test_every_fault_says_what_it_is_with_its_places_filled() -> None:
    for code, sentence in verifying.FAULTS.items():
        assert sentence.endswith("."), code
