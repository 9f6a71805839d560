"""Steps of a look at one file: `tipline.domain.steps`."""

from __future__ import annotations

import pytest

from tests.domain.conftest import Ring
from tipline.db import Transaction
from tipline.domain import evidence, outbox, steps
from tipline.domain.composing import Planned
from tipline.domain.evidence import Evidence
from tipline.domain.outbox import Outbox
from tipline.domain.tips import Tip


@pytest.fixture
def film(tx: Transaction, tip: Tip) -> Evidence:
    return evidence.add(
        tx, tip, evidence_id=evidence.new_id(), filename="a.mp4", filetype="", size=5, sha256=None
    )


def test_what_somebody_waits_for_and_what_completes_it_are_rung_as_different_work(
    tx: Transaction, film: Evidence, ring: Ring
) -> None:
    steps.plan(tx, ring, film, [Planned("clock"), Planned("span", 0, 0.0, 9.0), Planned("copy")])
    jobs = [(row.kind, row.tip_id) for row in tx.query(Outbox).order_by(Outbox.id)]
    assert jobs == [("evidence.soon", film.tip_id), ("evidence.late", film.tip_id)], (
        "the copy waits for the span"
    )


def test_late_work_of_a_tip_is_asked_for_little_by_little(
    tx: Transaction, film: Evidence, ring: Ring
) -> None:
    spans = [Planned("span", at, at * 9.0, at * 9.0 + 9.0) for at in range(steps.MOST_LATE + 2)]
    steps.plan(tx, ring, film, [*spans, Planned("copy")])
    waiting = outbox.count_pending(tx, steps.LATE, film.tip_id)
    assert waiting == steps.MOST_LATE
    rows = steps.list_of(tx, film.id)
    for at, step in enumerate(rows[:-1]):
        (job,) = tx.query(Outbox).where(Outbox.subject == str(step.id), Outbox.kind == steps.LATE)
        job.state = "done"
        steps.settle(step, {})
        steps.go_on(tx, ring, film.tip_id)
        # The copy, last of all and alone.
        left = len(rows) - 2 - at
        assert outbox.count_pending(tx, steps.LATE, film.tip_id) == (
            min(steps.MOST_LATE, left) if left else 1
        )
    assert tx.query(Outbox).where(Outbox.subject == str(rows[-1].id), Outbox.kind == steps.LATE).count() == 1


def test_late_work_that_was_lost_is_asked_for_again(tx: Transaction, film: Evidence, ring: Ring) -> None:
    steps.plan(tx, ring, film, [Planned("span", 0, 0.0, 9.0)])
    tx.query(Outbox).where(Outbox.kind == steps.LATE).delete()
    steps.go_on_everywhere(tx, ring)
    steps.go_on_everywhere(tx, ring)
    assert outbox.count_pending(tx, steps.LATE, film.tip_id) == 1


def test_a_new_look_forgets_the_steps_of_the_old_one_for_good(
    tx: Transaction, film: Evidence, ring: Ring
) -> None:
    steps.begin_anew(tx, film)
    steps.plan(tx, ring, film, [Planned("clock")])
    old = {step.id for step in steps.list_of(tx, film.id)}
    steps.begin_anew(tx, film)
    steps.plan(tx, ring, film, [Planned("clock")])
    assert not old & {step.id for step in steps.list_of(tx, film.id)}, "an old job must not find a new step"


def test_a_job_of_any_kind_leads_to_its_file(tx: Transaction, film: Evidence, ring: Ring) -> None:
    derive = outbox.add(tx, ring, "evidence.derive", film.id)
    steps.plan(tx, ring, film, [Planned("clock")])
    (later,) = tx.query(Outbox).where(Outbox.kind == "evidence.soon")
    for job in (derive, later):
        assert steps.find_evidence(tx, job) is film


def test_progress_runs_from_nothing_to_all(tx: Transaction, film: Evidence, ring: Ring) -> None:
    first = steps.begin_anew(tx, film)
    assert steps.progress([first]) == 0.0
    first.progress = 1.0
    assert 0 < steps.progress([first]) < 0.5, "nobody knows yet what follows"
    steps.settle(first, {"media": {}})
    steps.plan(tx, ring, film, [Planned("span", at, at * 1.0, at + 1.0) for at in range(4)])
    seen = []
    for step in steps.list_of(tx, film.id)[1:]:
        seen.append(steps.progress(steps.list_of(tx, film.id)))
        steps.settle(step, {})
    assert seen == sorted(seen)
    assert steps.progress(steps.list_of(tx, film.id)) == pytest.approx(1.0)


def test_a_step_of_a_look_that_was_begun_anew_hears_that_it_is_forgotten(
    tx: Transaction, film: Evidence, ring: Ring
) -> None:
    old = steps.begin_anew(tx, film).id
    assert steps.tell(tx, old, 0.5) is not None
    new = steps.begin_anew(tx, film)
    assert steps.tell(tx, old, 0.9) is None
    tx.refresh(new)
    assert new.progress == 0.0, "nor does it speak for the step of the same name in the new look"


def test_a_step_that_failed_for_good_is_no_failed_job_any_more_once_its_file_is_looked_at_anew(
    tx: Transaction, film: Evidence, ring: Ring
) -> None:
    steps.begin_anew(tx, film)
    steps.plan(tx, ring, film, [Planned("clock"), Planned("span", 0, 0.0, 9.0)])
    job = tx.query(Outbox).filter_by(kind=steps.SOON).one()
    taken = outbox.take(tx, job.id)
    assert taken is not None
    outbox.give_up(tx, job.id, taken.token or "", "media:crashed")
    assert [one.id for one in outbox.list_dead(tx)] == [job.id]

    steps.begin_anew(tx, film)
    assert outbox.list_dead(tx) == []
    assert outbox.counts(tx) == {}, "the span that waited is not done either"
