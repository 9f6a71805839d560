"""Which tips may hold a word: an index of characters, pairs and triples, the same on both databases.

Chinese is written without blanks, so no list of words is needed: of a run of Chinese each character and each
pair goes into the index, of letters and digits each triple, and the first one or two signs of the run. A word
is looked for by the same pieces; one or two letters are looked for where a run begins. What the index answers
holds all pieces of a word, not yet the word itself: whoever asks compares with the stored text
(`tipline.domain.filters`). FTS5 on SQLite, tsvector on PostgreSQL.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import Boolean, Connection, SQLColumnExpression, column, literal, select, table, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from tipline.db import Transaction

# Only these columns are read, by name: the nouns that call here are not imported, nor are their later shapes
# when a migration indexes what was there before.
_TIP = table("tip", column("id"), column("state"), column("text"), column("place"), column("reference"))
_MESSAGE = table("message", column("tip_id"), column("text"))
_EVIDENCE = table("evidence", column("tip_id"), column("filename"), column("sha256"), column("media"))
TABLE = "tip_words"
A_BATCH = 500
# Chinese, Japanese and Korean signs; other letters and digits are told apart from them.
_RUNS = re.compile(r"([\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af]+)|([^\W_]+)")


def pieces(words: str) -> set[str]:
    """What of a text goes into the index."""
    found: set[str] = set()
    for chinese, run in _runs(words):
        if chinese:
            found.update(chinese)
            found.update(_grams(chinese, 2))
        else:
            found.update(_grams(run, 3))
            found.update(f"{len(head)}{head}" for head in (run[:1], run[:2]))
    return found


def wanted(word: str) -> set[str]:
    """The pieces that a text must hold if it holds the word; none of a word without letters or digits."""
    found: set[str] = set()
    for chinese, run in _runs(word):
        if chinese:
            found.update(_grams(chinese, 2) if len(chinese) > 1 else chinese)
        else:
            found.update(_grams(run, 3) if len(run) > 2 else (f"{len(run)}{run}",))
    return found


def _runs(words: str) -> Iterator[tuple[str, str]]:
    """Runs of Chinese, and runs of letters and digits, as they are compared: one width, small letters."""
    for match in _RUNS.finditer(unicodedata.normalize("NFKC", words).lower()):
        yield match[1] or "", match[2] or ""


def _grams(run: str, length: int) -> Iterator[str]:
    return (run[at : at + length] for at in range(len(run) - length + 1))


class MayHold(FunctionElement[bool]):
    """Whether the index knows all pieces of a word for the tip of this id: id, FTS5 query, tsquery."""

    type = Boolean()
    name = "may_hold"
    inherit_cache = True


@compiles(MayHold, "sqlite")
def _in_fts5(element: MayHold, compiler: Any, **how: Any) -> str:
    tip_id, asked, _other = element.clauses
    query = "%s IN (SELECT rowid FROM tip_words WHERE tip_words MATCH %s)"
    return query % (compiler.process(tip_id, **how), compiler.process(asked, **how))


@compiles(MayHold, "postgresql")
def _in_tsvector(element: MayHold, compiler: Any, **how: Any) -> str:
    tip_id, _other, asked = element.clauses
    query = "%s IN (SELECT tip_id FROM tip_words WHERE pieces @@ CAST(%s AS tsquery))"
    return query % (compiler.process(tip_id, **how), compiler.process(asked, **how))


def may_hold(tip_id: SQLColumnExpression[int], word: str) -> MayHold | None:
    """Narrows a query to tips that may hold the word; None where the index cannot say."""
    asked = sorted(wanted(word))
    if not asked:
        return None
    return MayHold(
        tip_id,
        literal(" AND ".join(f'"{one}"' for one in asked)),
        literal(" & ".join(f"'{one}'" for one in asked)),
    )


def index(tx: Transaction, tip_id: int) -> None:
    """Write anew what the tip holds; called in the transaction that changed it. Drafts stay out."""
    tx.flush()
    connection = tx.connection()
    if connection.scalar(select(_TIP.c.state).where(_TIP.c.id == tip_id)) != "draft":
        _write(connection, _documents(connection, [tip_id]))


def index_everything(connection: Connection) -> None:
    """For a station that was there before its index."""
    ids = list(connection.scalars(select(_TIP.c.id).where(_TIP.c.state != "draft").order_by(_TIP.c.id)))
    for at in range(0, len(ids), A_BATCH):
        _write(connection, _documents(connection, ids[at : at + A_BATCH]))


def make(connection: Connection) -> None:
    """Create the index, empty."""
    if connection.dialect.name == "sqlite":
        # Without places of pieces: a phrase is never asked for, and the index is a third of the size.
        connection.execute(text("CREATE VIRTUAL TABLE tip_words USING fts5(pieces, detail=none)"))
        return
    connection.execute(
        text("CREATE TABLE tip_words (tip_id INTEGER PRIMARY KEY REFERENCES tip, pieces tsvector NOT NULL)")
    )
    connection.execute(text("CREATE INDEX ix_tip_words ON tip_words USING gin (pieces)"))


def is_mapped(name: str | None, kind: str, _parent: object = None) -> bool:
    """Whether a table is one of the nouns; the index and its parts are no table that Alembic compares."""
    return kind != "table" or not (name or "").startswith(TABLE)


def forget(tx: Transaction, tip_id: int) -> None:
    """Drop what the index knows of a tip. SQLite keeps its pieces until they are merged: see `tidy`."""
    key = "rowid" if tx.connection().dialect.name == "sqlite" else "tip_id"
    tx.connection().execute(text(f"DELETE FROM tip_words WHERE {key} = :id"), {"id": tip_id})  # noqa: S608 - one of two


def tidy(tx: Transaction) -> None:
    """Write the index anew without what was dropped from it; takes seconds for 100,000 tips."""
    if tx.connection().dialect.name == "sqlite":
        tx.connection().execute(text("INSERT INTO tip_words (tip_words) VALUES ('optimize')"))


def _documents(connection: Connection, ids: Collection[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {one: set() for one in ids}
    for tip_id, *parts in _parts(connection, ids):
        for part in parts:
            found[tip_id] |= pieces(part or "")
    return found


def _parts(connection: Connection, ids: Collection[int]) -> Iterable[Any]:
    """(tip, words …) of the report, its thread and its files."""
    for one, tip_id in ((_TIP, _TIP.c.id), (_MESSAGE, _MESSAGE.c.tip_id)):
        words = [one.c[name] for name in ("text", "place", "reference") if name in one.c]
        yield from connection.execute(select(tip_id, *words).where(tip_id.in_(ids)))
    files = select(*_EVIDENCE.c).where(_EVIDENCE.c.tip_id.in_(ids))
    for tip_id, filename, sha256, media in connection.execute(files):
        # What was read in its pictures: signs, plates, the clock.
        read = json.loads(media).get("texts") if media and '"texts"' in media else ()
        yield tip_id, filename, sha256, *(read or ())


def _write(connection: Connection, documents: dict[int, set[str]]) -> None:
    if not documents:
        return
    if connection.dialect.name == "sqlite":
        said = [{"id": one, "pieces": " ".join(sorted(held))} for one, held in documents.items()]
        connection.execute(text("DELETE FROM tip_words WHERE rowid = :id"), said)
        connection.execute(text("INSERT INTO tip_words (rowid, pieces) VALUES (:id, :pieces)"), said)
        return
    connection.execute(
        text(
            "INSERT INTO tip_words (tip_id, pieces) VALUES (:id, array_to_tsvector(CAST(:pieces AS text[])))"
            " ON CONFLICT (tip_id) DO UPDATE SET pieces = EXCLUDED.pieces"
        ),
        [{"id": one, "pieces": sorted(held)} for one, held in documents.items()],
    )
