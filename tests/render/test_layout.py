"""Arrays side by side, and graphs, as lines of text."""

from __future__ import annotations

import pytest

from gradlab.model import Comparison, Graph, GraphNode
from gradlab.render.layout import ASCII, UNICODE, graph_lines, plain, table_lines

ROW = Comparison(
    (3,),
    1,
    ("",),
    ("[0]", "[1]", "[2]"),
    (("1.0", "-2.5", "3.0"),),
    (("1.0", "2.5", "3.0"),),
    ((False, True, False),),
    True,
)
TABLE = Comparison(
    (20, 30),
    7,
    ("[3]", "[4]"),
    ("[8]", "[9]"),
    (("1.0", "2.0"), ("3.0", "4.0")),
    (("1.0", "0.0"), ("0.0", "4.0")),
    ((False, True), (True, False)),
    False,
)
DIAMOND = Graph(
    (
        GraphNode("x", "3.0", "leaf"),
        GraphNode("c", "2.0", "constant"),
        GraphNode("a", "x * c", "operation", (0, 1)),
        GraphNode("", "-", "operation", (2,)),
        GraphNode("b", "a.exp()", "operation", (2,), wrong=True, note="reference 1.0, yours 2.0"),
        GraphNode("loss", "*", "operation", (3, 4), start=True),
    )
)


def test_a_row_stands_below_its_indices_and_what_differs_is_marked() -> None:
    assert plain(table_lines(ROW)) == (
        "            [0]    [1]   [2]\nreference   1.0   -2.5   3.0\nyours       1.0   >2.5   3.0"
    )


def test_tables_stand_beside_each_other_where_there_is_room() -> None:
    assert plain(table_lines(TABLE)) == (
        "reference          yours\n"
        "      [8]   [9]          [8]   [9]\n"
        "[3]   1.0   2.0    [3]   1.0  >0.0\n"
        "[4]   3.0   4.0    [4]  >0.0   4.0\n"
        "(a part of shape (20, 30), around the first difference)"
    )


def test_tables_stand_below_each_other_where_there_is_no_room() -> None:
    lines = plain(table_lines(TABLE, 30)).splitlines()
    assert lines[0] == "reference"
    assert lines[4] == "yours"
    assert len(lines) == 9


def test_what_differs_is_told_apart_for_colours() -> None:
    marked = [piece.text.strip() for line in table_lines(TABLE) for piece in line if piece.wrong]
    assert marked == [">0.0", ">0.0"]


def test_a_graph_goes_down_from_what_was_made_last() -> None:
    assert plain(graph_lines(DIAMOND)) == (
        "● loss = *  (backward starts here)\n"
        "├─╮\n"
        "│ ✗ b = a.exp()   ◂ reference 1.0, yours 2.0\n"
        "│ │\n"
        "● │ -\n"
        "│ │\n"
        "├─╯\n"
        "● a = x * c\n"
        "├─╮\n"
        "│ · c = 2.0\n"
        "○ x = 3.0"
    )


def test_a_graph_can_be_drawn_in_ascii() -> None:
    text = plain(graph_lines(DIAMOND, ASCII))
    assert text.isascii()
    assert text.splitlines()[:3] == [
        "* loss = *  (backward starts here)",
        "|-.",
        "| ! b = a.exp()   <- reference 1.0, yours 2.0",
    ]


def test_a_note_that_has_no_room_beside_its_node_stands_below() -> None:
    lines = plain(graph_lines(DIAMOND, UNICODE, 30)).splitlines()
    assert lines[2:4] == ["│ ✗ b = a.exp()", "│ │ ◂ reference 1.0, yours 2.0"]


def test_a_lane_that_crosses_others_is_drawn_over_them() -> None:
    graph = Graph(
        (
            GraphNode("x", "", "leaf"),
            GraphNode("w", "", "leaf"),
            GraphNode("h", "x * w", "operation", (0, 1)),
            GraphNode("y", "h + x", "operation", (2, 0), start=True),
        )
    )
    assert plain(graph_lines(graph)) == (
        "● y = h + x  (backward starts here)\n├─╮\n● │ h = x * w\n├─┼─╮\n│ │ ○ w\n├─╯\n○ x"
    )


@pytest.mark.parametrize("signs", [UNICODE, ASCII])
def test_text_from_a_submission_is_made_harmless(signs: object) -> None:
    graph = Graph(
        (GraphNode("x\x1b[2J", "1\n2", "leaf", note="\u202e"), GraphNode("y", "", "operation", (0,)))
    )
    text = plain(graph_lines(graph, signs))  # type: ignore[arg-type]
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert len(text.splitlines()) == 3
