"""The queue may stand late first: an index of what nobody has taken note of, by when somebody should.

Revision ID: 0022
Revises: 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    waiting = sa.text("acknowledged_at IS NULL")
    op.create_index(
        "ix_tip_waiting", "tip", ["state", "ack_due_at", "id"], sqlite_where=waiting, postgresql_where=waiting
    )


def downgrade() -> None:
    raise RuntimeError("evidence is never migrated backwards: restore the backup made before the upgrade")
