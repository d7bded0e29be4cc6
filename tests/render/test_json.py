"""The report as JSON, and its schema."""

from __future__ import annotations

import json
from importlib.resources import files

import jsonschema
import msgspec
import pytest

from gradlab.model import Report
from gradlab.render.json import dump, render, schema


def shipped() -> object:
    return json.loads((files("gradlab") / "report.schema.json").read_text(encoding="utf-8"))


def test_the_shipped_schema_is_the_generated_one() -> None:
    assert shipped() == schema(), (
        "Write gradlab.render.json.dump(schema()) to grader/gradlab/report.schema.json."
    )


@pytest.mark.parametrize("students", [True, False])
def test_a_report_fits_the_shipped_schema(report: Report, students: bool) -> None:
    data = json.loads(render(report.for_student() if students else report))
    jsonschema.Draft202012Validator(shipped()).validate(data)
    assert next(iter(data)) == "schema"
    assert data["schema"] == "gradlab/report/1"


@pytest.mark.parametrize("member", ["schema", "score", "isolation", "notes", "provisional"])
def test_a_report_without_a_member_does_not_fit_the_schema(report: Report, member: str) -> None:
    data = json.loads(render(report))
    del data[member]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, schema())


def test_the_schema_knows_the_outcomes_and_the_version(report: Report) -> None:
    for change in ({"outcome": "perfect"}, {"schema": "gradlab/report/2"}, {"score": "100"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**json.loads(render(report)), **change}, schema())


def test_json_is_read_back_as_the_same_report(report: Report) -> None:
    assert msgspec.json.decode(render(report), type=Report) == report


def test_json_on_a_terminal_is_printable_ascii() -> None:
    text = dump({"x": "\x1b[31m \x7f \x9b \u202e \u2028 é"})
    assert all(" " <= char <= "~" or char == "\n" for char in text)
    assert json.loads(text) == {"x": "\x1b[31m \x7f \x9b \u202e \u2028 é"}


def test_a_students_json_has_nothing_of_a_hidden_check_but_its_verdict(report: Report) -> None:
    hidden = json.loads(render(report.for_student()))["checks"][-1]
    assert (hidden["findings"], hidden["program"], hidden["diagnosis"], hidden["seconds"]) == (
        [],
        None,
        None,
        None,
    )
    assert hidden["title"] == "Nobody may see more"
