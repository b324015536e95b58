"""The jail: each kind is tried from inside; bounds hold; errors tell what happened; nothing is left running."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingest import confine
from ingest.errors import JailMissing, OutputTooLarge, ProgramFailed, ProgramMissing, TookTooLong
from ingest.jail import KINDS, Jail, Kind, Limits
from ingest.jailbreak import attempts, holds
from tests.media_files import the_jail

MIB = 1 << 20


def python(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", code, *arguments]


def works(kind: Kind) -> bool:
    """Whether a program runs at all in this kind of jail here (a container may forbid some)."""
    try:
        Jail(kind).run(python("pass"))
    except (ProgramFailed, ProgramMissing):
        return False
    return True


WORKING = [kind for kind in KINDS if works(kind)]


@pytest.fixture(params=WORKING)
def jail(request: pytest.FixtureRequest) -> Jail:
    return Jail(request.param)


def test_a_jail_is_found_and_the_best_one_first(tmp_path: Path) -> None:
    assert Jail.detect(tmp_path).kind == WORKING[0]
    assert list(tmp_path.iterdir()) == []


def test_from_inside_nothing_is_reached_but_what_was_given(jail: Jail, tmp_path: Path) -> None:
    assert holds(jail, tmp_path)
    done = attempts(jail, tmp_path)
    assert done["read target"] is done["write folder"] is done["made"] is True
    assert done["connect"] is done["altered"] is False
    assert done["environment"] == []


def test_a_neighbours_file_is_hidden(jail: Jail, tmp_path: Path) -> None:
    if jail.kind != "bubblewrap" and not landlock():
        assert attempts(jail, tmp_path)["read neighbour"] is True
        return
    done = attempts(jail, tmp_path)
    assert done["read neighbour"] is False
    assert done["alter target"] is False


def landlock() -> bool:
    code = "import ctypes; raise SystemExit(ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1) < 1)"
    return subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_any_kind_nothing_is_decoded(tmp_path: Path) -> None:
    with pytest.raises(JailMissing) as caught:
        Jail.detect(tmp_path, kinds=())
    assert caught.value.package == "bubblewrap"
    assert "apt-get install bubblewrap" in caught.value.message


def test_a_jail_that_lets_a_connection_through_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confine, "__file__", str(open_door(tmp_path)))
    with pytest.raises(JailMissing):
        Jail.detect(tmp_path, kinds=("seccomp",))


def open_door(folder: Path) -> Path:
    """A launcher that gives up nothing."""
    path = folder / "open_door.py"
    path.write_text("import os, sys; os.execve(sys.argv[2], sys.argv[2:], {})")
    return path


def test_standard_input_is_empty_and_output_comes_back(jail: Jail) -> None:
    code = "import sys; print(len(sys.stdin.read())); sys.stderr.write('said')"
    done = jail.run(python(code))
    assert done.stdout == b"0\n"
    assert done.stderr == "said"


def test_lines_come_as_they_are_printed(jail: Jail) -> None:
    lines: list[str] = []
    done = jail.run(python("print('one'); print('two'); print('three', end='')"), on_line=lines.append)
    assert lines == ["one", "two"]
    assert done.stdout == b"three"


def test_a_program_that_fails_is_told_with_its_words(jail: Jail) -> None:
    with pytest.raises(ProgramFailed) as caught:
        jail.run(python("import sys; sys.stderr.write('Nuon'); sys.exit(7)"))
    assert (caught.value.returncode, caught.value.stderr) == (7, "Nuon")
    assert "Nuon" not in caught.value.message


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(ProgramMissing) as caught:
        the_jail().run(["no-such-program"])
    assert caught.value.program == "no-such-program"


@pytest.mark.parametrize(
    "code",
    [
        "import time; time.sleep(60)",
        "import os, time; os.close(1); os.close(2); time.sleep(60)",
        "import os, time; os.fork(); time.sleep(60)",
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)",
    ],
)
def test_what_hangs_is_killed_with_its_children(jail: Jail, code: str) -> None:
    mark = f"hang-{time.monotonic_ns()}"
    begun = time.monotonic()
    with pytest.raises(TookTooLong):
        jail.run(python(code, mark), limits=Limits(wall_s=0.5))
    assert time.monotonic() - begun < 10
    assert not running(mark)


def running(mark: str) -> bool:
    """Whether a process with this word on its command line lives; the kernel may need a moment to clear it away."""
    for _ in range(50):
        lines = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                lines.append(path.read_bytes())
            except OSError:
                continue
        if not any(mark.encode() in line for line in lines):
            return False
        time.sleep(0.1)
    return True


def test_processor_time_is_bounded(jail: Jail) -> None:
    with pytest.raises(TookTooLong):
        jail.run(python("while True: pass"), limits=Limits(cpu_s=1, wall_s=30))


def test_memory_is_bounded(jail: Jail) -> None:
    with pytest.raises(ProgramFailed) as caught:
        jail.run(python("bytearray(600 << 20)"), limits=Limits(memory_bytes=512 * MIB))
    assert "MemoryError" in caught.value.stderr


def test_the_size_of_files_is_bounded(jail: Jail, tmp_path: Path) -> None:
    code = "import sys; open(sys.argv[1], 'wb').write(bytes(3 << 20))"
    with pytest.raises(OutputTooLarge):
        jail.run(python(code, str(tmp_path / "f")), write=tmp_path, limits=Limits(file_bytes=MIB))
    assert (tmp_path / "f").stat().st_size <= MIB


def test_the_size_of_the_output_is_bounded(jail: Jail) -> None:
    code = "import sys\nwhile True: sys.stdout.write('x' * 65536)"
    with pytest.raises(OutputTooLarge):
        jail.run(python(code), limits=Limits(stdout_bytes=MIB))


def test_errors_without_end_are_drained_and_the_last_are_kept(jail: Jail) -> None:
    code = "import sys\nfor _ in range(300): sys.stderr.write('x' * 65536)\nsys.stderr.write('last')"
    done = jail.run(python(code))
    assert done.stderr.endswith("last")
    assert len(done.stderr) == 65536


def test_no_core_dump_is_written(jail: Jail, tmp_path: Path) -> None:
    code = "import resource; print(resource.getrlimit(resource.RLIMIT_CORE))"
    assert jail.run(python(code), write=tmp_path).stdout == b"(0, 0)\n"


def test_a_stream_gives_exact_pieces_to_the_end(jail: Jail) -> None:
    with jail.stream(python("import sys; sys.stdout.buffer.write(bytes(1000_001))")) as stream:
        sizes = []
        while data := stream.read(400_000):
            sizes.append(len(data))
        assert stream.read(1) == b""
    assert sizes == [400_000, 400_000, 200_001]


def test_a_stream_whose_program_breaks_gives_its_last_bytes_then_the_error(jail: Jail) -> None:
    code = "import sys; sys.stdout.buffer.write(b'good'); sys.stdout.flush(); sys.exit(3)"
    with jail.stream(python(code)) as stream:
        assert stream.read(100) == b"good"
        with pytest.raises(ProgramFailed):
            stream.read(100)


def test_a_stream_that_stalls_is_killed(jail: Jail) -> None:
    code = "import sys, time; sys.stdout.write('ab'); sys.stdout.flush(); time.sleep(60)"
    with jail.stream(python(code), limits=Limits(wall_s=4)) as stream:
        assert stream.read(4) == b"ab"
        with pytest.raises(TookTooLong):
            stream.read(4)


def test_leaving_a_stream_ends_its_program(jail: Jail) -> None:
    mark = f"leave-{time.monotonic_ns()}"
    code = "import sys\nwhile True: sys.stdout.write('x' * 65536)"
    with jail.stream(python(code, mark)) as stream:
        stream.read(10)
        assert running_now(mark)
    stream.close()
    assert stream.read(1) == b""
    assert not running(mark)


def running_now(mark: str) -> bool:
    lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    return any(mark.encode() in line for line in lines)


def test_a_worker_that_is_killed_leaves_no_child(jail: Jail, tmp_path: Path) -> None:
    mark = f"orphan-{time.monotonic_ns()}"
    code = (
        "import sys\nfrom ingest.jail import Jail\n"
        f"Jail({jail.kind!r}).run([sys.executable, '-I', '-S', '-c', "
        f"'print(1, flush=True); import time; time.sleep(60)', {mark!r}], on_line=lambda _: print('up', flush=True))"
    )
    root = Path(__file__).parents[3]
    with subprocess.Popen([sys.executable, "-c", code], cwd=root, stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"up\n"
        worker.kill()
    assert not running(mark)


def test_the_socket_filter_refuses_on_every_machine_it_knows() -> None:
    for machine in ("x86_64", "aarch64"):
        program = confine.socket_filter(machine)
        assert len(program) % 8 == 0
        assert program.endswith(b"\x06\x00\x00\x00\x01\x00\x05\x00")


def test_every_kind_that_should_work_here_was_tested() -> None:
    """The filter alone needs nothing of the machine, so at least that one is never missing on x86-64 and arm64."""
    assert "seccomp" in WORKING
