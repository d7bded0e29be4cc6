"""Reports for other programs, read back by parsers that are not ours."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from markdown_it import MarkdownIt

from gradlab.errors import CourseError, UsageError
from gradlab.manager import build_manager
from gradlab.model import Report
from gradlab.render.formats import OWN, named, renderers
from gradlab.renderer import Renderer

from .hostile import ATTACKS, poisoned


def rendered(name: str, report: Report) -> str:
    return named(name, ()).render(report.for_student())


def test_all_forms_are_known_by_their_names() -> None:
    assert list(renderers(build_manager())) == [*OWN, "markdown", "junit", "github", "gradescope"]


def test_an_unknown_form_is_refused_with_what_was_meant() -> None:
    with pytest.raises(UsageError, match=r"There is no format 'markdwn'\. Did you mean 'markdown'\?"):
        named("markdwn", ())
    with pytest.raises(UsageError, match=r"There is no format 'pdf'\. There are text, json, html, markdown"):
        named("pdf", ())


def test_two_plugins_with_the_same_form_are_refused() -> None:
    import types

    import gradlab

    def register_renderers() -> list[Renderer]:
        return [Renderer("html", lambda report: "")]

    plugin = types.ModuleType("second")
    plugin.register_renderers = gradlab.hookimpl(register_renderers)  # type: ignore[attr-defined]
    manager = build_manager()
    manager.register(plugin)
    with pytest.raises(CourseError, match="Two plugins offer the format 'html'"):
        renderers(manager)


@pytest.mark.parametrize("name", ["html", "markdown", "junit", "github", "gradescope"])
def test_every_form_says_why_a_check_failed_and_nothing_of_a_hidden_one(report: Report, name: str) -> None:
    text = rendered(name, report)
    assert "requires_grad=True" in text
    assert "Nobody may see more" in text
    assert text.count("1.0, the reference has 2.0") in (1, 2)  # junit and GitHub have it as a message, too


# --- JUnit -------------------------------------------------------------------------------------------------------
def test_junit_has_a_case_for_each_check_and_at_most_one_verdict_in_it(report: Report) -> None:
    (suite,) = ET.fromstring(rendered("junit", report))
    cases = suite.findall("testcase")
    verdicts = [[child.tag for child in case if child.tag != "properties"] for case in cases]
    assert verdicts == [[], ["failure"], ["skipped"], ["error"], ["failure"]]
    assert {key: suite.get(key) for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "5",
        "failures": "2",
        "errors": "1",
        "skipped": "1",
    }
    given = {p.get("name"): p.get("value") for p in cases[1].iter("property")}
    assert given == {"title": "The gradients of every path are added up", "score": "0", "max_score": "2"}


@pytest.mark.parametrize("attack", ATTACKS)
def test_junit_stays_the_same_xml_whatever_the_texts_are(report: Report, attack: str) -> None:
    honest, attacked = (ET.fromstring(rendered("junit", one)) for one in (report, poisoned(report, attack)))
    assert [element.tag for element in attacked.iter()] == [element.tag for element in honest.iter()]


# --- GitHub ------------------------------------------------------------------------------------------------------
_COMMAND = re.compile(r"^::(?P<name>[a-z-]+)(?: (?P<properties>[^:]*))?::(?P<data>.*)$")


def obeyed(log: str) -> list[dict[str, Any]]:
    """Return the commands that a runner obeys: lines that begin with one, until commands are stopped."""
    commands, token = [], None
    for line in re.split(r"\r\n|\r|\n", log):
        found = _COMMAND.match(line.lstrip())
        if token is not None:
            token = None if line.strip() == f"::{token}::" else token
        elif found and found["name"] == "stop-commands":
            token = found["data"]
        elif found:
            properties = dict(part.split("=", 1) for part in (found["properties"] or "").split(",") if part)
            commands.append({"name": found["name"], **properties, "data": found["data"]})
    assert token is None
    return commands


def test_github_gets_one_annotation_for_each_check_that_did_not_pass(report: Report) -> None:
    first, *others = obeyed(rendered("github", report))
    assert first == {
        "name": "error",
        "file": "engine.py",
        "line": "142",
        "title": "2.3 The gradients of every path are added up",
        "data": "x.grad is 1.0, the reference has 2.0.",
    }
    assert [command["name"] for command in others] == ["notice", "warning", "error"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_github_obeys_nothing_that_a_submission_says(report: Report, attack: str) -> None:
    log = rendered("github", poisoned(report, attack))
    assert [command["name"] for command in obeyed(log)] == ["error", "notice", "warning", "error"]
    assert {key for command in obeyed(log) for key in command} == {"name", "file", "line", "title", "data"}
    assert "##[" not in log
    assert "##vso[" not in log


# --- Gradescope --------------------------------------------------------------------------------------------------
FORMATS = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
TEST = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "score": {"type": "number"},
        "max_score": {"type": "number"},
        "status": {"enum": ["passed", "failed"]},
        "name": {"type": "string"},
        "name_format": FORMATS,
        "number": {"type": "string"},
        "output": {"type": "string"},
        "output_format": FORMATS,
        "tags": {"type": "array", "items": {"type": "string"}},
        "visibility": VISIBILITY,
        "extra_data": {"type": "object"},
    },
}
RESULTS = {
    "type": "object",
    "additionalProperties": False,
    "required": ["tests"],
    "properties": {
        "score": {"type": "number"},
        "execution_time": {"type": "number"},
        "output": {"type": "string"},
        "output_format": FORMATS,
        "test_output_format": FORMATS,
        "test_name_format": FORMATS,
        "visibility": VISIBILITY,
        "stdout_visibility": VISIBILITY,
        "extra_data": {"type": "object"},
        "tests": {"type": "array", "items": TEST},
        "leaderboard": {"type": "array"},
    },
}


@pytest.mark.parametrize("attack", ["", *ATTACKS])
def test_gradescope_gets_what_its_specification_allows(report: Report, attack: str) -> None:
    text = rendered("gradescope", poisoned(report, attack))
    results = json.loads(text)
    assert text.isascii()
    jsonschema.validate(results, RESULTS)
    assert results["score"] == report.score
    assert [test["status"] for test in results["tests"]] == ["passed", "failed", "failed", "failed", "failed"]
    assert {test["visibility"] for test in results["tests"]} == {"visible"}


# --- Markdown ----------------------------------------------------------------------------------------------------
def tokens(text: str) -> list[tuple[str, str]]:
    """Return what a Markdown parser makes of a text, without the texts themselves."""
    found = []
    for token in MarkdownIt("gfm-like", {"linkify": False, "html": True}).enable("strikethrough").parse(text):
        found.append((token.type, token.tag))
        found += [
            (child.type, child.tag)
            for child in token.children or ()
            if child.type not in ("text", "text_special")
        ]
    return found


@pytest.mark.parametrize("attack", ATTACKS)
def test_markdown_stays_the_same_document_whatever_the_texts_are(report: Report, attack: str) -> None:
    honest, attacked = (rendered("markdown", one) for one in (report, poisoned(report, attack)))
    assert tokens(attacked) == tokens(honest)
    outside = re.sub(r"(?ms)^(`{3,})\w*$.*?^\1$", "", attacked)
    assert not re.search(
        r"(?<!\\)[@#](?=[a-z0-9])|(?<!\\):\w+(?<!\\):|www(?<!\\)\.|https?(?<!\\)://", outside
    )


def test_markdown_shows_programs_that_can_be_pasted(report: Report) -> None:
    blocks = [token for token in MarkdownIt().parse(rendered("markdown", report)) if token.type == "fence"]
    assert blocks[0].info == "python"
    assert blocks[0].content == report.checks[1].program
