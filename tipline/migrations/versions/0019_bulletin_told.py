"""When channels heard that a bulletin is out: what is out today was told when it was published.

Revision ID: 0019
Revises: 0018
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("bulletin", schema=None) as batch_op:
        batch_op.add_column(sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    # One that is still to come was told too early; it is told again when it comes.
    bulletin = sa.table(
        "bulletin", sa.column("told_at"), sa.column("publishes_at", sa.DateTime(timezone=True))
    )
    out = bulletin.c.publishes_at <= datetime.now(UTC)
    op.execute(sa.update(bulletin).where(out).values(told_at=bulletin.c.publishes_at))


def downgrade() -> None:
    raise RuntimeError("evidence is never migrated backwards: restore the backup made before the upgrade")
