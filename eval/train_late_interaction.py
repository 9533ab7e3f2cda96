"""Train the upper half of the embedding model for late interaction: a question's tokens against a sentence's.

    python -m eval.train_late_interaction --data FOLDER [--workspace out/late-interaction]

First on FOLDER's `xquad/` and `vac/`, whose answerable questions are asked with and without their answer; then on
the letters of `eval/training` and on the gold sets, whose silent questions teach what a letter names but does not
say. The last round is run twice, without either half of the gold sets, and all of it without a third of the written
letters: `eval.train_ranker` must meet letters that the model has not seen. The product's model is the mean of the two
(Wortsman et al. 2022, "Model soups"): its scores stay as theirs, from which the ranker learns. (One trained on
everything scores lower throughout, and refuses far more that a new letter answers.)
The lower half of the model stays as it is, and so do the pooled vectors.

The score of a sentence is a weighted mean over the question's tokens of the best cosine to one of its own (Khattab &
Zaharia 2020, "ColBERT"); a token's weight is the softmax of its vector's product with a learnt one, the salience. The
sentences of a document compete for each question, with each other and with silence: the loss is -log of the share of
the right ones. Takes about an hour on two cores, a fifth less where memory is kept from one step to the next
(`MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=17179869184` before the command); goes on where it stopped,
while texts and code are as they were.
"""

from __future__ import annotations

import argparse
import json
import pickle
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from eval.lessons import (
    FIRST_HALF,
    GOLD,
    LETTERS,
    PAGES,
    WRITTEN,
    Lesson,
    Text,
    cut_pages,
    digest_files,
    gold_lessons,
    public_lessons,
    written_lessons,
)
from ingest.centre import find_centre
from ingest.embed import OnnxEmbedder, unit
from ingest.model import PreparedModel, prepare_model
from ingest.model.export import run_layers, tuned_layers
from ingest.model.tuning import TUNING_FILE, Tuning, save_tuning
from ingest.settings import load_settings

PUBLIC_RATE, WRITTEN_RATE, GOLD_RATE, SCALE_RATE, WARM_UP, DECAY = 5e-5, 4e-5, 3e-5, 2e-3, 0.1, 0.01
PUBLIC_EPOCHS, WRITTEN_EPOCHS, GOLD_EPOCHS = 4, 3, 6
FIRST_SCALE, FIRST_SILENCE = 25.0, 0.55
SILENCE_WEIGHT = 0.3
# questions of a lesson that are asked at a time: of the letters more, where the text costs more than they do
PUBLIC_QUESTIONS, LETTER_QUESTIONS = 30, 60
_CARELESS = 0.25
_TEXTS_A_RUN = 16
_HELD_OUT = 6
# a lesson shows few of a set's questions at a time: the larger sets count for several
_TIMES = {PAGES: 12, "navo": 3}
HALVES = ("half-0.safetensors", "half-1.safetensors")
"""In the workspace: what training without the first, and without the second half of the gold sets changed."""


class UpperHalf(torch.nn.Module):
    """The layers above the model's middle; gives unit token vectors, their mean taken off."""

    def __init__(self, prepared: PreparedModel, centre: npt.NDArray[np.float32]) -> None:
        from sentence_transformers import SentenceTransformer

        super().__init__()
        # the fused attention is the slowest part of all on the way back
        options = {"dtype": torch.float32, "attn_implementation": "eager"}
        model: Any = SentenceTransformer(str(prepared.folder), device="cpu", model_kwargs=options)
        self.layers = tuned_layers(model[0].auto_model.encoder.layer, {})
        self._original = {name: weights.detach().clone() for name, weights in self.layers.named_parameters()}
        self._centre = torch.from_numpy(centre)
        self.scale = torch.nn.Parameter(torch.tensor(FIRST_SCALE).log())
        self.silence = torch.nn.Parameter(torch.tensor(FIRST_SILENCE))
        self.salience = torch.nn.Parameter(torch.zeros(len(centre)))

    def forward(self, states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return (n, t, d) vectors of the padded states (n, t, d)."""
        with torch.autocast("cpu", torch.bfloat16):
            hidden = run_layers(self.layers, states, mask)
        centred = torch.nn.functional.normalize(hidden.float(), dim=-1) - self._centre
        return torch.nn.functional.normalize(centred, dim=-1)

    def tuning(self) -> Tuning:
        """Return what training changed and learnt."""
        changes = {
            name: (weights.detach() - self._original[name]).numpy() for name, weights in self.layers.named_parameters()
        }
        return Tuning(changes, self._centre.numpy().copy(), self.salience.detach().numpy().copy())


def pad(texts: Sequence[Text]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the texts' states as one batch (n, t, d) and its mask (n, t)."""
    longest = max(len(text.states) for text in texts)
    states = np.zeros((len(texts), longest, texts[0].states.shape[1]), np.float32)
    mask = np.zeros((len(texts), longest), np.float32)
    for row, text in enumerate(texts):
        states[row, : len(text.states)] = text.states
        mask[row, : len(text.states)] = 1
    return torch.from_numpy(states), torch.from_numpy(mask)


def vectors_of(model: UpperHalf, texts: Sequence[Text]) -> list[torch.Tensor]:
    """Return each text's token vectors (t, d), in batches of like length."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i].states))
    vectors: dict[int, torch.Tensor] = {}
    for start in range(0, len(order), _TEXTS_A_RUN):
        batch = order[start : start + _TEXTS_A_RUN]
        found = model(*pad([texts[i] for i in batch]))
        vectors |= {i: found[row, : len(texts[i].states)] for row, i in enumerate(batch)}
    return [vectors[i] for i in range(len(texts))]


def score_lesson(
    model: UpperHalf, chunks: Sequence[Text], questions: Sequence[Text]
) -> tuple[torch.Tensor, list[tuple[int, int]]]:
    """Return the score (q, s) of each sentence for each question, and the sentences' places."""
    kept: list[torch.Tensor] = []
    places: list[tuple[int, int]] = []
    for number, (chunk, vectors) in enumerate(zip(chunks, vectors_of(model, chunks), strict=True)):
        for sentence in sorted({int(place) for place in chunk.places if place >= 0}):
            kept.append(vectors[torch.from_numpy(chunk.places == sentence)])
            places.append((number, sentence))
    lengths = np.array([len(tokens) for tokens in kept])
    # every sentence as long as the longest: its last token again and again
    steps = np.minimum(np.arange(lengths.max()), lengths[:, None] - 1)
    padded = torch.from_numpy((np.cumsum(lengths) - lengths)[:, None] + steps)
    asked = [
        vectors[torch.from_numpy(question.places >= 0)]
        for question, vectors in zip(questions, vectors_of(model, questions), strict=True)
    ]
    best = (torch.cat(asked) @ torch.cat(kept).T)[:, padded].max(-1).values
    each = torch.split(best, [len(tokens) for tokens in asked])
    rows = [torch.softmax(tokens @ model.salience, 0) @ own for tokens, own in zip(asked, each, strict=True)]
    return torch.stack(rows), places


def lesson_loss(model: UpperHalf, lesson: Lesson, most: int, random: np.random.Generator) -> torch.Tensor:
    """Return the mean loss of a lesson's questions, or of `most` of them."""
    asked = list(lesson.asked)
    if len(asked) > most:
        asked = [asked[i] for i in random.permutation(len(asked))[:most]]
    questions = [one.careless if random.random() < _CARELESS else one.question for one in asked]
    scores, places = score_lesson(model, lesson.chunks, questions)
    logits = model.scale.exp() * (scores - model.silence)
    losses = []
    for one, row in zip(asked, logits, strict=True):
        right = torch.tensor([place in one.right for place in places])
        usable = torch.tensor([place not in one.doubtful for place in places])
        nothing = row.new_zeros(1)
        if one.silent:
            losses.append(torch.logsumexp(torch.cat([row, nothing]), 0))
        if not right.any():  # silence, or an answer beyond what the model reads of its chunk
            continue
        everything = torch.logsumexp(torch.cat([row[usable], nothing]), 0)
        without = torch.logsumexp(torch.cat([row[usable & ~right], nothing]), 0)
        losses.append(everything - torch.logsumexp(row[right], 0) + SILENCE_WEIGHT * without)
    return torch.stack(losses).mean()


def judge(model: UpperHalf, lessons: Sequence[Lesson]) -> dict[str, float]:
    """Return how often the right sentence comes first, and how well the highest score tells silence apart.

    Where the lessons hold no silent question, each is judged with and without its answer.
    """
    from sklearn.metrics import roc_auc_score

    first: list[bool] = []
    best: list[float] = []
    labels: list[bool] = []
    take_away = not any(one.silent for lesson in lessons for one in lesson.asked)
    for lesson in lessons:
        with torch.no_grad():
            scores, places = score_lesson(model, lesson.chunks, [one.question for one in lesson.asked])
        for one, scored in zip(lesson.asked, scores.numpy(), strict=True):
            right = np.array([place in one.right for place in places])
            row = np.where(np.array([place not in one.doubtful for place in places]), scored, -1.0)
            best.append(float(row.max()))
            labels.append(not one.silent)
            if right.any():
                first.append(bool(right[row.argmax()]))
                if take_away:
                    best.append(float(row[~right].max()))
                    labels.append(False)
    return {
        "first": round(float(np.mean(first)), 3),
        "auc": round(float(roc_auc_score(labels, best)), 3),
        "n": len(first),
    }


def train(
    model: UpperHalf,
    lessons: Sequence[Lesson],
    held: Sequence[Lesson],
    epochs: int,
    rate: float,
    most: int,
    checkpoint: Path,
) -> None:
    """Train, with a checkpoint and the held-out figures after each round."""
    lessons = [lesson for lesson in lessons for _ in range(_TIMES.get(lesson.name, 1))]
    steps = epochs * len(lessons)
    optimiser = torch.optim.AdamW(
        [
            {"params": [*model.layers.parameters()], "lr": rate},
            {"params": [model.scale, model.silence, model.salience], "lr": SCALE_RATE},
        ],
        weight_decay=DECAY,
    )
    warm = max(int(WARM_UP * steps), 1)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / warm, max((steps - step) / max(steps - warm, 1), 0.02))
    )
    parts: dict[str, Any] = {"model": model, "optimiser": optimiser, "schedule": schedule}
    done = _resume(parts, checkpoint)
    for epoch in range(done, epochs):
        began = time.monotonic()
        random = np.random.default_rng(epoch)
        losses = []
        for i in random.permutation(len(lessons)):
            lesson = cut_pages(lessons[i], random) if lessons[i].name == PAGES else lessons[i]
            loss = lesson_loss(model, lesson, most, random)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            optimiser.zero_grad()
            losses.append(float(loss.detach()))
        torch.save({**{name: part.state_dict() for name, part in parts.items()}, "epoch": epoch + 1}, checkpoint)
        figures = json.dumps(judge(model, held)) if held else "{}"
        say(f"epoch {epoch + 1}/{epochs} loss {np.mean(losses):.3f} {time.monotonic() - began:.0f} s {figures}")


def _resume(parts: dict[str, Any], checkpoint: Path) -> int:
    """Bring model, optimiser and schedule to where they stopped; return how many rounds are done."""
    if not checkpoint.is_file():
        return 0
    stored = torch.load(checkpoint, weights_only=True)
    for name, part in parts.items():
        part.load_state_dict(stored[name])
    return int(stored["epoch"])


def say(text: str) -> None:
    """Write a line of the log."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def plain_centre(prepared: PreparedModel, embedder: OnnxEmbedder) -> npt.NDArray[np.float32]:
    """Return the mean token vector of the model as it was before any training."""
    layers = UpperHalf(prepared, np.zeros(embedder.identity.dimension, np.float32)).layers

    def tokens_of(text: str) -> npt.NDArray[np.float32]:
        states = torch.from_numpy(embedder.states_of(embedder.identity.passage_prefix + text)[0])[None]
        with torch.no_grad():
            return unit(run_layers(layers, states, torch.ones(states.shape[:2]))[0].numpy())

    return find_centre(tokens_of)


def main() -> None:
    """Read, encode, train in two rounds, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--workspace", type=Path, default=Path("out/late-interaction"))
    parser.add_argument("--out", type=Path, default=TUNING_FILE)
    options = parser.parse_args()
    halves: Path = options.workspace
    workspace = halves / _state_of(options.data)
    workspace.mkdir(parents=True, exist_ok=True)
    settings = load_settings()
    prepared = prepare_model(settings.models)
    embedder = OnnxEmbedder(prepared, threads=settings.threads)
    public = _kept(workspace / "public.pkl", lambda: public_lessons(options.data, embedder))
    written = _kept(workspace / "written.pkl", lambda: written_lessons(embedder))
    gold = _kept(workspace / "gold.pkl", lambda: gold_lessons(embedder))
    centre = plain_centre(prepared, embedder)

    first = UpperHalf(prepared, centre).eval()  # no dropout: a few rounds leave little to fit by heart
    held_names = {f"xquad-{number}-{language}" for number in range(0, 48, 48 // _HELD_OUT) for language in ("en", "de")}
    held = [lesson for lesson in public if lesson.name in held_names]
    kept = [lesson for lesson in public if lesson.name not in held_names]
    train(first, kept, held, PUBLIC_EPOCHS, PUBLIC_RATE, PUBLIC_QUESTIONS, workspace / "public.pt")
    train(first, written, gold, WRITTEN_EPOCHS, WRITTEN_RATE, LETTER_QUESTIONS, workspace / "written.pt")

    trained: list[dict[str, torch.Tensor]] = []
    model = UpperHalf(prepared, centre).eval()
    for half in HALVES:
        held = [lesson for lesson in gold if (lesson.name in FIRST_HALF) == (half == HALVES[0])]
        seen = [lesson for lesson in gold if lesson not in held]
        model.load_state_dict(first.state_dict())
        train(model, seen, held, GOLD_EPOCHS, GOLD_RATE, LETTER_QUESTIONS, (workspace / half).with_suffix(".pt"))
        save_tuning(model.tuning(), halves / half)
        trained.append({name: weights.clone() for name, weights in model.state_dict().items()})
        say(f"wrote {halves / half}")
    one, other = trained
    model.load_state_dict({name: (one[name] + other[name]) / 2 for name in one})
    save_tuning(model.tuning(), options.out)
    say(f"wrote {options.out}")


def _state_of(data: Path) -> str:
    """Return a digest of all texts and questions, and of the code that makes lessons of them and trains on these."""
    texts = [
        path
        for folder in (data / "xquad", data / "vac", WRITTEN, GOLD, *LETTERS)
        for path in folder.glob("*.*")
        if path.is_file()
    ]
    code = [
        *Path("ingest").rglob("*.py"),
        Path("eval/lessons.py"),
        Path("eval/readings.py"),
        Path("assistant/question.py"),
        Path(__file__),
    ]
    return digest_files([*texts, *code])


def _kept(path: Path, make: Callable[[], list[Lesson]]) -> list[Lesson]:
    """Return lessons from a file, made and kept there the first time."""
    if not path.is_file():
        path.write_bytes(pickle.dumps(make()))
    lessons: list[Lesson] = pickle.loads(path.read_bytes())  # noqa: S301  written here
    return lessons


if __name__ == "__main__":
    main()
