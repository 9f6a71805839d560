"""That two tips may belong together, and what people said to it: `tipline.domain.hints`, `.matching`."""

from __future__ import annotations

import pytest

from tests.domain.conftest import file_of, sent
from tests.domain.test_likenesses import SCENES, away, film, shown
from tipline.db import Transaction
from tipline.domain import acts, custody, hints, links, matching, undoing
from tipline.domain.actors import Actor
from tipline.domain.cases import Case
from tipline.domain.hints import Found, Hint
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

SAME = "a" * 64


def compared(tx: Transaction, tip: Tip) -> list[Hint]:
    hints.keep(tx, tip.id, matching.compare(tx, tip))
    return hints.list_of(tx, tip.id)


def told(*codes: str, bits: float = 6.0) -> list[dict[str, object]]:
    return [{"code": code, "bits": bits, "values": {}} for code in codes]


def test_the_same_file_in_another_tip_is_told_with_both_numbers(tx: Transaction) -> None:
    first, second = sent(tx), sent(tx)
    file_of(tx, first, sha256=SAME)
    file_of(tx, second, sha256="b" * 64)
    file_of(tx, second, number=2, sha256=SAME)

    (hint,) = compared(tx, second)
    assert (hint.kind, hint.tip_id, hint.other_id, hint.band) == ("file", second.id, first.id, "strong")
    (reason,) = hint.why
    assert (reason["mine"]["number"], reason["theirs"]["number"]) == (2, 1)


def test_a_hint_found_from_the_earlier_tip_is_the_same_hint(tx: Transaction) -> None:
    first, second = sent(tx), sent(tx)
    file_of(tx, second, sha256=SAME)
    file_of(tx, first, number=3, sha256=SAME)

    (hint,) = compared(tx, first)
    assert (hint.tip_id, hint.other_id) == (second.id, first.id)
    assert [one["mine"]["number"] for one in hint.why] == [1]
    assert [one["mine"]["number"] for one in hints.seen_from(hint, first.id)] == [3]
    assert [one.id for one in compared(tx, second)] == [hint.id]


def test_a_recording_sent_on_is_told_with_both_moments(tx: Transaction) -> None:
    film(tx, *SCENES)
    later = film(tx, *((t + 2.0, away(pdq, 9)) for t, pdq in SCENES))

    (hint,) = compared(tx, tx.get_one(Tip, later.tip_id))
    (reason,) = hint.why
    assert (hint.kind, reason["code"], reason["values"]["pictures"]) == ("media", "shown:recording", 5)
    assert (reason["mine"]["t"], reason["theirs"]["t"]) == (2.0, 0.0)


def test_a_file_that_is_the_same_says_nothing_new_by_its_pictures(tx: Transaction) -> None:
    one, other = film(tx, *SCENES), film(tx, *SCENES)
    one.sha256 = other.sha256 = SAME
    tx.flush()

    assert [hint.kind for hint in compared(tx, tx.get_one(Tip, other.tip_id))] == ["file"]


def test_what_is_no_longer_found_is_dropped_and_what_was_decided_stays(
    tx: Transaction, officer: Actor
) -> None:
    first, second, third = sent(tx), sent(tx), sent(tx)
    found = [Found(one.id, hints.SERIES, 6.0, told("series:place")) for one in (first, second)]
    assert hints.keep(tx, third.id, found)
    assert not hints.keep(tx, third.id, found)
    hint = hints.list_of(tx, first.id)[0]
    hints.dismiss(tx, officer, third, hint, "other-method")

    assert hints.keep(tx, third.id, [])
    assert [(one.other_id, one.state) for one in hints.list_of(tx, third.id)] == [(first.id, "dismissed")]


def test_a_dismissed_pair_comes_back_only_with_a_reason_that_is_new(tx: Transaction, officer: Actor) -> None:
    first, second = sent(tx), sent(tx)
    hints.keep(tx, second.id, [Found(first.id, hints.SERIES, 6.0, told("series:place", "series:words"))])
    (hint,) = hints.list_of(tx, second.id)
    hints.dismiss(tx, officer, second, hint, "other-place")

    hints.keep(tx, second.id, [Found(first.id, hints.SERIES, 9.0, told("series:place", bits=9.0))])
    assert hint.state == "dismissed"
    hints.keep(tx, second.id, [Found(first.id, hints.SERIES, 9.0, told("series:place", "series:shop"))])
    assert (hint.state, hint.decided_reason) == ("open", None)


def test_an_answer_needs_a_reason_is_logged_and_can_be_taken_back(tx: Transaction, officer: Actor) -> None:
    first, second = sent(tx), sent(tx)
    hints.keep(tx, second.id, [Found(first.id, hints.SERIES, 6.0, told("series:place"))])
    (hint,) = hints.list_of(tx, second.id)
    with pytest.raises(TiplineError, match="cannot tell"):
        hints.dismiss(tx, officer, first, hint, "because")
    hints.dismiss(tx, officer, first, hint, "same-camera")
    with pytest.raises(TiplineError, match="already"):
        hints.dismiss(tx, officer, first, hint, "same-camera")
    assert hints.open_of(tx, [first.id, second.id]) == {first.id: [], second.id: []}
    act = acts.recorded(tx)
    assert act
    undoing.undo(tx, officer, act.id)

    entries = [one for one in custody.list_of(tx, tip=first.reference) if one.action.startswith("hint:")]
    assert [one.action for one in entries] == ["hint:dismissed"]
    assert entries[0].facts()["shown"] == ["series:place"]
    assert [one.reference for one in hints.open_of(tx, [first.id])[first.id]] == [second.reference]


def test_a_hint_of_another_tip_cannot_be_answered(tx: Transaction) -> None:
    first, second, third = sent(tx), sent(tx), sent(tx)
    hints.keep(tx, second.id, [Found(first.id, hints.SERIES, 6.0, told("series:place"))])
    (hint,) = hints.list_of(tx, second.id)

    with pytest.raises(TiplineError, match="no longer there"):
        hints.read_hint(tx, hint.id, third)
    with pytest.raises(TiplineError, match="no longer there"):
        hints.read_hint(tx, hint.id + 1, first)


def test_rows_are_told_of_open_hints_at_both_ends_the_strongest_first(tx: Transaction) -> None:
    first, second, third = sent(tx), sent(tx), sent(tx)
    hints.keep(tx, third.id, [Found(first.id, hints.SERIES, 6.0, told("series:place"))])
    hints.keep(tx, third.id, [Found(second.id, hints.FILE, 40.0, told("file:same"))], [hints.FILE])

    found = hints.open_of(tx, [first.id, third.id])
    assert [(one.kind, one.band, one.reference) for one in found[third.id]] == [
        ("file", "strong", second.reference), ("series", "some", first.reference),
    ]  # fmt: skip
    assert [one.reference for one in found[first.id]] == [third.reference]
    assert hints.open_of(tx, []) == {}


def test_what_is_settled_already_is_not_told_again(tx: Transaction, officer: Actor, case: Case) -> None:
    first, second, third = sent(tx), sent(tx), sent(tx)
    for other in (first, second):
        hints.keep(tx, third.id, [Found(other.id, hints.FILE, 40.0, told("file:same"))], [])
    for tip in (second, third):
        links.link(tx, officer, case, tip, "同一人")
    third.duplicate_of_id = first.id

    assert hints.open_of(tx, [third.id]) == {third.id: []}
    links.unlink(tx, officer, case, second, "另一人")
    assert [one.reference for one in hints.open_of(tx, [third.id])[third.id]] == [second.reference]


def test_of_many_equal_files_the_nearest_tips_are_told(tx: Transaction) -> None:
    many = [sent(tx) for _ in range(9)]
    for tip in many:
        file_of(tx, tip, sha256=SAME)

    found = compared(tx, many[-1])
    assert sorted(one.other_id for one in found) == [one.id for one in many[-6:-1]]


def test_a_draft_is_nobodys_to_point_at(tx: Transaction) -> None:
    hidden = film(tx, *SCENES)
    tx.get_one(Tip, hidden.tip_id).state = "draft"
    hidden.sha256 = SAME
    mine = sent(tx)
    shown(tx, file_of(tx, mine, sha256=SAME), 0.0, SCENES[0][1])

    assert compared(tx, mine) == []
