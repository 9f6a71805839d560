"""Whose turn it is among queues."""

from __future__ import annotations

from types import SimpleNamespace

from workers import listen, turns

FOOTAGE = ("media", "soon", "late")


def test_first_pictures_come_first_and_yet_none_waits_for_ever() -> None:
    firsts = [turns.order(FOOTAGE, done)[0] for done in range(24)]
    assert firsts[:3] == ["media", "media", "soon"]
    assert all("soon" in firsts[at : at + 4] for at in range(20))
    assert firsts.count("late") == 3
    assert firsts.count("media") > firsts.count("soon") > firsts.count("late")


def test_where_nothing_waits_in_the_favoured_queue_the_order_of_the_others_stays() -> None:
    assert turns.order(FOOTAGE, 2) == ["soon", "media", "late"]
    assert turns.order(FOOTAGE, 7) == ["late", "media", "soon"]
    assert turns.order(("media",), 2) == ["media"]


def test_a_worker_looks_at_its_queues_in_that_order() -> None:
    worker = SimpleNamespace(queues=[SimpleNamespace(name=name) for name in FOOTAGE], _taken=0)
    seen = []
    for _ in range(8):
        listen.QuietWorker.reorder_queues(worker, worker.queues[0])  # type: ignore[arg-type]
        seen.append(worker._ordered_queues[0].name)
    assert seen == ["media", "soon", "media", "media", "soon", "media", "late", "soon"]
