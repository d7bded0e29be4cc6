"""The gradebook's tables, the same on SQLite and PostgreSQL but for the names of two types."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["SCHEMA_VERSION", "statements"]

SCHEMA_VERSION = 1

# A table stands after those that it refers to.
_TABLES = {
    # Content-addressed: the same file handed in by a whole class is stored once.
    "blobs": (
        "sha256 VARCHAR(64) NOT NULL",
        "content {binary} NOT NULL",
        "PRIMARY KEY (sha256)",
    ),
    "gradlab_info": (
        '"key" VARCHAR(64) NOT NULL',
        "value TEXT NOT NULL",
        'PRIMARY KEY ("key")',
    ),
    "submissions": (
        "sha256 VARCHAR(64) NOT NULL",
        "PRIMARY KEY (sha256)",
    ),
    # `number` is NULL where the attempt cost none: ungradable, or our own fault. `claimed_at` is in seconds since the
    # epoch.
    "attempts": (
        "id {counted} NOT NULL",
        "student TEXT NOT NULL",
        "assignment TEXT NOT NULL",
        "number INTEGER",
        "submission VARCHAR(64) NOT NULL",
        "submitted_at VARCHAR(40) NOT NULL",
        "state VARCHAR(12) NOT NULL",
        "notes TEXT NOT NULL",
        "tries INTEGER NOT NULL",
        "claimed_by TEXT",
        "claimed_at FLOAT",
        "graded_at VARCHAR(40)",
        "score FLOAT",
        "max_score FLOAT",
        "message TEXT",
        "report TEXT",
        "PRIMARY KEY (id)",
        "UNIQUE (student, assignment, number)",
        "CONSTRAINT state CHECK (state IN ('received', 'graded', 'error', 'ungradable'))",
        "FOREIGN KEY(submission) REFERENCES submissions (sha256)",
    ),
    "submission_files": (
        "submission VARCHAR(64) NOT NULL",
        "name TEXT NOT NULL",
        "blob VARCHAR(64) NOT NULL",
        "PRIMARY KEY (submission, name)",
        "FOREIGN KEY(submission) REFERENCES submissions (sha256)",
        "FOREIGN KEY(blob) REFERENCES blobs (sha256)",
    ),
}
_INDEXES = ("CREATE INDEX attempts_by_state ON attempts (state)",)


def statements(*, binary: str, counted: str) -> Iterator[str]:
    """Yield the SQL that makes an empty gradebook.

    `binary` is the type of bytes; `counted` that of an integer which the database itself counts up.
    """
    for name, lines in _TABLES.items():
        columns = ", \n\t".join(lines).format(binary=binary, counted=counted)
        yield f"CREATE TABLE {name} (\n\t{columns}\n)"
    yield from _INDEXES
    yield f"INSERT INTO gradlab_info (\"key\", value) VALUES ('schema', '{SCHEMA_VERSION}')"
