"""The ranker: probabilities, an order that holds, and models that fit the features they meet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.detect import detect_language
from assistant.features import ANSWER_FEATURES, describe_answer, describe_sentences
from assistant.pipeline import Assistant
from assistant.rank import RANKER_FILE, Ranking, load_ranker, rank

QUESTIONS = [
    "Hoeveel Nederlandse militairen doen daaraan mee?",
    "Since when has cyber been an operational domain of NATO?",
    "Wie heeft de brief ondertekend?",
    "Wat is het recept voor appeltaart?",
    "NATO nuclear",
    "270",
]


@pytest.fixture(scope="module", params=QUESTIONS)
def ranking(request: pytest.FixtureRequest, assistant: Assistant) -> Ranking:
    question = assistant.analyse(request.param, detect_language(request.param))
    return rank(question, assistant.candidates(question), assistant.ranker)


def test_chances_lie_between_nought_and_one(ranking: Ranking) -> None:
    assert 0 <= ranking.probability <= 1
    assert 0 <= ranking.on_topic <= 1
    assert all(0 <= score <= 1 for _, score in ranking.paragraphs())


def test_the_shares_of_all_sentences_make_one_and_fall_with_the_score(ranking: Ranking) -> None:
    shares = [ranked.share for ranked in ranking.sentences]
    assert sum(shares) == pytest.approx(1)
    assert shares == sorted(shares, reverse=True)
    scores = [ranked.score for ranked in ranking.sentences]
    assert scores == sorted(scores, reverse=True)


def test_every_sentence_of_a_candidate_is_ranked_once(ranking: Ranking) -> None:
    places = [(ranked.place.candidate.paragraph.id, ranked.place.sentence) for ranked in ranking.sentences]
    paragraphs = {ranked.place.candidate.paragraph.id: ranked.place.candidate.paragraph for ranked in ranking.sentences}
    assert sorted(places) == sorted(
        (paragraph.id, number) for paragraph in paragraphs.values() for number in range(len(paragraph.sentences))
    )


def test_a_sentence_about_another_country_is_not_ranked(assistant: Assistant) -> None:
    question = assistant.analyse("Hoeveel militairen zijn er in Litouwen?", "nl")
    ranking = rank(question, assistant.candidates(question), assistant.ranker)
    texts = [one.place.candidate.paragraph.sentence(one.place.sentence) for one in ranking.sentences]
    assert any("270 militairen in Litouwen" in text for text in texts)
    assert not any("tegen ISIS en in Afghanistan" in text for text in texts)


@pytest.mark.parametrize(
    ("question", "topical", "missing", "english"),
    [
        ("Wat zegt de brief over Georgië?", 1, False, 0),
        ("What does the letter say about a European army?", 1, True, 1),
        ("Wat vindt het kabinet van de toetreding van Georgië?", 0, False, 0),
    ],
)
def test_a_subject_that_is_asked_for_must_be_there(
    question: str, topical: int, missing: bool, english: int, assistant: Assistant
) -> None:
    asked = assistant.analyse(question, detect_language(question))
    _, features = describe_sentences(asked, assistant.candidates(asked))
    told = dict(
        zip(ANSWER_FEATURES, describe_answer(asked, features, assistant.ranker.sentences(features)), strict=True)
    )
    assert (told["topical"], told["topic_missing"] > 0, told["english_text"]) == (topical, missing, english)


def test_paragraphs_are_listed_once_best_first(ranking: Ranking) -> None:
    paragraphs = ranking.paragraphs()
    ids = [ranked.place.candidate.paragraph.id for ranked, _ in paragraphs]
    assert len(ids) == len(set(ids))
    assert paragraphs[0][0] is ranking.sentences[0]
    assert paragraphs[0][1] == pytest.approx(ranking.probability)
    scores = [score for _, score in paragraphs]
    assert scores == sorted(scores, reverse=True)


def test_without_candidates_nothing_is_likely(assistant: Assistant) -> None:
    assert rank(assistant.analyse("Turkije", "nl"), (), assistant.ranker) == Ranking((), 0.0, 0.0)


def test_the_bundled_ranker_loads_and_its_thresholds_are_chances() -> None:
    ranker = load_ranker()
    assert 0 < ranker.off_topic < 1
    assert 0 < ranker.threshold < 1
    assert all((model.scale > 0).all() for model in (ranker.sentences, ranker.answer, ranker.topic))


@pytest.mark.parametrize("part", ["sentences", "answer", "topic"])
@pytest.mark.parametrize("change", ["renamed", "reordered", "missing"])
def test_a_ranker_trained_on_other_features_is_refused(part: str, change: str, tmp_path: Path) -> None:
    stored: dict[str, Any] = json.loads(RANKER_FILE.read_text(encoding="utf-8"))
    names = stored[part]["features"]
    changed = {"renamed": ["other", *names[1:]], "reordered": names[::-1], "missing": names[:-1]}[change]
    stored[part]["features"] = changed
    path = tmp_path / "ranker.json"
    path.write_text(json.dumps(stored), encoding="utf-8")
    with pytest.raises(ValueError, match="other features"):
        load_ranker(path)
