"""The protocol over the wall: honest messages arrive whole, anything else is refused, not believed."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.media import wire


def spoken(*messages: tuple[str, dict[str, object], bytes]) -> bytes:
    out = io.BytesIO()
    for kind, body, pixels in messages:
        wire.send(out, kind, body, pixels)
    return out.getvalue()


def raw(header: object) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return wire.LENGTH.pack(len(text)) + text


PICTURE = {"width": 3, "height": 2, "t": 1.5, "reason": "first"}


@given(st.lists(st.integers(1, 40), max_size=20))
def test_messages_arrive_whole_however_the_bytes_are_cut(cuts: list[int]) -> None:
    said = spoken(
        ("facts", {"media": {"a": 1}}, b""), ("keyframe", PICTURE, bytes(range(18))), ("done", {}, b"")
    )
    reader, heard, at = wire.Reader(), [], 0
    for cut in [*cuts, len(said)]:
        heard += list(reader.feed(said[at : at + cut]))
        at += cut
    reader.finish()
    assert [message.kind for message in heard] == ["facts", "keyframe", "done"]
    assert heard[1].pixels == bytes(range(18))


@given(st.binary(max_size=400))
def test_random_bytes_are_refused_or_waited_for_but_never_crash_the_reader(noise: bytes) -> None:
    reader = wire.Reader()
    try:
        heard = list(reader.feed(noise))
        reader.finish()
    except wire.Broken:
        return
    assert all(message.kind in wire.KINDS for message in heard)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(wire.WITH_PIXELS)), json_values, json_values)
def test_a_picture_of_any_kind_is_within_its_bounds_or_refused(
    kind: str, width: object, height: object
) -> None:
    reader = wire.Reader()
    side = wire.TILE_SIDE if kind == "tile" else wire.SIDE
    try:
        list(reader.feed(raw({"kind": kind, "width": width, "height": height})))
    except wire.Broken:
        return
    assert 3 <= reader._pixels_due <= min(side * side, wire.FRAME_PIXELS) * 3


@given(st.fixed_dictionaries({"kind": json_values, "width": json_values, "height": json_values}))
def test_no_announced_picture_is_larger_than_allowed(header: dict[str, object]) -> None:
    reader = wire.Reader()
    try:
        list(reader.feed(raw(header)))
    except wire.Broken:
        return
    assert 0 <= reader._pixels_due <= wire.FRAME_PIXELS * 3


@pytest.mark.parametrize(
    "header",
    [
        {"kind": "keyframe", "width": 0, "height": 5},
        {"kind": "keyframe", "width": -1, "height": 5},
        {"kind": "keyframe", "width": 2.0, "height": 5},
        {"kind": "keyframe", "width": True, "height": 5},
        {"kind": "keyframe", "width": "7", "height": 5},
        {"kind": "keyframe"},
        {"kind": "keyframe", "width": 20_001, "height": 1},
        {"kind": "keyframe", "width": 6000, "height": 6000},
        {"kind": "tile"},
        {"kind": "tile", "width": wire.TILE_SIDE + 1, "height": 1},
        {"kind": "tile", "width": 1, "height": wire.TILE_SIDE + 1},
        {"kind": "shell", "command": "true"},
        {"kind": ["done"]},
        ["done"],
        b'{"kind": "done", "t": NaN}',
        b'{"kind": "done", "t": Infinity}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_a_header_that_lies_is_refused(header: object) -> None:
    with pytest.raises(wire.Broken):
        list(wire.Reader().feed(raw(header)))


def test_a_header_larger_than_the_bound_is_refused_before_it_is_read() -> None:
    with pytest.raises(wire.Broken):
        list(wire.Reader().feed(wire.LENGTH.pack(wire.HEADER_BYTES + 1)))


@pytest.mark.parametrize(("kind", "most"), [("keyframe", wire.PICTURES), ("tile", wire.TILES)])
def test_more_pictures_than_allowed_are_refused(kind: str, most: int) -> None:
    one = spoken((kind, {"width": 1, "height": 1}, b"rgb"))
    reader = wire.Reader()
    assert len(list(reader.feed(one * most))) == most
    with pytest.raises(wire.Broken):
        list(reader.feed(one))


def test_endless_chatter_is_refused() -> None:
    chatter = spoken(("progress", {"done": 0.1}, b"")) * (wire.MESSAGES + 1)
    with pytest.raises(wire.Broken):
        list(wire.Reader().feed(chatter))


def test_a_stream_that_ends_in_the_middle_is_a_fault() -> None:
    reader = wire.Reader()
    list(reader.feed(spoken(("done", {}, b""))[:-3]))
    with pytest.raises(wire.Broken):
        reader.finish()


def test_the_child_cannot_even_send_a_number_that_is_none() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        wire.send(io.BytesIO(), "done", {"t": float("nan")})
