"""The database itself lets the custody log grow at its end alone; checkpoints stay as signed; chores.

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# SQLite's REPLACE deletes without asking the trigger that refuses deletion: entries come at the end alone.
TRIGGERS = {
    "sqlite": [
        "CREATE TRIGGER custody_in_order BEFORE INSERT ON custody "
        "WHEN NEW.seq IS NOT coalesce((SELECT max(seq) FROM custody), 0) + 1 OR NEW.previous IS NOT "
        "coalesce((SELECT hash FROM custody ORDER BY seq DESC LIMIT 1), printf('%064d', 0)) "
        "BEGIN SELECT RAISE(ABORT, 'the custody log grows at its end alone'); END",
        "CREATE TRIGGER checkpoint_no_delete BEFORE DELETE ON checkpoint "
        "BEGIN SELECT RAISE(ABORT, 'checkpoints stay as they were signed'); END",
        "CREATE TRIGGER checkpoint_no_update BEFORE UPDATE OF size, root, frontier, note, key_id, at "
        "ON checkpoint BEGIN SELECT RAISE(ABORT, 'checkpoints stay as they were signed'); END",
        "CREATE TRIGGER checkpoint_in_order BEFORE INSERT ON checkpoint "
        "WHEN NEW.size <= (SELECT max(size) FROM checkpoint) "
        "BEGIN SELECT RAISE(ABORT, 'checkpoints stay as they were signed'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION custody_in_order() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.seq IS DISTINCT FROM coalesce((SELECT max(seq) FROM custody), 0) + 1 "
        "OR NEW.previous IS DISTINCT FROM "
        "coalesce((SELECT hash FROM custody ORDER BY seq DESC LIMIT 1), repeat('0', 64)) "
        "THEN RAISE EXCEPTION 'the custody log grows at its end alone'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER custody_in_order BEFORE INSERT ON custody "
        "FOR EACH ROW EXECUTE FUNCTION custody_in_order()",
        "CREATE FUNCTION checkpoint_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'checkpoints stay as they were signed'; END $$",
        "CREATE TRIGGER checkpoint_no_delete BEFORE DELETE OR TRUNCATE ON checkpoint "
        "FOR EACH STATEMENT EXECUTE FUNCTION checkpoint_refuse()",
        "CREATE TRIGGER checkpoint_no_update BEFORE UPDATE OF size, root, frontier, note, key_id, at "
        "ON checkpoint FOR EACH STATEMENT EXECUTE FUNCTION checkpoint_refuse()",
        # Also for whoever sets session_replication_role, which switches ordinary triggers off.
        "ALTER TABLE custody ENABLE ALWAYS TRIGGER custody_append_only",
        "ALTER TABLE custody ENABLE ALWAYS TRIGGER custody_in_order",
        "ALTER TABLE checkpoint ENABLE ALWAYS TRIGGER checkpoint_no_delete",
        "ALTER TABLE checkpoint ENABLE ALWAYS TRIGGER checkpoint_no_update",
    ],
}


def upgrade() -> None:
    op.create_table(
        "chore",
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.String(length=60), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("evidence is never migrated backwards: restore the backup made before the upgrade")
