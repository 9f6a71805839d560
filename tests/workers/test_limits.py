"""What one examination may cost: little for a small file, a bounded lot for a large one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workers.media.job import MIB, Limits


def test_a_tiny_file_cannot_hold_a_worker_for_long() -> None:
    tiny = Limits().within(100_000)
    assert tiny.cpu_seconds <= 15
    assert tiny.decode_cpu_seconds < tiny.cpu_seconds


def test_an_hour_of_lean_surveillance_may_be_looked_at_whole() -> None:
    # 50 kbit/s; every frame of such an hour takes 350 seconds of a processor.
    assert Limits().within(22 * MIB).decode_cpu_seconds > 350


@given(st.integers(0, 10**12))
def test_no_size_raises_a_limit(size: int) -> None:
    whole, sized = Limits(), Limits().within(size)
    assert 0 < sized.decode_cpu_seconds < sized.cpu_seconds <= whole.cpu_seconds
    assert sized.cpu_seconds < sized.wall_seconds <= whole.wall_seconds
    assert sized.memory == whole.memory


def test_limits_that_were_tightened_stay_so() -> None:
    assert Limits(cpu_seconds=3).within(10**9).cpu_seconds == 3
