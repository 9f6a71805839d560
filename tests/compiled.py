"""Addresses of routes, templates and statements, compiled once for all instances of a test run.

Every test has an application and a database of its own. Most of what its first page costs is compiling: 650
addresses, a dozen templates, a hundred statements, the same each time. They know nothing of the instance they
were made for.
"""

from __future__ import annotations

from types import CodeType
from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from tipline import db

STATEMENTS = 5_000


def once() -> None:
    """From now on what was compiled before is not compiled again."""
    _keep_rules()
    _keep_statements()
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Templates()}


def _keep_rules() -> None:
    compile_anew = Rule.compile
    made: dict[Any, dict[str, Any]] = {}

    def compile_rule(self: Rule) -> None:
        assert self.map is not None
        names = self.rule, self.subdomain, self.host, repr(self.defaults), self.merge_slashes
        key = *names, self.map.host_matching, tuple(self.map.converters.values())
        if key not in made:
            compile_anew(self)
            made[key] = {name: getattr(self, name) for name in ("_parts", "_trace", "_converters")}
            made[key] |= {"arguments": self.arguments, "_builders": (self._build, self._build_unknown)}
            return
        self.__dict__ |= made[key]
        self.arguments = set(self.arguments)
        known, unknown = self.__dict__.pop("_builders")
        self._build, self._build_unknown = known.__func__.__get__(self), unknown.__func__.__get__(self)

    Rule.compile = compile_rule  # type: ignore[method-assign]


def _keep_statements() -> None:
    """All databases of SQLite speak alike."""
    make, kept = db._engine, LRUCache(STATEMENTS)
    dialects: list[Any] = []

    def make_engine(url: str) -> Engine:
        made = make(url)
        if made.dialect.name == "sqlite":
            dialects.append(made.dialect)
            made.dialect, made._compiled_cache = dialects[0], kept
            del dialects[1:]
        return made

    db._engine = make_engine


class Templates(BytecodeCache):
    """Holds code of templates in memory, by name and by what stands in the file."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._made.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._made[bucket.key, bucket.checksum] = bucket.code
