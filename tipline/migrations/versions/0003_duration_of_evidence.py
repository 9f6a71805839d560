"""The length of a film in a column of its own"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_EVIDENCE = sa.table("evidence", sa.column("id"), sa.column("media"), sa.column("duration_s"))


def upgrade() -> None:
    op.add_column("evidence", sa.Column("duration_s", sa.Double(), nullable=True))
    connection = op.get_bind()
    examined = connection.execute(sa.select(_EVIDENCE.c.id).where(_EVIDENCE.c.media.is_not(None)))
    # One file at a time: the facts of a long film are long.
    for evidence_id in examined.scalars().all():
        is_this = _EVIDENCE.c.id == evidence_id
        facts = json.loads(connection.execute(sa.select(_EVIDENCE.c.media).where(is_this)).scalar_one())
        connection.execute(_EVIDENCE.update().where(is_this).values(duration_s=facts.get("duration_s")))


def downgrade() -> None:
    raise RuntimeError("evidence is never migrated backwards: restore the backup made before the upgrade")
