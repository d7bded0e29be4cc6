"""The report as JSON, and its JSON Schema."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from gradlab.model import REPORT_SCHEMA, Report, to_builtins
from gradlab.render.escape import inert_commands

__all__ = ["dump", "render", "schema"]


def render(report: Report) -> str:
    """Return the report as JSON, as `report.schema.json` describes it."""
    return dump(to_builtins(report))


def dump(data: Any) -> str:
    """Return data as indented JSON in printable ASCII, so that it is safe to show on any terminal and in any log."""
    text = json.dumps(data, indent=2, allow_nan=False).replace("\x7f", "\\u007f")
    return inert_commands(text, "\\u{:04x}") + "\n"


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a report. The package ships it as `report.schema.json`."""
    _, definitions = msgspec.json.schema_components([Report], ref_template="#/$defs/{name}")
    for definition in definitions.values():
        if "properties" in definition:
            definition["required"] = sorted(definition["properties"])
            for member in definition["properties"].values():
                member.pop("default", None)  # a report always states every member
    report = definitions.pop("Report")
    report["properties"]["schema"] = {"const": REPORT_SCHEMA}
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": REPORT_SCHEMA}
    return {**head, **report, "$defs": dict(sorted(definitions.items()))}
