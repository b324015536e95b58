"""Run media programs where they reach no network and no neighbour's file, within bounds of time and memory.

Decoders are the most attacked code of an archive: whoever sends a file chooses what they read. So each
program gets the one file it must read, one scratch folder it may write, an empty environment, no standard
input, no network, and limits of memory, processor, files and wall clock; it is killed with all its
children. Three kinds, best first: bubblewrap (sees nothing but what is named), an own network namespace, a
filter that refuses sockets; the last two hide other files by Landlock where the kernel has it. None holds:
`JailMissing`, and nothing is decoded (docs/security.md).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ingest import confine
from ingest.errors import (
    IngestError,
    JailMissing,
    NoScratchSpace,
    OutputTooLarge,
    ProgramFailed,
    ProgramMissing,
    TookTooLong,
)
from ingest.running import Running

Kind = Literal["bubblewrap", "namespace", "seccomp"]
KINDS: tuple[Kind, ...] = ("bubblewrap", "namespace", "seccomp")

_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin")
_SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/alternatives")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
_KILLED_FOR_SIZE = (-25, 128 + 25)
_KILLED_FOR_TIME = (-24, 128 + 24)
_MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one program may use. `wall_s` bounds a run as a whole, and in a stream each wait for the next
    bytes.
    """

    wall_s: float = 120.0
    cpu_s: int = 240
    memory_bytes: int = 2048 * _MIB
    file_bytes: int = 8192 * _MIB
    open_files: int = 64
    stdout_bytes: int = 16 * _MIB

    def as_plan(self) -> dict[str, int]:
        return {
            "cpu_s": self.cpu_s,
            "memory_bytes": self.memory_bytes,
            "file_bytes": self.file_bytes,
            "open_files": self.open_files,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """What a program that ended well left behind; `stderr` is the last 64 KiB of it."""

    stdout: bytes
    stderr: str
    seconds: float


DEFAULT_LIMITS = Limits()


class Stream:
    """The standard output of a jailed program, read as it comes. Use as a context manager; leaving it
    kills.

    `read(n)` gives exactly n bytes, fewer only at the end, b"" after it. The end is announced only if the
    program ended well: else `ProgramFailed`, `TookTooLong` or a kin is raised, so a killed decoder is
    never a short recording.
    """

    def __init__(self, running: Running, program: str, limits: Limits) -> None:
        self._running = running
        self._program = program
        self._limits = limits
        self._ended = False
        self._problem: IngestError | None = None

    def read(self, size: int) -> bytes:
        if self._problem is not None:
            raise self._problem
        if self._ended:
            return b""
        data = self._running.read(size, self._limits.wall_s)
        if len(data) < size:
            self._ended = True
            self._running.finish(self._limits.wall_s)
            self._running.kill()
            try:
                _judge(self._running, self._program, self._limits)
            except IngestError as problem:
                # What came before the break is good: it is given out first, and the break told at the next
                # call.
                self._problem = problem
                if not data:
                    raise
        return data

    def close(self) -> None:
        """End the program, whatever it was doing; safe to call twice."""
        self._ended = True
        self._running.kill()

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _judge(running: Running, program: str, limits: Limits) -> None:
    """Raise the error that fits how a program ended, if it did not end well."""
    if running.timed_out:
        raise TookTooLong(program, limits.wall_s)
    code, stderr = running.returncode, running.stderr()
    if code in _KILLED_FOR_TIME or (code in (-9, 137) and not running.was_killed):
        raise TookTooLong(program, limits.cpu_s)
    if code in _KILLED_FOR_SIZE or "File too large" in stderr:
        raise OutputTooLarge(program, limits.file_bytes)
    if "No space left on device" in stderr:
        raise NoScratchSpace
    if code != 0:
        raise ProgramFailed(program, code, stderr)


def find_program(name: str) -> str:
    """The absolute path of an installed program.

    Raises:
        ProgramMissing: It is not on this machine's PATH.
    """
    found = shutil.which(name)
    if found is None:
        raise ProgramMissing(name)
    return str(Path(found).absolute())


class Jail:
    """One way of running programs that was tried on this machine and holds. Make it with `Jail.detect`."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind

    @classmethod
    def detect(cls, scratch: Path, *, kinds: Sequence[Kind] = KINDS) -> Jail:
        """The first kind that holds here, shown by trying to break out of it from inside.

        `scratch` is an existing folder; what the trial writes there is removed again.

        Raises:
            JailMissing: None holds; `JailMissing.package` is what to install.
        """
        from ingest.jailbreak import holds

        for kind in kinds:
            jail = cls(kind)
            try:
                if holds(jail, scratch):
                    return jail
            except (IngestError, OSError):
                continue
        raise JailMissing

    def run(
        self,
        argv: Sequence[str],
        *,
        read: Sequence[Path] = (),
        write: Path | None = None,
        limits: Limits = DEFAULT_LIMITS,
        on_line: Callable[[str], None] | None = None,
    ) -> Completed:
        """Run a program to its end. `argv` is a list, never a shell line; `argv[0]` a program's name or
        path.

        The program sees the files `read` (read only) and the folder `write`, at their own absolute paths.
        `on_line` gets each line of standard output as it comes (ffmpeg's `-progress pipe:1`).

        Raises:
            ProgramMissing, ProgramFailed, TookTooLong, OutputTooLarge, NoScratchSpace.
        """
        running = self._start(argv, read, write, limits)
        program = Path(argv[0]).name
        try:
            stdout = running.read_all(limits.wall_s, limits.stdout_bytes, on_line)
            running.finish(limits.wall_s)
        finally:
            running.kill()
        if stdout is None:
            raise OutputTooLarge(program, limits.stdout_bytes)
        _judge(running, program, limits)
        return Completed(stdout=stdout, stderr=running.stderr(), seconds=running.seconds)

    def stream(
        self, argv: Sequence[str], *, read: Sequence[Path] = (), limits: Limits = DEFAULT_LIMITS
    ) -> Stream:
        """Start a program whose standard output is read piece by piece (PCM). See `Stream` and `run`.

        Give `limits.cpu_s` room for the whole file: it counts all the program does.
        The thread that starts a stream must outlive it: the kernel ends the program with that thread, so
        that nothing runs on after a killed worker.
        """
        return Stream(self._start(argv, read, None, limits), Path(argv[0]).name, limits)

    def _start(
        self, argv: Sequence[str], read: Sequence[Path], write: Path | None, limits: Limits
    ) -> Running:
        program = find_program(argv[0])
        inputs = [str(path.absolute()) for path in read]
        outputs = [] if write is None else [str(write.absolute())]
        inside = [program, *argv[1:]]
        if self.kind == "bubblewrap":
            inside = self._bubblewrap(program, inputs, outputs) + inside
        plan = {
            "parent": os.getpid(),
            "network": "outer" if self.kind == "bubblewrap" else self.kind,
            "read": [*_SYSTEM, *_SYSTEM_FILES, *_programs(program), *inputs],
            "write": [*_DEVICES, *outputs],
            "limits": limits.as_plan(),
        }
        launcher = [sys.executable, "-I", "-S", confine.__file__, json.dumps(plan)]
        process = subprocess.Popen(
            launcher + inside,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={},
            cwd="/",
            start_new_session=True,
            bufsize=0,
        )
        return Running(process)

    def _bubblewrap(self, program: str, inputs: Sequence[str], outputs: Sequence[str]) -> list[str]:
        argv = [find_program("bwrap"), "--unshare-all", "--die-with-parent", "--cap-drop", "ALL"]
        for folder in _SYSTEM:
            place = Path(folder)
            if place.is_symlink():
                argv += ["--symlink", str(place.readlink()), folder]
            elif place.is_dir():
                argv += ["--ro-bind", folder, folder]
        argv += ["--dev", "/dev"]
        for path in (*_SYSTEM_FILES, *_programs(program)):
            argv += ["--ro-bind-try", path, path]
        for path in outputs:
            argv += ["--bind", path, path]
        for path in inputs:
            argv += ["--ro-bind", path, path]
        return [*argv, "--remount-ro", "/", "--chdir", "/", "--"]


def _programs(program: str) -> list[str]:
    """Folders outside the system's that a program needs: its own, and for Python the environment it lives
    in.
    """
    if program == sys.executable:
        roots = {sys.prefix, sys.base_prefix, str(Path(sys.base_prefix).resolve())}
        return sorted(root for root in roots if root not in ("/", "/usr"))
    folder = str(Path(program).resolve().parent)
    return [] if folder.startswith(_SYSTEM) else [folder]
