"""Try a jail from inside (a connection, a neighbour's file, the input) before it is trusted."""

from __future__ import annotations

import json
import socket
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.jail import Jail

# Runs inside. Each attempt is reported by name; "ran" shows that the trial itself took place.
_ATTEMPTS = """
import json, os, socket, sys
port, target, neighbour, folder = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
done = {"ran": True, "environment": sorted(k for k in os.environ if k not in ("LC_CTYPE", "PWD"))}
def attempt(name, action):
    try:
        action()
        done[name] = True
    except OSError:
        done[name] = False
def connect():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as talk:
        talk.settimeout(3)
        talk.connect(("127.0.0.1", port))
def write(path):
    with open(path, "ab") as file:
        file.write(b"x")
attempt("connect", connect)
attempt("read target", lambda: open(target, "rb").read(1))
attempt("read neighbour", lambda: open(neighbour, "rb").read(1))
attempt("alter target", lambda: write(target))
attempt("write folder", lambda: write(os.path.join(folder, "made")))
print(json.dumps(done))
"""


def attempts(jail: Jail, scratch: Path) -> dict[str, object]:
    """What a program managed to do inside: name of the attempt -> whether it succeeded.

    Raises what `Jail.run` raises when the trial could not even run.
    """
    from ingest.jail import Limits

    with (
        tempfile.TemporaryDirectory(dir=scratch, prefix="jail-") as name,
        socket.create_server(("127.0.0.1", 0)) as listener,
    ):
        folder = Path(name)
        target, neighbour, made = folder / "target", folder / "neighbour", folder / "out"
        target.write_bytes(b"t")
        neighbour.write_bytes(b"n")
        made.mkdir()
        port = str(listener.getsockname()[1])
        argv = [sys.executable, "-I", "-S", "-c", _ATTEMPTS, port, str(target), str(neighbour), str(made)]
        limits = Limits(wall_s=20, cpu_s=10, memory_bytes=512 << 20, file_bytes=1 << 20)
        done: dict[str, object] = json.loads(jail.run(argv, read=[target], write=made, limits=limits).stdout)
        listener.setblocking(False)
        try:
            listener.accept()[0].close()
            done["connect"] = True
        except BlockingIOError:
            pass
        done["altered"] = target.read_bytes() != b"t"
        done["made"] = (made / "made").exists()
    return done


def holds(jail: Jail, scratch: Path) -> bool:
    """Whether the work could be done inside and nothing else: no connection from any kind of jail, and from
    bubblewrap no neighbour's file and no change to the input (the other kinds hide files only with
    Landlock).
    """
    done = attempts(jail, scratch)
    works = done["ran"] is True and done["read target"] is True and done["made"] is True
    if not works or done["connect"] is not False or done["environment"] != []:
        return False
    files_safe = done["read neighbour"] is False and done["altered"] is False
    return files_safe or jail.kind != "bubblewrap"
