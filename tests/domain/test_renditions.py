"""Pictures made from an original: `tipline.domain.renditions`."""

from __future__ import annotations

import pytest

from tests.domain.conftest import file_of
from tipline.db import Transaction
from tipline.domain import renditions
from tipline.domain.renditions import Rendition
from tipline.domain.tips import Tip
from tipline.errors import TiplineError


def _keep(
    tx: Transaction, evidence_id: str, name: str, t: float | None = None, **values: object
) -> Rendition:
    facts = {"kind": renditions.KEYFRAME, "mime": "image/jpeg", "size": 1, "sha256": "0" * 64, **values}
    return renditions.keep(
        tx, evidence_id, name=name, provenance={"av": "17"}, width=1, height=1, t=t, **facts
    )


def test_a_picture_made_again_takes_the_place_of_the_old_one(tx: Transaction, tip: Tip) -> None:
    row = file_of(tx, tip)
    _keep(tx, row.id, "k1.jpg", 1.0, size=1)
    _keep(tx, row.id, "k1.jpg", 2.0, size=2)

    (kept,) = renditions.list_of(tx, row.id)
    assert (kept.t, kept.size) == (2.0, 2)
    assert kept.key == f"rendition/{row.id}/k1.jpg"


def test_pictures_are_listed_in_the_order_of_the_film(tx: Transaction, tip: Tip) -> None:
    row = file_of(tx, tip)
    for name, t in (("b.jpg", 5.0), ("a.jpg", 9.0), ("c.jpg", 0.5)):
        _keep(tx, row.id, name, t)
    _keep(tx, row.id, "sheet.jpg", kind=renditions.SHEET)

    assert [one.name for one in renditions.list_of(tx, row.id, renditions.KEYFRAME)] == [
        "c.jpg", "b.jpg", "a.jpg",
    ]  # fmt: skip
    assert len(renditions.list_of_many(tx, [row.id])[row.id]) == 4


def test_pictures_the_newest_look_did_not_make_are_forgotten_and_named(tx: Transaction, tip: Tip) -> None:
    row, other = file_of(tx, tip), file_of(tx, tip, number=2)
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        _keep(tx, row.id, name, 1.0)
    _keep(tx, other.id, "a.jpg", 1.0)

    gone = renditions.drop_others(tx, row.id, ["b.jpg"])
    tx.flush()
    assert sorted(gone) == [f"rendition/{row.id}/a.jpg", f"rendition/{row.id}/c.jpg"]
    assert [one.name for one in renditions.list_of(tx, row.id)] == ["b.jpg"]
    assert len(renditions.list_of(tx, other.id)) == 1


def test_a_second_look_leaves_alone_what_people_had_made(tx: Transaction, tip: Tip) -> None:
    row = file_of(tx, tip)
    for kind in renditions.ASKED_FOR:
        _keep(tx, row.id, f"{kind}-1.bin", 1.0).kind = kind
    tx.flush()
    assert renditions.drop_others(tx, row.id, []) == []


def test_a_picture_is_read_by_its_name_within_its_file(tx: Transaction, tip: Tip) -> None:
    row = file_of(tx, tip)
    made = _keep(tx, row.id, "a.jpg", 1.0)

    assert renditions.read_rendition(tx, row.id, "a.jpg") is made
    for evidence_id, name in ((row.id, "b.jpg"), ("another", "a.jpg"), (row.id, "../a.jpg")):
        with pytest.raises(TiplineError) as caught:
            renditions.read_rendition(tx, evidence_id, name)
        assert caught.value.code == "rendition:not-found"


@pytest.mark.parametrize("many", [1, 3, 4, 5, 24, 100])
def test_a_few_small_pictures_are_spread_over_the_film(tx: Transaction, tip: Tip, many: int) -> None:
    row = file_of(tx, tip)
    for number in range(many):
        _keep(tx, row.id, f"t{number:03}.jpg", float(number), kind=renditions.THUMBNAIL)

    found = renditions.thumbnails(tx, [row.id, "another"])
    times = [one.t for one in found[row.id]]
    assert found["another"] == []
    assert len(times) == min(many, renditions.IN_A_ROW)
    assert times[0] == 0.0
    gaps = [later - earlier for earlier, later in zip(times, times[1:], strict=False)]
    assert not gaps or max(gaps) - min(gaps) <= 1


def test_provisional_pictures_give_way_to_those_of_the_whole_file(tx: Transaction, tip: Tip) -> None:
    row = file_of(tx, tip)
    for t in (0.0, 4.0, 8.0):
        _keep(tx, row.id, f"live-{t}.jpg", t)
    assert len(renditions.without_outdated(renditions.list_of(tx, row.id))) == 3

    _keep(tx, row.id, "keyframe-0.jpg", 0.0)
    _keep(tx, row.id, "keyframe-4.jpg", 5.0)

    shown = renditions.without_outdated(renditions.list_of(tx, row.id))
    assert [one.name for one in shown] == ["keyframe-0.jpg", "keyframe-4.jpg", "live-8.0.jpg"]
