"""Texts into vectors: one pooled vector a text, and one vector a token for late interaction.

`load_embedder` is the only place that knows which engine answers: onnxruntime for the default
model, sentence-transformers for any other.
"""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ingest.centre import find_centre, sample_digest
from ingest.errors import ModelUnavailable
from ingest.letter import Span
from ingest.model import prepare_model
from ingest.model.prepare import MODEL_NAME, PreparedModel, Progress
from ingest.model.tokenizer import ModelTokenizer
from ingest.offline import stay_offline

Vector = npt.NDArray[np.float32]
"""Shape (d,), unit length."""
Matrix = npt.NDArray[np.float32]
"""Shape (n, d), rows of unit length."""

LONGEST_QUERY = 4_000
"""Characters of a question that are read; the model sees at most 512 tokens of them."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What vectors depend on; an index made under another identity is never answered from."""

    name: str
    revision: str
    query_prefix: str
    passage_prefix: str
    dimension: int


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text's vectors; `spans` places each token in the normalised text (empty for added tokens).

    `weights`, shape (t,) and summing to 1, tell how much each token counts where the text is a question.
    """

    text: str
    pooled: Vector
    tokens: Matrix
    spans: tuple[Span, ...]
    weights: npt.NDArray[np.float32]


class Embedder(Protocol):
    """The seam between the index and whatever makes vectors."""

    @property
    def identity(self) -> Identity: ...

    @property
    def most_tokens(self) -> int: ...

    def count_tokens(self, text: str) -> int: ...

    def encode_query(self, text: str) -> Encoded: ...

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]: ...


def normalise(text: str) -> str:
    """Return the text as every tokenizer here gets it: NFKC, no NUL, no lone surrogates."""
    return unicodedata.normalize("NFKC", text).replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


def load_embedder(name: str, models_folder: Path, *, threads: int, progress: Progress | None = None) -> Embedder:
    """Load the default model (preparing it first if need be) or any sentence-transformers model.

    Raises:
        ModelUnavailable: no such model on this machine.
    """
    stay_offline()
    if name == MODEL_NAME:
        return OnnxEmbedder(prepare_model(models_folder, progress), threads=threads)
    return SentenceTransformerEmbedder(name)


class OnnxEmbedder:
    """The default: int8 weights in onnxruntime, each text a run of its own so that no vector depends on a batch."""

    def __init__(self, model: PreparedModel, *, threads: int) -> None:
        self._threads = threads
        self._graph = model.graph
        try:
            self._session = _open_session(model.graph, threads)
            self._tokenizer = ModelTokenizer(model.folder, self.most_tokens)
            self._centre = np.asarray(np.load(model.centre, allow_pickle=False), np.float32)
            self._salience = np.asarray(np.load(model.salience, allow_pickle=False), np.float32)
        except Exception as error:  # both libraries raise bare or private exception types
            raise ModelUnavailable(
                f"the model in {model.folder} can't be loaded ({error}); delete that folder and run the command again"
            ) from error
        dimension = self._session.get_outputs()[1].shape[-1]
        self.identity = Identity(model.name, model.revision, "query: ", "passage: ", int(dimension))

    most_tokens = 512

    def count_tokens(self, text: str) -> int:
        """Return how many tokens a passage takes, prefix and specials included; 512 means 512 or more."""
        return len(self._tokenizer.encode(self.identity.passage_prefix + normalise(text))[0])

    def encode_query(self, text: str) -> Encoded:
        return self._encode(text[:LONGEST_QUERY], self.identity.query_prefix)

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        # several runs at once: within one, threads wait for each other at every layer
        with ThreadPoolExecutor(self._threads) as runs:
            return list(runs.map(lambda text: self._encode(text, self.identity.passage_prefix), texts))

    def states_of(self, text: str) -> tuple[Matrix, Sequence[Span]]:
        """Return the states of a text's tokens half-way up the model, prefix and specials included, and their places.

        Only training needs them, `eval/train_late_interaction.py`.
        """
        ids, offsets = self._tokenise(text)
        (states,) = self._lower_half.run(["states"], ids)
        return states[0], offsets

    @cached_property
    def _lower_half(self) -> Any:
        """The part of the graph below the states: a session runs all it holds, whatever it is asked for."""
        import onnx

        whole = onnx.utils.Extractor(onnx.load(self._graph))
        lower = whole.extract_model(["input_ids", "attention_mask"], ["states"])
        return _open_session(lower.SerializeToString(), self._threads)

    def _encode(self, text: str, prefix: str) -> Encoded:
        return _place(normalise(text), prefix, self._run(prefix + normalise(text)), self._centre, self._salience)

    def _run(self, text: str) -> _Output:
        ids, offsets = self._tokenise(text)
        tokens, pooled = self._session.run(["tokens", "pooled"], ids)
        return _Output(tokens[0], pooled[0], offsets)

    def _tokenise(self, text: str) -> tuple[dict[str, Any], Sequence[Span]]:
        numbers, offsets = self._tokenizer.encode(text)
        ids = numbers[np.newaxis]
        return {"input_ids": ids, "attention_mask": np.ones_like(ids)}, offsets


def _open_session(graph: Path | bytes, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # a thread that spins for its next task starves whatever else runs here: on a busy machine four times slower
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


class SentenceTransformerEmbedder:
    """Any sentence-transformers model by name or path; prompts come from the model's own configuration."""

    def __init__(self, name: str) -> None:
        from sentence_transformers import SentenceTransformer

        # what it warns of is said in our own error
        logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
        logging.getLogger("transformers").setLevel(logging.ERROR)
        try:
            self._model: Any = SentenceTransformer(name, device="cpu")
        except (OSError, ValueError) as error:
            raise ModelUnavailable(
                f"there is no sentence-transformers model {name!r} on this machine; nothing is downloaded at run time: "
                "download it first and give its folder in KAMERVRAAG_EMBEDDER"
            ) from error
        prompts = self._model.prompts
        self.identity = Identity(
            name=Path(name).name,
            revision=_with_samples(_revision(name, self._model)),
            query_prefix=prompts.get("query") or "",
            passage_prefix=prompts.get("document") or prompts.get("passage") or "",
            dimension=int(self._model.get_embedding_dimension()),
        )
        self.most_tokens = int(self._model.max_seq_length or 512)
        self._centre = find_centre(lambda text: unit(self._run(self.identity.passage_prefix + text).tokens))

    def count_tokens(self, text: str) -> int:
        """Return how many tokens a passage takes, prefix and specials included."""
        return len(self._model.tokenizer(self.identity.passage_prefix + normalise(text))["input_ids"])

    def encode_query(self, text: str) -> Encoded:
        return self._encode(text[:LONGEST_QUERY], self.identity.query_prefix)

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        return [self._encode(text, self.identity.passage_prefix) for text in texts]

    def _encode(self, text: str, prefix: str) -> Encoded:
        return _place(
            normalise(text), prefix, self._run(prefix + normalise(text)), self._centre, np.zeros_like(self._centre)
        )

    def _run(self, text: str) -> _Output:
        output = self._model.encode(text, prompt="", output_value=None, show_progress_bar=False)
        encoding = self._model.tokenizer(
            text, return_offsets_mapping=True, truncation=True, max_length=self.most_tokens
        )
        tokens = output["token_embeddings"].float().numpy()
        pooled = output["sentence_embedding"].float().numpy()
        return _Output(tokens, pooled, encoding["offset_mapping"])


@dataclass(frozen=True, slots=True)
class _Output:
    """What a model gives for a text with its prefix: raw token vectors, the pooled one, and where each token stands."""

    tokens: Matrix
    pooled: Vector
    offsets: Sequence[Span]


def _place(text: str, prefix: str, output: _Output, centre: Vector, salience: Vector) -> Encoded:
    """Normalise the vectors and drop those of the prefix; its tokens say nothing of the text.

    Of a question each token weighs as the softmax of its vector's product with the salience.
    """
    width = len(prefix)
    kept = [i for i, (start, end) in enumerate(output.offsets) if end > width or start == end]
    spans = tuple((max(start - width, 0), max(end - width, 0)) for start, end in (output.offsets[i] for i in kept))
    tokens = unit(unit(output.tokens[kept]) - centre)
    with np.errstate(invalid="ignore"):  # vector units busy in other threads may raise this flag for nothing
        products = tokens @ salience
    weights = np.exp(products - products.max(initial=-np.inf))
    return Encoded(text, unit(output.pooled), tokens, spans, weights / weights.sum())


def unit(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the vectors scaled to unit length; a zero vector stays zero."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-12), dtype=np.float32)


def _with_samples(revision: str) -> str:
    return f"{revision}-{sample_digest()}"


def _revision(name: str, model: Any) -> str:
    """Return a digest of the model's weights file, so that a changed model is noticed."""
    import hashlib

    folder = Path(name)
    weights = sorted(folder.glob("*.safetensors")) if folder.is_dir() else []
    if weights:
        with weights[0].open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:12]
    return str(getattr(model[0].auto_model.config, "_commit_hash", None) or "unknown")
