"""Keys: what they look like, and what they never contain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import keys


def test_keys_say_what_they_keep() -> None:
    assert keys.original("8f14-e45f") == "original/8f14-e45f"
    assert keys.rendition("8f14-e45f", "frame-0001.jpg") == "rendition/8f14-e45f/frame-0001.jpg"
    assert keys.rendition("a", "x").startswith(keys.rendition_prefix("a"))


@pytest.mark.parametrize("evidence_id", ["", "A", "a/b", "..", "a.b", "a_b", "-a", "a" * 65, "证据", "a\n"])
def test_an_id_that_the_server_would_not_make_is_refused(evidence_id: str) -> None:
    for make in (keys.original, keys.rendition_prefix, lambda text: keys.rendition(text, "frame.jpg")):
        with pytest.raises(ValueError, match="evidence id"):
            make(evidence_id)


@pytest.mark.parametrize(
    "name", ["", ".", "..", ".hidden", "a/b", "A.jpg", "a b", "a\\b", "n" * 81, "图.jpg", "a\0"]
)
def test_a_rendition_name_that_could_mislead_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="rendition name"):
        keys.rendition("a1", name)


@given(st.text(max_size=90), st.text(max_size=90))
def test_whatever_is_accepted_is_a_key_of_every_store(evidence_id: str, name: str) -> None:
    try:
        made = keys.rendition(evidence_id, name)
    except ValueError:
        return
    assert keys.checked(made) == made
    assert ".." not in made.split("/")


@given(
    st.from_regex(r"[a-z0-9][a-z0-9-]{0,63}", fullmatch=True),
    st.from_regex(r"[a-z0-9][a-z0-9._-]{0,79}", fullmatch=True),
)
def test_every_id_and_name_of_ours_fits(evidence_id: str, name: str) -> None:
    assert keys.checked(keys.rendition(evidence_id, name))
    assert keys.checked_prefix(keys.rendition_prefix(evidence_id))


def test_a_key_tells_whose_original_it_is() -> None:
    assert keys.find_evidence_id(keys.original("abc123")) == "abc123"
    for other in (keys.rendition("abc123", "sheet.webp"), "original/", "original/a/b", "abc123"):
        assert keys.find_evidence_id(other) is None
