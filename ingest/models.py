"""From a model's name to verified weights on disk: a path, an installed package, or the hub if that is
allowed.

Every way ends in the same check: SHA-256 of the weights against `ingest.pins`. What is unknown is refused,
unless its digest was named as trusted, or it is a file on this machine, which is held to the digest of its
first use.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

from ingest import pins
from ingest.errors import ModelChecksumWrong, ModelIncomplete, ModelNotTrusted, ModelUnknown
from ingest.transcribe import ModelId

_NEEDED = ("config.json", "tokenizer.json")
_VOCABULARY = ("vocabulary.txt", "vocabulary.json")
_WEIGHTS = "model.bin"


class Hub(StrEnum):
    """Whether a model may be fetched over the network. FORBIDDEN is the default of the whole product."""

    FORBIDDEN = "forbidden"
    ALLOWED = "allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Verified weights: `path` is a folder in CTranslate2 form, or one `.pt` file of openai-whisper."""

    path: Path
    id: ModelId

    @property
    def checkpoint(self) -> bool:
        return self.path.suffix == ".pt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What a hub client brought: a folder or a `.pt` file, and the digest its publisher states ("" for
    none).
    """

    path: Path
    sha256: str
    source: str


Download = Callable[[str, Path], Fetched]


def resolve(
    model: str, *, cache: Path, hub: Hub = Hub.FORBIDDEN, trusted: str = "", download: Download | None = None
) -> Weights:
    """Weights for `model`: a path (absolute, or with a separator in it), else a name such as "base".

    `cache` is a folder for joined packages, downloads and first-use pins. `trusted` is the SHA-256 (64 hex
    digits) of weights a person vouches for. `download(name, folder)` replaces the hub client, for
    openai-whisper's own. Raises ModelUnknown, ModelIncomplete, ModelChecksumWrong, ModelNotTrusted.
    """
    if trusted and not pins.is_digest(trusted):
        raise ValueError("a trusted model is named by its SHA-256: 64 hex digits, small letters")
    if os.sep in model or model.endswith(".pt"):
        return _from_path(Path(model), cache, trusted)
    package = next((p for p in pins.PACKAGES if p.model == model), None)
    if package and any(find_spec(name) for name, _ in package.parts):
        return _from_package(package, cache)
    if hub is Hub.ALLOWED:
        return _from_hub(model, cache, trusted, download or _hub_client)
    raise ModelUnknown(model)


def digest(path: Path) -> str:
    """SHA-256 (hex) of a file, read in pieces of 1 MiB."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _from_path(path: Path, cache: Path, trusted: str) -> Weights:
    if not path.exists():
        raise ModelUnknown(path.name)
    path = path.resolve()
    file = _whole(path, path.name)
    found = digest(file)
    if trusted and found != trusted:
        raise ModelChecksumWrong(path.name, trusted, found)
    if pins.known(found) is None and not trusted:
        pins.pin_on_first_use(cache, file, found)
    return Weights(
        path=path, id=_identity(path.stem if path.is_file() else path.name, found, path, "a local path")
    )


def _from_package(package: pins.Package, cache: Path) -> Weights:
    """Joined once into `cache`, under a lock, by a rename: a killed or a second process never sees half a
    model.
    """
    pin = pins.named(package.model)
    if pin is None:
        raise ModelUnknown(package.model)
    sources = [_installed(package, name, inner) for name, inner in package.parts]
    beside = [_installed(package, name, inner) for name, inner in package.beside]
    folder = cache / f"{package.model}-{pin.sha256[:16]}"
    weights = Weights(path=folder, id=replace(pin, source=f"{package.install} ({pin.source})"))
    with pins.locked(cache):
        if folder.exists():
            if digest(_whole(folder, package.model)) == pin.sha256:
                return weights
            shutil.rmtree(folder)  # only a copy of ours, spoilt on disk: the package itself is asked again
        with tempfile.TemporaryDirectory(dir=cache, prefix=".joining-") as work:
            fresh = Path(work) / "model"
            fresh.mkdir()
            _join(sources, fresh / _WEIGHTS)
            for file in beside:
                shutil.copyfile(file, fresh / file.name)
            _check(package.model, pin.sha256, digest(fresh / _WEIGHTS))
            fresh.rename(folder)
    return weights


def _from_hub(model: str, cache: Path, trusted: str, download: Download) -> Weights:
    fetched = download(model, cache / "hub")
    found = digest(_whole(fetched.path, model))
    if trusted or fetched.sha256:
        _check(model, trusted or fetched.sha256, found)
    elif pins.known(found) is None:
        raise ModelNotTrusted(model, found)
    return Weights(path=fetched.path, id=_identity(model, found, fetched.path, fetched.source))


def _hub_client(model: str, folder: Path) -> Fetched:
    """faster-whisper's own way to the Hugging Face hub; a name is a size ("small") or "owner/model"."""
    from faster_whisper.utils import download_model

    try:
        path = Path(download_model(model, cache_dir=str(folder)))
    except (OSError, ValueError, RuntimeError) as broken:  # no network, no such model, a broken transfer
        raise ModelUnknown(model) from broken
    pin = pins.named(model)
    return Fetched(path=path, sha256=pin.sha256 if pin else "", source=f"https://huggingface.co: {model}")


def _whole(path: Path, model: str) -> Path:
    """The weights file of a complete model; what is missing is named here, before a library fetches it by
    itself.
    """
    if path.is_file():
        return path
    for name in (_WEIGHTS, *_NEEDED):
        if not (path / name).is_file():
            raise ModelIncomplete(model, name)
    if not any((path / name).is_file() for name in _VOCABULARY):
        raise ModelIncomplete(model, _VOCABULARY[0])
    return path / _WEIGHTS


def _installed(package: pins.Package, name: str, inner: str) -> Path:
    spec = find_spec(name)  # finds the folder without running the package's code
    for root in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(root) / inner).is_file():
            return Path(root) / inner
    raise ModelIncomplete(package.model, f"{Path(inner).name} of the package {name.replace('_', '-')}")


def _join(parts: list[Path], target: Path) -> None:
    with target.open("wb") as out:
        for part in parts:
            with part.open("rb") as file:
                shutil.copyfileobj(file, out, 1 << 20)
        out.flush()
        os.fsync(out.fileno())


def _check(model: str, expected: str, found: str) -> None:
    if found != expected:
        raise ModelChecksumWrong(model, expected, found)


def _identity(name: str, sha256: str, path: Path, source: str) -> ModelId:
    pin = pins.known(sha256)
    if pin:
        return replace(pin, source=f"{source} ({pin.source})")
    return ModelId(
        name=name,
        sha256=sha256,
        revision="",
        n_vocab=_vocabulary_size(path),
        licence="unknown",
        source=source,
    )


def _vocabulary_size(path: Path) -> int:
    """Tokens of an unknown model, from its vocabulary file; 0 where only the engine can tell (a `.pt`
    file).
    """
    if (path / "vocabulary.json").is_file():
        return len(json.loads((path / "vocabulary.json").read_text()))
    if (path / "vocabulary.txt").is_file():
        return (path / "vocabulary.txt").read_bytes().count(b"\n")
    return 0
