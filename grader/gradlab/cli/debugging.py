"""Run the program that a report shows, in the student's own terminal."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from gradlab.submission import Submission

__all__ = ["engine_file", "play"]


def engine_file(path: Path, submission: Submission) -> Path:
    """Return the file on the disk that is the submission's entry."""
    if not path.is_dir():
        return path
    inside = path / submission.entry
    return inside if inside.is_file() else path / "__init__.py"  # the folder itself is the package


def play(name: str, program: str, engine: Path) -> None:
    """Run a program on an engine in a process of its own, which has this terminal."""
    click.echo(
        f"Running the program of {name} on {click.format_filename(engine)}, in your own Python and without isolation: "
        "what your engine prints shows, and breakpoint() stops in it.\n",
        err=True,
    )
    sys.stdout.flush()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{name}.py"
        file.write_text(program, encoding="utf-8")
        command = [sys.executable, "-P", "-m", "gradlab.playback", str(engine.resolve()), str(file)]
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the debugger
        try:
            subprocess.run(command, check=False)
        finally:
            signal.signal(signal.SIGINT, before)
