"""What tips are found by when they are compared: traits, and how rare characters are.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trait",
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"]),
        sa.PrimaryKeyConstraint("tip_id", "kind", "value"),
    )
    with op.batch_alter_table("trait", schema=None) as batch_op:
        batch_op.create_index("ix_trait_value", ["kind", "value", "tip_id"], unique=False)
    op.create_table(
        "gram",
        sa.Column("value", sa.String(length=16), nullable=False),
        sa.Column("tips", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("value"),
    )
    op.create_table(
        "rematch",
        sa.Column("tip_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"]),
        sa.PrimaryKeyConstraint("tip_id"),
    )
    with op.batch_alter_table("rematch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rematch_at"), ["at"], unique=False)
    # With the picture in the index, a search reads nothing else.
    with op.batch_alter_table("band", schema=None) as batch_op:
        batch_op.drop_index("ix_band_value")
        batch_op.create_index("ix_band_value", ["place", "value", "rendition_id"], unique=False)
    # What is here already is compared too, the oldest first, between the work of the day.
    op.execute(
        "INSERT INTO rematch (tip_id, at) SELECT id, received_at FROM tip"
        " WHERE received_at IS NOT NULL AND state <> 'draft'"
    )


def downgrade() -> None:
    raise RuntimeError("evidence is never migrated backwards: restore the backup made before the upgrade")
