"""All benchmarks, each in a process of its own: `make bench`. Ratios are of one run on one machine.

`python -m bench.run [NAME …]` runs only those named. SAKSI_SAMPLES names the recordings that `speech` needs.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BENCHMARKS = ("decide", "vault", "site", "search", "speech")


def main() -> int:
    """Run them; the exit status is the worst of theirs."""
    wanted = sys.argv[1:] or list(BENCHMARKS)
    worst = 0
    for name in wanted:
        if name == "speech" and not os.environ.get("SAKSI_SAMPLES"):
            print("== speech: left out; set SAKSI_SAMPLES to a folder of recordings (docs/speech.md)", flush=True)
            continue
        print(f"== {name}", flush=True)
        worst = max(worst, subprocess.run([sys.executable, "-m", f"bench.{name}"], cwd=ROOT, check=False).returncode)
    return worst


if __name__ == "__main__":
    raise SystemExit(main())
