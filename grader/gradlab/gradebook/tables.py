"""The gradebook's tables, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

__all__ = ["SCHEMA_VERSION", "attempts", "blobs", "info", "metadata", "submission_files", "submissions"]

SCHEMA_VERSION = 1

metadata = MetaData()

info = Table(
    "gradlab_info",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

# Content-addressed: the same file handed in by a whole class is stored once.
blobs = Table(
    "blobs",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

submissions = Table("submissions", metadata, Column("sha256", String(64), primary_key=True))

submission_files = Table(
    "submission_files",
    metadata,
    Column("submission", ForeignKey("submissions.sha256"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("blob", ForeignKey("blobs.sha256"), nullable=False),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("student", Text, nullable=False),
    Column("assignment", Text, nullable=False),
    Column("number", Integer),  # NULL where it costs no attempt: ungradable, or our own fault
    Column("submission", ForeignKey("submissions.sha256"), nullable=False),
    Column("submitted_at", String(40), nullable=False),
    Column("state", String(12), nullable=False),
    Column("notes", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("claimed_by", Text),
    Column("claimed_at", Float),  # seconds since the epoch
    Column("graded_at", String(40)),
    Column("score", Float),
    Column("max_score", Float),
    Column("message", Text),
    Column("report", Text),
    UniqueConstraint("student", "assignment", "number"),
    CheckConstraint("state IN ('received', 'graded', 'error', 'ungradable')", name="state"),
    Index("attempts_by_state", "state"),
)
