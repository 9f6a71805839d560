"""The thread: when a text was read by the tip provider, and sentences to begin with.

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# A station changes them as it likes; later migrations never touch them again.
ZH = (
    ("致谢", "message", "谢谢您提供线索 {reference}。我们正在查看，有进展会在这里告诉您。"),
    ("问时间和方向", "question", "请问大约几点发生？嫌疑人从哪个方向离开，步行还是骑车？"),
    (
        "问录像机时间",
        "question",
        "请看一下录像机上现在显示的时间，同时看手机时间，把两个时间都告诉我们，用来校准录像。",
    ),
    ("要前后录像", "question", "能否再提供事发前后各十分钟的录像？请在本页“补充材料”处上传。"),
    (
        "要原始导出文件",
        "question",
        "能否提供录像机的原始导出文件？比手机翻拍清晰，时间也准。操作步骤见：{export_help}",
    ),
    ("请保留原件", "message", "请先不要删除或覆盖“{place}”录像机里的录像，我们可能派人前来拷贝。"),
    ("已采用", "progress", "您提供的材料已被采用，正在核查。感谢您的帮助。"),
    ("未采用", "message", "已查看您提供的材料，画面中暂未发现可用信息。感谢您的支持。"),
    ("紧急请报警", "message", "如有人受伤或嫌疑人仍在现场，请立即拨打 110。"),
)
EN = (
    (
        "Thank you",
        "message",
        "Thank you for tip {reference}. We are looking at it and tell you here how it goes on.",
    ),
    (
        "When and which way",
        "question",
        "About what time did it happen? Which way did they leave, on foot or riding?",
    ),
    (
        "Recorder's clock",
        "question",
        "What time does the recorder show now, and what time your phone? With both we can correct the times.",
    ),
    (
        "Footage around it",
        "question",
        "Could you also send ten minutes before and after it? Choose the files under “Add material”.",
    ),
    (
        "Original export",
        "question",
        "Could you send the recorder's own export? It is sharper and keeps its time. How: {export_help}",
    ),
    (
        "Keep the recording",
        "message",
        "Please do not delete or overwrite the recording at “{place}”. We may come and copy it.",
    ),
    ("Used", "progress", "Your material is used and is being checked. Thank you for your help."),
    (
        "Not used",
        "message",
        "We looked at your material and found nothing in it that we can use for now. Thank you all the same.",
    ),
    ("Call 110", "message", "If somebody is hurt or the suspect is still there, call 110 at once."),
)


def upgrade() -> None:
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("read_at", sa.DateTime(timezone=True), nullable=True))
    reply = sa.table(
        "reply", sa.column("title", sa.Text), sa.column("text", sa.Text), sa.column("language", sa.String),
        sa.column("kind", sa.String), sa.column("position", sa.Integer),
        sa.column("created_at", sa.DateTime(timezone=True)),
    )  # fmt: skip
    now = datetime.now(UTC)
    rows = [
        {"title": title, "text": text, "language": language, "kind": kind, "position": at, "created_at": now}
        for language, known in (("zh_Hans_CN", ZH), ("en", EN))
        for at, (title, kind, text) in enumerate(known)
    ]
    op.bulk_insert(reply, rows)


def downgrade() -> None:
    raise RuntimeError("evidence is never migrated backwards: restore the backup made before the upgrade")
