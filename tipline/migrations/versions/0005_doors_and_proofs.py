"""More doors for tips, the recorder's clock, and receipts that are signed"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _shops()
    _signatures()
    with op.batch_alter_table("tip", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shop", sa.String(length=8), nullable=True))
        batch_op.add_column(sa.Column("origin", sa.String(length=12), nullable=True))
        batch_op.add_column(sa.Column("taken_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("clock_source", sa.String(length=12), nullable=True))
        batch_op.add_column(sa.Column("clock_reading", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("overwrites_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("overwrites_said_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("overwrite_told_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key("fk_tip_shop", "shop", ["shop"], ["code"])
        batch_op.create_foreign_key("fk_tip_taken_by", "account", ["taken_by_id"], ["id"])
        batch_op.create_index(batch_op.f("ix_tip_shop"), ["shop"], unique=False)
        batch_op.create_index(batch_op.f("ix_tip_taken_by_id"), ["taken_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tip_overwrites_at"), ["overwrites_at"], unique=False)
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("purpose", sa.String(length=10), nullable=False, server_default="footage")
        )
        batch_op.add_column(sa.Column("sent_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key("fk_evidence_sent_by", "account", ["sent_by_id"], ["id"])
    with op.batch_alter_table("access", schema=None) as batch_op:
        batch_op.add_column(sa.Column("account_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("scope", sa.String(length=10), nullable=False, server_default="all"))
        batch_op.create_foreign_key("fk_access_account", "account", ["account_id"], ["id"])
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sender", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("said", sa.Text(), nullable=True))
        batch_op.create_index(batch_op.f("ix_upload_sender"), ["sender"], unique=False)

    _doors()


def _doors() -> None:
    op.create_table(
        "delivery",
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("key_hash", sa.String(length=64), nullable=True),
        sa.Column("said", sa.String(length=64), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"]),
        sa.PrimaryKeyConstraint("tip_id"),
        sa.UniqueConstraint("account_id", "external_id", name="uq_delivery_external"),
        sa.UniqueConstraint("account_id", "key_hash", name="uq_delivery_key"),
    )
    op.create_table(
        "taken_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("path_key", sa.String(length=64), nullable=False),
        sa.Column("folder_key", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("upload_id", sa.String(length=26), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("path_key", "size", "mtime_ns", name="uq_taken_file"),
    )
    with op.batch_alter_table("taken_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_taken_file_folder_key"), ["folder_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_taken_file_tip_id"), ["tip_id"], unique=False)


def _shops() -> None:
    op.create_table(
        "shop",
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("beat", sa.String(length=40), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["beat"], ["beat.code"]),
        sa.PrimaryKeyConstraint("code"),
    )


def _signatures() -> None:
    op.create_table(
        "signing_key",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("public", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "signed_receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("signature", sa.String(length=100), nullable=False),
        sa.Column("mark", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["signing_key.id"]),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("signed_receipt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signed_receipt_tip_id"), ["tip_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_signed_receipt_signature"), ["signature"], unique=False)


def downgrade() -> None:
    raise RuntimeError("evidence is never migrated backwards: restore the backup made before the upgrade")
