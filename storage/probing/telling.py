"""What a check tells: a code and the values its sentence needs."""

from __future__ import annotations


class Told:
    """`ends` when nothing further can or should be tried."""

    def __init__(self, code: str, *, ends: bool = False, **values: object) -> None:
        self.code, self.ends, self.values = code, ends, values

    def __repr__(self) -> str:
        return f"Told({self.code!r}, {self.values})"
