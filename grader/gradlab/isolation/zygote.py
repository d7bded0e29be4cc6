"""The broker's end of a zygote: start it, wait for its Hello, give it orders."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from gradlab.errors import IsolationError
from gradlab.worker import control

__all__ = ["ENVIRONMENT", "LAUNCH", "Zygote"]

_LAUNCHER = Path(__file__).resolve().parents[1] / "worker" / "launch.py"
LAUNCH = (
    sys.executable,
    "-I",
    "-B",
    "-X",
    "utf8",
    str(_LAUNCHER),
)  # the command line that module and arguments follow

# All that a worker process is given. One BLAS thread, because a worker may start none. The last two make freed arrays
# return to the system at once: glibc raises its mmap threshold after the first free, and then keeps them.
ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "MALLOC_MMAP_THRESHOLD_": "65536",
    "NUMPY_MADVISE_HUGEPAGE": "0",
}

_HELLO_SECONDS = 60.0
_ORDER_SECONDS = 30.0


class Zygote:
    """A zygote process. The constructor only starts it; `hello` waits until it has loaded everything."""

    def __init__(self, engine: str | None, roots: Sequence[str]) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lock = threading.Lock()
        self._hello: control.Hello | None = None
        self._closed = False
        with theirs:
            self._process = subprocess.Popen(
                [*LAUNCH, "zygote", str(theirs.fileno()), engine or "", *map(os.path.abspath, roots)],
                env=ENVIRONMENT,
                cwd="/",
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )

    def hello(self) -> control.Hello:
        """Return what the zygote says of itself once it is ready. Raises IsolationError."""
        with self._lock:
            if self._hello is None:
                answer = self._answer(_HELLO_SECONDS)
                if not isinstance(answer, control.Hello):
                    raise IsolationError(f"The zygote started with {answer!r} instead of a greeting.")
                self._hello = answer
        return self._hello

    def order(self, order: control.Order, descriptors: Sequence[int] = ()) -> control.Answer:
        """Give an order, with descriptors that the zygote gets copies of. Raises IsolationError."""
        if self._closed:
            raise IsolationError("The zygote is closed.")
        self.hello()
        with self._lock:
            try:
                socket.send_fds(self._socket, [control.encode(order)], descriptors)
            except OSError as error:
                raise IsolationError(f"The zygote is gone ({error}). {self._last_words()}") from None
            answer = self._answer(_ORDER_SECONDS)
        if isinstance(answer, control.Failed):
            raise IsolationError(f"The zygote could not do as it was told: {answer.why}.")
        return answer

    def close(self) -> None:
        """Hang up. The zygote ends, and the kernel ends its workers."""
        self._closed = True
        self._socket.close()
        if self._hello is None:  # nobody has waited for it to load, so neither does this; it has no workers
            self._process.kill()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        if self._process.returncode is None:
            self._process.kill()
            self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def _answer(self, seconds: float) -> control.Answer:
        self._socket.settimeout(seconds)
        try:
            data = self._socket.recv(control.MAX_MESSAGE)
        except TimeoutError:
            raise IsolationError(f"The zygote did not answer within {seconds:g} seconds.") from None
        if not data:
            raise IsolationError(f"The zygote ended. {self._last_words()}")
        return control.decode_answer(data)

    def _last_words(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        if self._process.returncode is None or self._process.stderr is None:
            return ""
        lines = self._process.stderr.read(1 << 16).decode("utf-8", "replace").strip().splitlines()
        return f"Its last words: {lines[-1]}" if lines else ""
