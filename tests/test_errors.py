"""The catalogue of errors and of failures: `tipline.errors`, `tipline.failures`."""

from __future__ import annotations

import pytest

from tipline import failures
from tipline.errors import CATALOGUE, Kind, TiplineError


def test_an_error_carries_code_kind_sentence_and_the_faulty_fields() -> None:
    fault = TiplineError("tip:beat-unknown", fields={"beat": "tip:beat-unknown"})

    assert (fault.code, fault.kind) == ("tip:beat-unknown", Kind.INVALID)
    assert fault.sentence == CATALOGUE["tip:beat-unknown"].sentence
    assert fault.fields == {"beat": "tip:beat-unknown"}


def test_values_fill_the_places_of_the_sentence() -> None:
    assert "8 GB" in str(TiplineError("upload:too-large", limit="8 GB"))
    assert str(TiplineError("tip:not-found")) == CATALOGUE["tip:not-found"].sentence


def test_a_code_that_is_not_in_the_catalogue_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        TiplineError("tip:on-fire")


def test_a_failure_has_its_sentence_and_an_unknown_one_shows_its_code() -> None:
    assert failures.sentence_of("media:corrupt") == failures.FAILURES["media:corrupt"]
    assert failures.sentence_of("media:from-a-newer-worker") == "media:from-a-newer-worker"
