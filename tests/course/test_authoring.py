"""docs/authoring.md is carried out word for word: its commands, its files, and what it says they print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import gradlab

DOCUMENT = Path(__file__).parents[2] / "docs" / "authoring.md"
ROOTS = [Path(gradlab.__file__).parents[2] / name for name in ("reference", "grader", "plugins")]
BLOCK = re.compile(r"^(````?)(\w+)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
# A file's name ends the sentence before its text: "Write `x`:", or "add a check to the end of `x`:".
FILE = re.compile(r"`([\w./]+)`:\n\n\Z")


def steps() -> Iterator[tuple[str, str, str]]:
    """Yield (kind, file, text): commands with what they print, a file to write, or one to add to."""
    text = DOCUMENT.read_text(encoding="utf-8").partition("\n---\n")[0]
    for block in BLOCK.finditer(text):
        before = text[: block.start()]
        if block[2] == "console":
            yield "commands", "", block[3]
        elif file := FILE.search(before):
            sentence = before[before.rindex("\n\n", 0, file.start()) :]
            yield "add" if "to the end of" in sentence else "write", file[1], block[3]


def commands(block: str) -> Iterator[tuple[str, list[str], int]]:
    """Yield each command with the lines that it prints and its exit code."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, *printed = part.splitlines()
        code = 0
        if printed and (ended := re.fullmatch(r"exit code (\d+)", printed[-1])):
            code = int(ended[1])
            printed.pop()
        yield command, printed, code


def assert_printed(command: str, said: list[str], printed: list[str]) -> None:
    """Compare line by line; `...` stands for any number of lines."""
    pattern = "".join("(?:.*\n)*?" if line == "..." else re.escape(line) + "\n" for line in said)
    text = "".join(f"{line.rstrip()}\n" for line in printed)
    assert re.fullmatch(pattern, text), f"$ {command}\n{text}"


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A shell in an empty folder, whose `grade` is this very gradlab."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "grade").write_text(f'#!/bin/sh\nexec "{sys.executable}" -W error -m gradlab.cli "$@"\n')
    (tools / "grade").chmod(0o755)
    (tmp_path / "work").mkdir()
    env = {
        **os.environ,
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(map(str, ROOTS)),
        "PYTHONIOENCODING": "utf-8",
    }
    for name in ("CI", "GRADLAB_DATABASE", "GRADLAB_LEVEL_CAP"):
        env.pop(name, None)
    with subprocess.Popen(
        ["sh"],
        cwd=tmp_path / "work",
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    ) as process:
        yield process


def type_in(shell: subprocess.Popen[str], command: str) -> tuple[list[str], int, Path]:
    """Run a command; return what it printed, its exit code, and where the shell is then."""
    assert shell.stdin is not None
    assert shell.stdout is not None
    shell.stdin.write(f'{command}\necho "=== $? $(pwd)"\n')
    shell.stdin.flush()
    printed: list[str] = []
    for line in shell.stdout:
        if ended := re.fullmatch(r"=== (\d+) (.*)\n", line):
            return printed, int(ended[1]), Path(ended[2])
        printed.append(line.rstrip("\n"))
    raise AssertionError(f"the shell ended during `{command}`: {printed}")


@pytest.mark.skipif(os.name != "posix", reason="its commands are a shell's")
def test_everything_in_the_document_works_as_it_says(shell: subprocess.Popen[str]) -> None:
    _, _, here = type_in(shell, "true")
    ran: list[str] = []
    for kind, file, text in steps():
        if kind == "commands":
            for command, said, code in commands(text):
                printed, ended, here = type_in(shell, command)
                assert ended == code, f"$ {command}\n" + "\n".join(printed)
                assert_printed(command, said, printed)
                ran.append(command)
        else:
            path = here / file
            path.parent.mkdir(exist_ok=True)
            path.write_text((path.read_text() if kind == "add" else "") + text, encoding="utf-8")
    verbs = {command.split()[1] for command in ran if command.startswith("grade ")}
    assert verbs == {"init", "new", "lint", "release", "check", "submit"}


def test_the_document_s_links_lead_somewhere() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    anchors = {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    }
    for target in re.findall(r"\]\(([^)]+)\)", text):
        assert (
            target[1:] in anchors
            if target.startswith("#")
            else (DOCUMENT.parent / target).is_file() or "svg" in target
        )


def test_the_document_lists_every_setting_and_every_observer() -> None:
    from gradlab.draft import STUDENT_KEYS
    from gradlab.manager import build_manager, observers

    text = DOCUMENT.read_text(encoding="utf-8")
    table = text.partition("## `assignment.toml`")[2].partition("\n## ")[0]
    for key in (*STUDENT_KEYS, "solutions_from"):
        assert f"`{key}`" in table or f"`[{key}]`" in table or f"`[[{key}]]`" in table, key
    table = text.partition("| `observe` |")[2].partition("\n\n")[0]
    for name in observers(build_manager()):
        assert f"{name}(" in table, name
