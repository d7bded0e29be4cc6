"""macOS's sandbox, as far as it can be tried anywhere: its profile, its place in the command line, and that it is proved."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from gradlab.isolation import Broker, Limits, next_nonce, seatbelt
from gradlab.wire import Compile, Compiled


def shim(folder: Path, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend to be on macOS, with a sandbox-exec that runs `body`."""
    program = folder / "sandbox-exec"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setattr(sys, "platform", "darwin")


def test_a_profile_denies_all_but_what_python_reads() -> None:
    lines = seatbelt.profile(['/somewhere/with "quotes"']).splitlines()
    assert lines[:2] == ["(version 1)", "(deny default)"]
    assert "(deny process-fork)" in lines
    assert not [line for line in lines if line.startswith("(allow network")]
    [reads] = [line for line in lines if line.startswith("(allow file-read* ")]
    assert os.path.realpath(sys.base_prefix) in reads
    assert '(subpath "/somewhere/with \\"quotes\\"")' in reads
    assert [line for line in lines if line.startswith("(allow file-write")] == [
        '(allow file-write-data (literal "/dev/null"))'
    ]
    for line in lines:
        assert line.count("(") == line.count(")")


def test_elsewhere_there_is_no_such_sandbox() -> None:
    if sys.platform != "darwin":
        assert seatbelt.prefix([]) == []


def test_a_sandbox_that_confines_nothing_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shim(tmp_path, 'shift 2; exec "$@"', monkeypatch)
    with Broker() as broker:
        assert broker.isolation.level == "none"
        [(level, walls, why)] = broker.refused
        assert (level, walls) == ("partial", ("sandbox-exec",))
        assert why.startswith("Nothing stopped the probe child when it tried to ")
        assert "read a file" in why
        with broker.worker(Limits()) as worker:
            assert isinstance(worker.ask(Compile(next_nonce(), [], "engine.py"), 20), Compiled)


def test_a_sandbox_that_does_not_start_is_level_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shim(tmp_path, "exit 71", monkeypatch)
    with Broker() as broker:
        assert broker.isolation.level == "none"
        assert "could not be confined by sandbox-exec" in broker.refused[0].why


@pytest.mark.skipif(sys.platform != "darwin", reason="the real sandbox is macOS's")
def test_the_real_sandbox_reaches_level_partial() -> None:
    with Broker() as broker:
        assert broker.isolation.level == "partial", broker.refused
