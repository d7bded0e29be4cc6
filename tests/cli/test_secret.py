"""The course's secret: made once, unreadable to others, never lost silently."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gradlab.errors import CourseError
from gradlab.secret import load_or_create


def test_the_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    secret = load_or_create(tmp_path)
    assert len(secret) == 32
    assert load_or_create(tmp_path) == secret
    assert (tmp_path / ".gradlab" / "secret").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / ".gradlab").iterdir()] == ["secret"]


def test_two_courses_have_two_secrets(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
    assert load_or_create(tmp_path / "a") != load_or_create(tmp_path / "b")


def test_those_who_make_it_at_once_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(load_or_create, [tmp_path] * 8))) == 1


def test_a_secret_that_others_can_read_is_warned_of(tmp_path: Path) -> None:
    load_or_create(tmp_path)
    path = tmp_path / ".gradlab" / "secret"
    path.chmod(0o644)
    warnings: list[str] = []
    load_or_create(tmp_path, warnings.append)
    assert warnings == [f"Others can read the course's secret: run 'chmod 600 {path}'."]


@pytest.mark.parametrize(
    ("content", "words"), [("not hex", "does not hold a secret"), ("abcd", "holds 2 bytes, 32 are expected")]
)
def test_a_damaged_secret_is_never_replaced(tmp_path: Path, content: str, words: str) -> None:
    load_or_create(tmp_path)
    path = tmp_path / ".gradlab" / "secret"
    path.write_text(content)
    with pytest.raises(CourseError, match=words):
        load_or_create(tmp_path)
    assert path.read_text() == content


def test_a_folder_that_cannot_hold_the_secret_is_said_so(tmp_path: Path) -> None:
    (tmp_path / ".gradlab").write_text("a file")
    with pytest.raises(CourseError, match=r"secret .* cannot be used: "):
        load_or_create(tmp_path)
