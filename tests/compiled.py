"""Addresses of routes, templates and statements, compiled once for all instances of a test run.

Every test has an application and a database of its own. Most of what its first page costs is compiling: 650
addresses, a dozen templates, a hundred statements, the same each time. They know nothing of the instance they
were made for.
"""

from __future__ import annotations

from copy import copy
from operator import attrgetter
from threading import Lock
from types import CodeType
from typing import Any, ClassVar

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Map, Rule, RuleFactory

from tipline import db

STATEMENTS = 5_000
MANNERS = (
    "default_subdomain", "strict_slashes", "merge_slashes", "redirect_defaults", "sort_parameters",
    "sort_key", "host_matching",
)  # fmt: skip
SAID = attrgetter(
    "rule", "endpoint", "subdomain", "host", "build_only", "strict_slashes", "merge_slashes", "alias",
    "websocket", "redirect_to",
)  # fmt: skip


def once() -> None:
    """From now on what was compiled before is not compiled again."""
    Flask.url_map_class = Routes
    _keep_statements()
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Templates()}


class Routes(Map):
    """Addresses of an application. Where another one had the same before, in the same order, its rules and
    the tree they are found by are taken over: nothing changes them, and with one more a tree is made anew.
    """

    _made: ClassVar[dict[Any, Map]] = {}
    _one_by_one = Lock()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._asked: list[Rule] = []
        super().__init__(*args, **kwargs)

    def add(self, rulefactory: RuleFactory) -> None:
        self._asked.extend(rulefactory.get_rules(self))
        self._remap = True

    def update(self) -> None:
        """Werkzeug calls it before it looks anything up."""
        if self._remap:
            with self._one_by_one:
                made = self._made_before()
                self._matcher, self._rules_by_endpoint = made._matcher, made._rules_by_endpoint
                self._remap = False

    def _made_before(self) -> Map:
        manner = {name: getattr(self, name) for name in MANNERS}
        key = *manner.values(), tuple(self.converters.items()), tuple(map(_told, self._asked))
        made = self._made.get(key)
        if made is None:
            made = Map(converters=self.converters, **manner)
            for rule in self._asked:
                own = copy(rule)
                own.arguments = set(rule.arguments)
                made.add(own)
            made.update()
            self._made[key] = made
        return made


def _told(rule: Rule) -> tuple[Any, ...]:
    """All that was said of a rule by whoever made it."""
    methods = None if rule.methods is None else frozenset(rule.methods)
    return (*SAID(rule), methods, repr(rule.defaults), getattr(rule, "provide_automatic_options", None))


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
