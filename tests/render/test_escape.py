"""Text from a submission is shown, never obeyed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradlab.render.escape import clean, inert_commands


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, [brackets] and größer", "plain text, [brackets] and größer"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\x9b31m", "\\x9b31m"),
        ("a\rb", "a\\x0db"),
        ("a\tb", "a    b"),
        ("a\nb", "a\\nb"),
        ("\u202egp.exe", "\\u202egp.exe"),
        ("\u2028", "\\u2028"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("\0", "\\x00"),
        ("e\u0301", "e\u0301"),
    ],
)
def test_what_could_be_obeyed_is_written_as_an_escape(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_lines_are_kept_where_they_are_wanted() -> None:
    assert clean("a\r\nb\nc", lines=True) == "a\nb\nc"


def test_long_text_is_cut_and_says_so() -> None:
    assert clean("x" * 12, limit=10) == "xxxxxxxxxx ... (2 more characters)"


@given(st.text(st.characters(codec=None)))
def test_cleaned_text_is_printable_and_stays_so(text: str) -> None:
    shown = clean(text, lines=True)
    assert not any(unicodedata.category(char)[0] == "C" and char != "\n" for char in shown)
    assert clean(shown, lines=True, limit=len(shown)) == shown


@given(st.text(":# \t\u00a0\u2003x[vso\n", max_size=30))
def test_inert_output_holds_no_command(text: str) -> None:
    shown = inert_commands(text)
    assert not any(line.lstrip().startswith("::") for line in shown.split("\n"))
    assert "##[" not in shown
    assert "##vso[" not in shown
