"""One started child process: output with a deadline, errors with a cap, its group killed."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable

_STDERR_KEPT = 64 * 1024
_BLOCK = 256 * 1024


class Running:
    """A child process that leads its own session, with pipes for standard output and error (unbuffered)."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        if process.stdout is None or process.stderr is None:
            raise ValueError("both pipes are needed")
        self._stdout = process.stdout
        self._stderr_pipe = process.stderr
        self._stderr = b""
        self._begun = time.monotonic()
        self.seconds = 0.0
        self.timed_out = False
        self.was_killed = False
        self._freed = False
        self._drain = threading.Thread(target=self._drain_stderr, name="jail-stderr", daemon=True)
        self._drain.start()

    @property
    def returncode(self) -> int:
        return self._process.wait()

    def stderr(self) -> str:
        """The last 64 KiB of what the program said, after it has ended."""
        self._drain.join()
        return self._stderr.decode("utf-8", "replace")

    def _drain_stderr(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while block := os.read(self._stderr_pipe.fileno(), _BLOCK):
                self._stderr = (self._stderr + block)[-_STDERR_KEPT:]

    def _read_some(self, size: int, deadline: float) -> bytes:
        poll = select.poll()
        poll.register(self._stdout, select.POLLIN)
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            self.timed_out = True
            self.kill()
            return b""
        return os.read(self._stdout.fileno(), size)

    def read(self, size: int, wait_s: float) -> bytes:
        """Exactly `size` bytes, fewer at the end; each call waits at most `wait_s`, then kills."""
        deadline = time.monotonic() + wait_s
        parts: list[bytes] = []
        missing = size
        while missing and (block := self._read_some(min(missing, _BLOCK), deadline)):
            parts.append(block)
            missing -= len(block)
        return b"".join(parts)

    def read_all(self, wall_s: float, most_bytes: int, on_line: Callable[[str], None] | None) -> bytes | None:
        """All output within `wall_s` of the start, or None when it is more than `most_bytes` (and killed).

        With `on_line` the lines go there and nothing is kept.
        """
        deadline = self._begun + wall_s
        kept = bytearray()
        while block := self._read_some(_BLOCK, deadline):
            kept += block
            if on_line is not None:
                *lines, rest = kept.split(b"\n")
                kept = bytearray(rest)
                for line in lines:
                    on_line(line.decode("utf-8", "replace"))
            if len(kept) > most_bytes:
                self.kill()
                return None
        return bytes(kept)

    def finish(self, wait_s: float) -> None:
        """Wait for the end after the output has closed; a child that hangs on is killed."""
        try:
            self._process.wait(timeout=wait_s if not self.was_killed else None)
        except subprocess.TimeoutExpired:
            self.timed_out = True
        self.seconds = time.monotonic() - self._begun

    def kill(self) -> None:
        """Kill the whole group and free the pipes; safe to call twice and after the end."""
        if self._freed:
            return
        self._freed = True
        self.was_killed = self._process.poll() is None
        # The group is signalled even after its leader ended: a grandchild may live on and hold the pipes
        # open.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._drain.join()
        self._stdout.close()
        self._stderr_pipe.close()
