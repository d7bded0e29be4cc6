"""The report as one HTML page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import msgspec
import pytest

from gradlab.model import Comparison, Finding, Graph, GraphNode, Report
from gradlab.render.html import render
from gradlab.render.placing import placed

from .hostile import ATTACKS, poisoned

VOID = {"meta", "path", "rect", "br", "hr", "img", "input", "link"}


class Page(HTMLParser):
    """Reads a page as a browser does, and refuses what a browser would have to repair."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


def with_comparison(report: Report) -> Report:
    comparison = Comparison(
        (2, 2),
        1,
        ("[0]", "[1]"),
        ("[0]", "[1]"),
        (("1.0", "2.0"), ("3.0", "4.0")),
        (("1.0", "0.0"), ("3.0", "4.0")),
        ((False, True), (False, False)),
        True,
    )
    finding = msgspec.structs.replace(report.checks[1].findings[0], comparison=comparison)
    checks = list(report.checks)
    checks[1] = msgspec.structs.replace(checks[1], findings=(finding, Finding("x", "differs", "1", "2")))
    return msgspec.structs.replace(report, checks=tuple(checks))


def test_the_page_says_what_the_text_says(report: Report) -> None:
    page = Page(render(with_comparison(report).for_student()))
    for text in (
        "x.grad is 1.0, the reference has 2.0.",
        "y = x + x",
        "This program shows it:",
        "assigns .grad instead of adding to it",
        "A tensor used twice must receive the sum of both contributions.",
        "engine.py:142",
        "grade check --only paths",
        "Skipped, because 'Adds up' comes first",
        "fault of gradlab",
        "hidden",
        "%matplotlib is left out",
        "alice , attempt 3",
    ):
        assert text.replace(" ", "") in page.words.replace(" ", ""), text
    assert page.tags.count("svg") == 2  # the arrow heads, and one graph


def test_a_hidden_check_shows_no_more_than_its_title(report: Report) -> None:
    hidden = msgspec.structs.replace(report, checks=report.checks[-1:]).for_student()
    words = Page(render(hidden)).words
    assert "Nobody may see more" in words
    assert "x.grad" not in words
    assert "engine.py:142" not in words


def test_the_page_needs_nothing_from_elsewhere_and_allows_no_script(report: Report) -> None:
    text = render(report.for_student())
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "object", "base", "form"} & set(page.tags)
    assert "default-src 'none'" in text
    addresses = [value for _, value in page.attributes if "//" in value]
    assert addresses == ["http://www.w3.org/2000/svg"]
    assert "url(" not in re.sub(r"url\(#tip(-wrong)?\)", "", text)
    assert "@import" not in text


@pytest.mark.parametrize("attack", ATTACKS)
def test_text_from_anywhere_is_shown_and_never_obeyed(report: Report, attack: str) -> None:
    honest, attacked = (
        Page(render(one)) for one in (with_comparison(report), poisoned(with_comparison(report), attack))
    )
    assert [tag for tag in attacked.tags if tag != "code"] == [tag for tag in honest.tags if tag != "code"]
    assert {name for name, _ in attacked.attributes} == {name for name, _ in honest.attributes}
    assert "49" not in attacked.words


def test_the_page_is_ascii_and_can_be_written_anywhere(report: Report) -> None:
    assert render(poisoned(report, "größer ✗ 数")).isascii()


def test_what_stands_in_backquotes_is_code(report: Report) -> None:
    check = msgspec.structs.replace(report.checks[0], title="Use `<x>` or ` alone")
    assert "<h3>Use `&lt;x&gt;` or ` alone</h3>" in render(msgspec.structs.replace(report, checks=(check,)))
    check = msgspec.structs.replace(report.checks[0], title="Use `<x>` here")
    assert "<h3>Use <code>&lt;x&gt;</code> here</h3>" in render(
        msgspec.structs.replace(report, checks=(check,))
    )


def boxes_overlap(graph: Graph) -> bool:
    boxes = placed(graph).boxes
    return any(
        abs(one.x - other.x) < (one.width + other.width) / 2
        and abs(one.y - other.y) < (one.height + other.height) / 2
        for number, one in enumerate(boxes)
        for other in boxes[:number]
    )


GRAPHS = {
    "a chain": [(), (0,), (1,), (2,)],
    "a square": [(), (0, 0)],
    "a diamond": [(), (0,), (0,), (1, 2)],
    "a long and a short way": [(), (0,), (1,), (2,), (3, 0)],
    "two outputs": [(), (), (0, 1), (0, 1)],
    "everything of everything": [(), (0,), (0, 1), (0, 1, 2), (0, 1, 2, 3)],
}


@pytest.mark.parametrize("shape", GRAPHS)
def test_every_node_stands_below_what_uses_it_and_beside_no_other(shape: str) -> None:
    graph = Graph(
        tuple(GraphNode(f"x{number}", "a * b", "leaf", inputs) for number, inputs in enumerate(GRAPHS[shape]))
    )
    drawing = placed(graph)
    assert not boxes_overlap(graph)
    for index, node in enumerate(graph.nodes):
        assert all(drawing.boxes[other].y > drawing.boxes[index].y for other in node.inputs)
    assert len(drawing.edges) == sum(len(node.inputs) for node in graph.nodes)
    assert len({edge.path for edge in drawing.edges}) == len(drawing.edges)
    assert all(box.x - box.width / 2 >= 0 and box.x + box.width / 2 <= drawing.width for box in drawing.boxes)
    assert all(
        box.y - box.height / 2 >= 0 and box.y + box.height / 2 <= drawing.height for box in drawing.boxes
    )
