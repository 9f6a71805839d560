"""Addresses of routes, compiled once for all instances of a test run.

Every test has an application of its own, and four fifths of making one go into code that builds addresses:
650 pieces of it, the same each time. They know nothing of the instance they were made for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


def once() -> None:
    """From now on a rule that was compiled before is not compiled again."""
    compile_anew: Callable[[Rule, bool], Builder] = Rule._compile_builder
    made: dict[Any, Builder] = {}

    def compile_builder(self: Rule, append_unknown: bool = True) -> Builder:
        converters = tuple((name, type(one)) for name, one in self._converters.items())
        key = self.rule, self.subdomain, self.host, repr(self.defaults), converters, append_unknown
        if key not in made:
            made[key] = compile_anew(self, append_unknown)
        return made[key]

    Rule._compile_builder = compile_builder  # type: ignore[method-assign]
