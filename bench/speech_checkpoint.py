"""Write a model folder as the `.pt` file the plain `whisper` command takes, so that both run the same
weights.

python bench/speech_checkpoint.py MODEL_FOLDER OUT.pt (a Python that has torch)
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch

from ingest.weights_convert import converted


def main(folder: Path, out: Path) -> None:
    """Plain tensors only, so that it loads with `weights_only`."""
    made = converted(folder)
    tensors = {name: torch.from_numpy(array.copy()) for name, array in made.tensors.items()}
    torch.save({"dims": dict(made.dims), "model_state_dict": tensors}, out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
