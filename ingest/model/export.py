"""Export a sentence-transformers folder to ONNX and quantise it to int8.

Runs once, at set-up: this module and `ingest/embed.py` are the only ones that import torch.
The graph has two outputs: the token vectors (1, n, d) and the normalised mean of them (1, d).
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

OUTPUTS = ("tokens", "pooled")
_OPSET = 18
_SMALLEST_EXTERNAL_BYTES = 1024
_SAMPLE_TOKEN = 5
_CHECKED = (
    "query: Hoeveel geld is er voor onderhoud?",
    "query: who signed the letter?",
    "passage: Het kabinet onderschrijft de conclusie van de Adviesraad dat dit van groot belang is.",
)


def export_graph(folder: Path, target: Path) -> None:
    """Write the float32 graph of the model in `folder` to `target`."""
    import torch
    from sentence_transformers import SentenceTransformer

    with _quiet():
        model = SentenceTransformer(str(folder), device="cpu", model_kwargs={"dtype": torch.float32})
        encoder = model[0].auto_model.eval()

        class MeanPooled(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.encoder = encoder

            def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
                tokens = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
                weights = attention_mask.unsqueeze(-1).to(tokens.dtype)
                mean = (tokens * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
                return tokens, torch.nn.functional.normalize(mean, dim=-1)

        batch, length = torch.export.Dim("batch", min=1, max=1024), torch.export.Dim("length", min=2, max=512)
        # two tensors: given one twice, the exporter takes them for one input
        ids, mask = torch.full((2, 16), _SAMPLE_TOKEN), torch.ones(2, 16, dtype=torch.long)
        torch.onnx.export(
            MeanPooled().eval(),
            (ids, mask),
            str(target),
            input_names=["input_ids", "attention_mask"],
            output_names=list(OUTPUTS),
            dynamic_shapes=({0: batch, 1: length}, {0: batch, 1: length}),
            dynamo=True,
            external_data=True,
            opset_version=_OPSET,
        )


def quantise_graph(source: Path, target: Path) -> None:
    """Write the int8 form of a graph, its weights beside it so that they can be memory-mapped."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    whole = target.with_suffix(".whole")
    with _quiet():
        quantize_dynamic(
            source,
            whole,
            per_channel=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gather"],
        )
        onnx.save_model(
            onnx.load(whole),
            target,
            save_as_external_data=True,
            all_tensors_to_one_file=True,
            location=target.with_suffix(".bin").name,
            size_threshold=_SMALLEST_EXTERNAL_BYTES,
        )
    whole.unlink()


def lowest_cosine(folder: Path, graph: Path) -> float:
    """Return the lowest cosine similarity between the graph's vectors and sentence-transformers' own."""
    import numpy as np
    import onnxruntime
    from sentence_transformers import SentenceTransformer

    with _quiet():
        model = SentenceTransformer(str(folder), device="cpu", model_kwargs={"dtype": "float32"})
        expected = model.encode(list(_CHECKED), prompt="")
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    lowest = 1.0
    for text, vector in zip(_CHECKED, expected, strict=True):
        ids = np.array([model.tokenizer(text)["input_ids"]], dtype=np.int64)
        pooled = session.run(["pooled"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0][0]
        lowest = min(lowest, float(pooled @ vector))
    return lowest


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence the exporters' chatter; their errors are exceptions."""
    logging.disable(logging.WARNING)
    try:
        with open(os.devnull, "w") as void, redirect_stdout(void), redirect_stderr(void), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)
