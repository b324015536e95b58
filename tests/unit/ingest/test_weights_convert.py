"""Weights in CTranslate2 form are read whole, renamed without loss, and a missing end is named."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from ingest.errors import ModelIncomplete, ModelUnknown
from ingest.weights_convert import converted

STATE, HEADS, VOCABULARY = 4, 2, 10


def text(value: str) -> bytes:
    data = value.encode() + b"\0"
    return struct.pack("<H", len(data)) + data


def variable(name: str, array: np.ndarray) -> bytes:  # type: ignore[type-arg]
    kind = {"float32": 0, "int8": 1, "float16": 4, "uint16": 5}[
        str(array.dtype)
    ]  # uint16 holds bfloat16 here
    head = text(name) + struct.pack("<B", array.ndim) + b"".join(struct.pack("<I", n) for n in array.shape)
    return head + struct.pack("<BI", kind, array.nbytes) + array.tobytes()


def small_model() -> dict[str, np.ndarray]:  # type: ignore[type-arg]
    """One layer each side; every number different, so that a swap shows."""
    random = np.random.default_rng(3)

    def some(*shape: int) -> np.ndarray:  # type: ignore[type-arg]
        return random.normal(size=shape).astype(np.float32)

    out = {
        "encoder/num_heads": np.array(HEADS, np.int8),
        "decoder/num_heads": np.array(HEADS, np.int8),
        "encoder/position_encodings/encodings": some(6, STATE),
        "decoder/position_encodings/encodings": some(5, STATE),
        "decoder/embeddings/weight": some(VOCABULARY, STATE),
        "encoder/conv1/weight": some(STATE, 80, 3),
        "encoder/conv1/bias": some(STATE),
        "encoder/conv2/weight": some(STATE, STATE, 3),
        "encoder/conv2/bias": some(STATE),
    }
    for side in ("encoder", "decoder"):
        blocks = [
            ("self_attention", ("linear_0", 3), ("linear_1", 1)),
            ("ffn", ("linear_0", 4), ("linear_1", 1)),
        ]
        if side == "decoder":
            blocks.append(("attention", ("linear_0", 1), ("linear_1", 2), ("linear_2", 1)))
        for part, *linears in blocks:
            base = f"{side}/layer_0/{part}"
            out |= {f"{base}/layer_norm/gamma": some(STATE), f"{base}/layer_norm/beta": some(STATE)}
            for name, times in linears:
                out |= {
                    f"{base}/{name}/weight": some(times * STATE, STATE),
                    f"{base}/{name}/bias": some(times * STATE),
                }
        out |= {f"{side}/layer_norm/gamma": some(STATE), f"{side}/layer_norm/beta": some(STATE)}
    return out


def write(folder: Path, variables: dict[str, np.ndarray], kind: str = "WhisperSpec") -> Path:  # type: ignore[type-arg]
    body = b"".join(variable(name, array) for name, array in variables.items())
    aliases = struct.pack("<I", 1) + text("decoder/projection/weight") + text("decoder/embeddings/weight")
    head = struct.pack("<I", 6) + text(kind) + struct.pack("<I", 3) + struct.pack("<I", len(variables))
    (folder / "model.bin").write_bytes(head + body + aliases)
    (folder / "config.json").write_text(json.dumps({"alignment_heads": [[0, 1]]}))
    return folder


def test_query_key_and_value_are_parted_and_nothing_is_lost(tmp_path: Path) -> None:
    variables = small_model()
    made = converted(write(tmp_path, variables))
    fused = variables["decoder/layer_0/self_attention/linear_0/weight"]
    parts = [made.tensors[f"decoder.blocks.0.attn.{part}.weight"] for part in ("query", "key", "value")]
    assert np.array_equal(np.concatenate(parts), fused)
    crossed = variables["decoder/layer_0/attention/linear_1/bias"]
    assert np.array_equal(made.tensors["decoder.blocks.0.cross_attn.value.bias"], crossed[STATE:])
    assert not any(name.endswith("key.bias") for name in made.tensors)
    assert made.alignment_heads == ((0, 1),)


def test_sizes_are_read_from_the_tensors(tmp_path: Path) -> None:
    assert converted(write(tmp_path, small_model())).dims == {
        "n_mels": 80,
        "n_audio_ctx": 6,
        "n_audio_state": STATE,
        "n_audio_head": HEADS,
        "n_audio_layer": 1,
        "n_vocab": VOCABULARY,
        "n_text_ctx": 5,
        "n_text_state": STATE,
        "n_text_head": HEADS,
        "n_text_layer": 1,
    }


def test_whole_numbers_become_real_ones_by_their_rows_scale(tmp_path: Path) -> None:
    name = "encoder/layer_0/ffn/linear_1/weight"
    packed = np.array([[10, 20, 30, 40]] * STATE, np.int8)
    variables = {**small_model(), name: packed, f"{name}_scale": np.array([1, 2, 4, 5], np.float32)}
    found = converted(write(tmp_path, variables)).tensors["encoder.blocks.0.mlp.2.weight"]
    assert found[:, 0].tolist() == [10.0, 5.0, 2.5, 2.0]


def test_bfloat16_is_the_upper_half_of_a_real_number(tmp_path: Path) -> None:
    values = np.array([1.0, -2.5, 0.0, 96.0], np.float32)
    variables = {**small_model(), "encoder/conv1/bias": (values.view(np.uint32) >> 16).astype(np.uint16)}
    assert converted(write(tmp_path, variables)).tensors["encoder.conv1.bias"].tolist() == values.tolist()


@pytest.mark.parametrize("left", [0.1, 0.5, 0.99])
def test_a_missing_end_is_named(tmp_path: Path, left: float) -> None:
    file = write(tmp_path, small_model()) / "model.bin"
    file.write_bytes(file.read_bytes()[: int(left * file.stat().st_size)])
    with pytest.raises(ModelIncomplete) as refused:
        converted(tmp_path)
    assert "the end of model.bin" in refused.value.message


def test_another_kind_of_model_is_not_taken_for_whisper(tmp_path: Path) -> None:
    with pytest.raises(ModelUnknown):
        converted(write(tmp_path, small_model(), kind="TransformerSpec"))
