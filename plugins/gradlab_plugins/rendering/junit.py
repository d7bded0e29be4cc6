"""The report as JUnit XML in pytest's flavour: a case for each check, at most one verdict in a case, points as
properties."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from gradlab import CheckResult, Outcome, Report, Story, clean, inert_commands, stories
from gradlab_plugins.rendering.markdown import points
from gradlab_plugins.rendering.told import told

__all__ = ["render"]

# What XML 1.0 has no way to write, not even as a reference.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_KINDS = {Outcome.FAILED: "failure", Outcome.ERROR: "error", Outcome.SKIPPED: "skipped"}


def render(report: Report) -> str:
    """Return one suite. Checks that share a row of the text report are a case each here."""
    checks = report.checks
    counts = {kind: sum(check.outcome is outcome for check in checks) for outcome, kind in _KINDS.items()}
    suites = ET.Element("testsuites", name="gradlab")
    suite = ET.SubElement(
        suites,
        "testsuite",
        name=_legal(report.assignment),
        tests=str(len(checks)),
        failures=str(counts["failure"]),
        errors=str(counts["error"]),
        skipped=str(counts["skipped"]),
        time=f"{sum(check.seconds or 0.0 for check in checks):.3f}",
        timestamp=_legal(report.graded_at),
    )
    _properties(suite, {"score": points(report.score), "max_score": points(report.max_score)})
    for story in stories(report):
        for check in story.checks:
            _case(suite, report, check, story)
    ET.indent(suites)
    written: bytes = ET.tostring(suites, encoding="us-ascii", xml_declaration=True)
    return inert_commands(written.decode("ascii"), "&#{};") + "\n"


def _case(suite: ET.Element, report: Report, check: CheckResult, story: Story) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        classname=_legal(f"{report.assignment}.{check.task}"),
        name=_legal(check.name),
        time=f"{check.seconds or 0.0:.3f}",
    )
    given = {"title": check.title, "score": points(check.score), "max_score": points(check.max_score)}
    _properties(case, given | ({"hidden": "true"} if check.hidden else {}))
    if check.outcome in _KINDS:
        message = clean(check.findings[0].message if check.findings else check.title)
        verdict = ET.SubElement(case, _KINDS[check.outcome], message=_legal(message))
        verdict.text = _legal(told(story))


def _properties(parent: ET.Element, values: dict[str, str]) -> None:
    properties = ET.SubElement(parent, "properties")
    for name, value in values.items():
        ET.SubElement(properties, "property", name=name, value=_legal(value))


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)
