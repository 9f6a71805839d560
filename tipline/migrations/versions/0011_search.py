"""An index of words for searching, and one of actors for the log.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

from alembic import op

from tipline.domain import search

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("custody", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_custody_actor"), ["actor"], unique=False)
    search.make(op.get_bind())
    search.index_everything(op.get_bind())


def downgrade() -> None:
    raise RuntimeError("evidence is never migrated backwards: restore the backup made before the upgrade")
