"""A report as CSV, one line for each check."""

from __future__ import annotations

import csv
import io

from gradlab import Report, clean

__all__ = ["render"]

_FORMULA = ("=", "+", "-", "@", "\t")


def render(report: Report) -> str:
    """Return the checks as a table that no spreadsheet takes for formulas."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["student", "task", "check", "outcome", "score", "max_score", "first difference"])
    for check in report.checks:
        first = check.findings[0].message if check.findings else ""
        texts = [report.student, check.task, check.title, check.outcome.value]
        table.writerow([*map(_cell, texts), check.score, check.max_score, _cell(first)])
    return out.getvalue()


def _cell(text: str) -> str:
    text = clean(text)
    return f"'{text}" if text.startswith(_FORMULA) else text
