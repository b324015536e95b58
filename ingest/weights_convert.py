"""Whisper weights in CTranslate2 form, read as openai-whisper names them, so that both engines run the same
ones.

The two forms hold the same numbers. CTranslate2 lays query, key and value into one matrix (key and value
where the decoder looks at the encoder), drops nothing, and fills the bias Whisper's key does not have with
zeros. Its file is: version, kind of model, revision, then each variable with name, shape, type and bytes,
then aliases.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.errors import ModelIncomplete, ModelUnknown

Array = NDArray[Any]

_TYPES = (np.float32, np.int8, np.int16, np.int32, np.float16)  # in the order of CTranslate2's DataType
_BFLOAT16 = 5
_READABLE = range(4, 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What openai-whisper calls a checkpoint: sizes, tensors by name, heads (layer, head) that follow the
    words.
    """

    dims: Mapping[str, int]
    tensors: Mapping[str, Array]
    alignment_heads: tuple[tuple[int, int], ...]


def converted(folder: Path) -> Checkpoint:
    """Read a model folder (`model.bin`, `config.json`). Raises ModelIncomplete, ModelUnknown (another
    kind).
    """
    variables = _read(folder / "model.bin", folder.name)
    tensors = dict(_renamed(variables))
    config = json.loads((folder / "config.json").read_text())
    return Checkpoint(
        dims=_sizes(variables, tensors),
        tensors=tensors,
        alignment_heads=tuple((int(layer), int(head)) for layer, head in config.get("alignment_heads", ())),
    )


class _File:
    def __init__(self, data: memoryview, model: str) -> None:
        self._data, self._model, self._at = data, model, 0

    def take(self, size: int, what: str) -> memoryview:
        piece = self._data[self._at : self._at + size]
        if len(piece) != size:
            raise ModelIncomplete(self._model, f"the end of model.bin (from {what} on)")
        self._at += size
        return piece

    def number(self, form: str, what: str = "its header") -> int:
        return int(struct.unpack(f"<{form}", self.take(struct.calcsize(form), what))[0])

    def text(self, what: str = "its header") -> str:
        return bytes(self.take(self.number("H", what), what)).rstrip(b"\0").decode()


def _read(path: Path, model: str) -> dict[str, Array]:
    file = _File(np.memmap(path, dtype=np.uint8, mode="r").data, model)
    if file.number("I") not in _READABLE or file.text() != "WhisperSpec":
        raise ModelUnknown(model)
    file.number("I")
    variables: dict[str, Array] = {}
    for _ in range(file.number("I")):
        name = file.text()
        shape = [file.number("I", name) for _ in range(file.number("B", name))]
        kind = file.number("B", name)
        raw = file.take(file.number("I", name), name)
        if kind == _BFLOAT16:  # the upper half of a float32
            array: Array = (np.frombuffer(raw, np.uint16).astype(np.uint32) << 16).view(np.float32)
        else:
            array = np.frombuffer(raw, _TYPES[kind])
        variables[name] = array.reshape(shape)
    for _ in range(file.number("I", "the aliases")):
        alias = file.text("the aliases")
        variables[alias] = variables[file.text("the aliases")]
    return {name: _unpacked(name, variables) for name in variables if not name.endswith("_scale")}


def _unpacked(name: str, variables: Mapping[str, Array]) -> Array:
    """Whole numbers back to real ones: each row was multiplied by its own scale."""
    array, scale = variables[name], variables.get(f"{name}_scale")
    if scale is None or array.dtype not in (np.int8, np.int16):
        return array
    return array.astype(np.float32) / scale.astype(np.float32).reshape(-1, *[1] * (array.ndim - 1))


def _layers(variables: Mapping[str, Array], side: str) -> int:
    return sum(
        1
        for name in variables
        if name.startswith(f"{side}/layer_") and name.endswith("/ffn/layer_norm/gamma")
    )


def _renamed(variables: Mapping[str, Array]) -> Iterator[tuple[str, Array]]:
    yield "encoder.positional_embedding", variables["encoder/position_encodings/encodings"]
    yield "decoder.positional_embedding", variables["decoder/position_encodings/encodings"]
    yield "decoder.token_embedding.weight", variables["decoder/embeddings/weight"]
    for conv in ("conv1", "conv2"):
        yield from _pair(variables, f"encoder/{conv}", f"encoder.{conv}")
    yield from _norm(variables, "encoder/layer_norm", "encoder.ln_post")
    yield from _norm(variables, "decoder/layer_norm", "decoder.ln")
    for side in ("encoder", "decoder"):
        for i in range(_layers(variables, side)):
            yield from _block(
                variables, f"{side}/layer_{i}", f"{side}.blocks.{i}", looks_back=side == "decoder"
            )


def _block(
    variables: Mapping[str, Array], old: str, new: str, *, looks_back: bool
) -> Iterator[tuple[str, Array]]:
    yield from _norm(variables, f"{old}/self_attention/layer_norm", f"{new}.attn_ln")
    yield from _parted(variables, f"{old}/self_attention/linear_0", f"{new}.attn", ("query", "key", "value"))
    yield from _pair(variables, f"{old}/self_attention/linear_1", f"{new}.attn.out")
    if looks_back:
        yield from _norm(variables, f"{old}/attention/layer_norm", f"{new}.cross_attn_ln")
        yield from _pair(variables, f"{old}/attention/linear_0", f"{new}.cross_attn.query")
        yield from _parted(variables, f"{old}/attention/linear_1", f"{new}.cross_attn", ("key", "value"))
        yield from _pair(variables, f"{old}/attention/linear_2", f"{new}.cross_attn.out")
    yield from _norm(variables, f"{old}/ffn/layer_norm", f"{new}.mlp_ln")
    yield from _pair(variables, f"{old}/ffn/linear_0", f"{new}.mlp.0")
    yield from _pair(variables, f"{old}/ffn/linear_1", f"{new}.mlp.2")


def _norm(variables: Mapping[str, Array], old: str, new: str) -> Iterator[tuple[str, Array]]:
    yield f"{new}.weight", variables[f"{old}/gamma"]
    yield f"{new}.bias", variables[f"{old}/beta"]


def _pair(variables: Mapping[str, Array], old: str, new: str) -> Iterator[tuple[str, Array]]:
    yield f"{new}.weight", variables[f"{old}/weight"]
    yield f"{new}.bias", variables[f"{old}/bias"]


def _parted(
    variables: Mapping[str, Array], old: str, new: str, parts: tuple[str, ...]
) -> Iterator[tuple[str, Array]]:
    weights = np.split(variables[f"{old}/weight"], len(parts))
    biases = np.split(variables[f"{old}/bias"], len(parts))
    for part, weight, bias in zip(parts, weights, biases, strict=True):
        yield f"{new}.{part}.weight", weight
        if part != "key":
            yield f"{new}.{part}.bias", bias


def _sizes(variables: Mapping[str, Array], tensors: Mapping[str, Array]) -> dict[str, int]:
    n_vocab, n_text_state = tensors["decoder.token_embedding.weight"].shape
    n_audio_state, n_mels, _ = tensors["encoder.conv1.weight"].shape
    return {
        "n_mels": n_mels,
        "n_audio_ctx": len(tensors["encoder.positional_embedding"]),
        "n_audio_state": n_audio_state,
        "n_audio_head": int(variables["encoder/num_heads"]),
        "n_audio_layer": _layers(variables, "encoder"),
        "n_vocab": n_vocab,
        "n_text_ctx": len(tensors["decoder.positional_embedding"]),
        "n_text_state": n_text_state,
        "n_text_head": int(variables["decoder/num_heads"]),
        "n_text_layer": _layers(variables, "decoder"),
    }
