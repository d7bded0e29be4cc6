"""The course's secret, from which the seeds of hidden checks are derived. It never leaves `.gradlab/secret`."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from gradlab.errors import CourseError

__all__ = ["load_or_create"]

_BYTES = 32


def load_or_create(course_root: Path, warn: Callable[[str], object] = lambda text: None) -> bytes:
    """Return the secret of a course, made on first need, readable by its owner only.

    `warn` receives a sentence if others can read it. Raises CourseError if it cannot be read or made.
    """
    path = course_root / ".gradlab" / "secret"
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        if not path.exists():
            _create(path)
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
        others = path.stat().st_mode & 0o077 if os.name == "posix" else 0
    except OSError as error:
        raise CourseError(f"The course's secret {path} cannot be used: {error.strerror}.") from error
    except ValueError as error:
        raise CourseError(
            f"{path} does not hold a secret that gradlab made. Restore it from a copy."
        ) from error
    if len(secret) != _BYTES:
        raise CourseError(f"{path} holds {len(secret)} bytes, {_BYTES} are expected. Restore it from a copy.")
    if others:
        warn(f"Others can read the course's secret: run 'chmod 600 {path}'.")
    return secret


def _create(path: Path) -> None:
    """Write a new secret. Of several processes that do so at once, the first one's stays."""
    own = path.with_name(f"secret.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(secrets.token_hex(_BYTES) + "\n")
    try:
        os.link(own, path)
    except FileExistsError:
        pass
    finally:
        own.unlink()
