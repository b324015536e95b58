"""Give up rights, then become another program: the last step into the jail.

Run as `python -I -S confine.py`. Self-contained (standard library only) because it runs before anything of
ours could be imported. It takes a JSON plan and the program's argument list. It is a program of its own,
not a `preexec_fn`, because code between fork and exec may deadlock in a process with threads. If any right
cannot be given up it ends with code 125 and runs nothing.

Sources: prctl(2), seccomp(2), landlock(7), unshare(2), getrlimit(2).
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import resource
import signal
import struct
import sys

REFUSED = 125

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_SECCOMP_MODE_FILTER = 2
_SECCOMP_ALLOW, _SECCOMP_ERRNO_EPERM, _SECCOMP_KILL = 0x7FFF0000, 0x00050001, 0x80000000
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_X32_BIT = 0x40000000

# Audit number of the machine, and the system calls refused: those that make or borrow a socket (socket,
# io_uring_setup, pidfd_getfd), that reach into other processes (ptrace, process_vm_readv and _writev), or
# that change namespaces and mounts (setns, unshare, mount, bpf).
_FILTERS = {
    "x86_64": (0xC000003E, (41, 425, 438, 101, 310, 311, 308, 272, 165, 321)),
    "aarch64": (0xC00000B7, (198, 425, 438, 117, 270, 271, 268, 97, 40, 280)),
}

_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_FS_EXECUTE, _FS_WRITE_FILE, _FS_READ_FILE, _FS_READ_DIR = 1, 2, 4, 8
_FS_ALL_FIRST = (1 << 13) - 1
_FS_TRUNCATE = 1 << 14
_FS_OF_FILES = _FS_EXECUTE | _FS_WRITE_FILE | _FS_READ_FILE | _FS_TRUNCATE


class _Refusal(Exception):
    """A right that could not be given up."""


def _call(name: str, result: int) -> int:
    if result < 0:
        raise _Refusal(f"{name}: {os.strerror(ctypes.get_errno())}")
    return result


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _parent_lives(parent: int) -> None:
    """The signal of a parent's death is not sent for a parent that died before it was asked for."""
    if os.getppid() != parent:
        raise _Refusal("the worker is gone")


def own_network(libc: ctypes.CDLL) -> None:
    """Move into an empty network namespace; with a user namespace where possible, so that root is root no
    more.
    """
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        _call("unshare", libc.unshare(_CLONE_NEWNET))


def _instruction(code: int, true: int, false: int, value: int) -> bytes:
    return struct.pack("HBBI", code, true, false, value)


def socket_filter(machine: str) -> bytes:
    """The filter program for this machine: wrong architecture: killed; a refused call: EPERM; the rest:
    allowed.
    """
    if machine not in _FILTERS:
        raise _Refusal(f"no socket filter for {machine}")
    audit, refused = _FILTERS[machine]
    program = [
        _instruction(_LOAD, 0, 0, 4),
        _instruction(_JUMP_EQUAL, 1, 0, audit),
        _instruction(_RETURN, 0, 0, _SECCOMP_KILL),
        _instruction(_LOAD, 0, 0, 0),
    ]
    if machine == "x86_64":
        program.append(_instruction(_JUMP_AT_LEAST, len(refused) + 1, 0, _X32_BIT))
    for place, number in enumerate(refused):
        program.append(_instruction(_JUMP_EQUAL, len(refused) - place, 0, number))
    program.append(_instruction(_RETURN, 0, 0, _SECCOMP_ALLOW))
    program.append(_instruction(_RETURN, 0, 0, _SECCOMP_ERRNO_EPERM))
    return b"".join(program)


def no_sockets(libc: ctypes.CDLL, machine: str) -> None:
    """Install the filter; needs no_new_privs. It holds for this process and all its children, for good."""
    code = ctypes.create_string_buffer(socket_filter(machine))
    count = (len(code) - 1) // 8
    program = struct.pack("HxxxxxxP", count, ctypes.addressof(code))
    _call("seccomp", libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program, 0, 0))


def only_these_files(libc: ctypes.CDLL, read: list[str], write: list[str]) -> bool:
    """Hide every file but those named (Landlock). False where the kernel has none; the rest of the jail
    holds.
    """
    abi = libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if abi < 1:
        return False
    handled = _FS_ALL_FIRST | (_FS_TRUNCATE if abi >= 3 else 0)
    attributes = struct.pack("Q", handled)
    rules = _call("landlock", libc.syscall(_LANDLOCK_CREATE, attributes, ctypes.c_size_t(8), 0))
    for paths, wanted in ((read, _FS_EXECUTE | _FS_READ_FILE | _FS_READ_DIR), (write, handled)):
        for path in paths:
            try:
                handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
            except FileNotFoundError:
                continue
            rights = wanted if os.path.isdir(path) else wanted & _FS_OF_FILES  # noqa: PTH112
            rule = struct.pack("=Qi", rights & handled, handle)
            _call("landlock", libc.syscall(_LANDLOCK_ADD, rules, 1, rule, 0))
            os.close(handle)
    _call("landlock", libc.syscall(_LANDLOCK_RESTRICT, rules, 0))
    os.close(rules)
    return True


def bounds(limits: dict[str, int]) -> None:
    """Bound memory, time and files; no core dump, which would write what is heard to the disk."""
    kinds = {
        "memory_bytes": resource.RLIMIT_AS,
        "cpu_s": resource.RLIMIT_CPU,
        "file_bytes": resource.RLIMIT_FSIZE,
        "open_files": resource.RLIMIT_NOFILE,
    }
    for name, kind in kinds.items():
        hard = resource.getrlimit(kind)[1]
        value = limits[name] if hard == resource.RLIM_INFINITY else min(limits[name], hard)
        resource.setrlimit(kind, (value, value))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(arguments: list[str]) -> int:
    """Carry out the plan in `arguments[0]`, then become `arguments[1:]` with an empty environment."""
    plan = json.loads(arguments[0])
    program = arguments[1:]
    libc = _libc()
    try:
        _call("prctl", libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))
        _parent_lives(plan["parent"])
        if plan["network"] == "namespace":
            own_network(libc)
        if plan["network"] != "outer":
            _call("prctl", libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
            only_these_files(libc, plan["read"], plan["write"])
            # In an own namespace too: sockets with a path in the file system are reachable from there.
            if plan["network"] == "seccomp" or platform.machine() in _FILTERS:
                no_sockets(libc, platform.machine())
        # Python ignores these two; a program that inherits that would not notice a full pipe or a file
        # limit.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        bounds(plan["limits"])
        os.execve(program[0], program, {})  # noqa: S606
    except (_Refusal, OSError, ValueError) as problem:
        sys.stderr.write(f"jail: {problem}\n")
    return REFUSED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
