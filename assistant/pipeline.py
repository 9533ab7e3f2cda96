"""The order of the stages: detect → condense → retrieve → rank → answer or refuse → verify."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import cached_property
from typing import Any

from assistant import wording
from assistant.about import announcing_paragraphs
from assistant.answering import answer_by_list, answer_by_quotation, answer_by_refusal, make_answer
from assistant.attribute import name_all
from assistant.compose import compose
from assistant.condense import condense, follows, wish_of
from assistant.detect import detect_language, english_log_odds
from assistant.dialogue import Answer, Citation, Status, Turn, turn_of
from assistant.follow import goes_unanswered, rank_follow_up, rest_of
from assistant.generate import choose_material, condense_by_model
from assistant.llm import ChatModel, load_chat_model
from assistant.mentions import Overview, find_mentions, topic_of
from assistant.parts import Part, join_sentences, split_question
from assistant.question import Question, analyse_question, topic_alone
from assistant.quote import choose_sentences, cite_sentence
from assistant.rank import RankedSentence, Ranker, Ranking, load_ranker, rank
from assistant.refuse import decide, leaves_open
from assistant.retrieve import Candidate, retrieve
from assistant.scope import Scope, Selection, select_letters
from assistant.spelling import respell
from assistant.state import State
from assistant.verify import is_verbatim
from ingest.cards import LetterCard, letter_cards
from ingest.corpus import Corpus, Progress
from ingest.embed import LONGEST_QUERY, Embedder, load_embedder
from ingest.errors import UserError
from ingest.home import Report
from ingest.letter import Hit, Language
from ingest.offline import stay_offline
from ingest.pipeline import open_corpus
from ingest.settings import Settings, load_home, load_settings

# Candidates from each of vectors and words, in an index of this size; as many again for each tenfold.
_DEPTH, _SMALL_INDEX = 40, 1_000
# Paragraphs that are weighed at most, of these candidates.
_MOST_MATCHED = 120
_MOST_LISTED = 5
# Turns that a follow-up may look back on, and the odds below which its language is that of the turn before.
_MOST_TURNS, _UNSURE = 12, 1.0
_SENTENCES = re.compile(r".+?(?:\[\d+\]\s*)+|.+", re.DOTALL)


class Assistant:
    """Answers questions over the letters of one home; safe to share between threads."""

    def __init__(self, embedder: Embedder, corpus: Corpus, model: ChatModel | None = None) -> None:
        self.model = model
        self.embedder = embedder
        self.index = corpus.index
        self.letters = corpus.letters
        self._corpus = corpus

    def ask(
        self,
        question: str,
        history: Sequence[Turn | str] = (),
        *,
        language: Language | None = None,
        letters: Sequence[str] | Scope = (),
    ) -> Answer:
        """Answer a question from the letters, or say that they don't.

        Args:
            question: the question, in Dutch or English.
            history: the conversation's earlier turns, or just their questions, oldest first.
            language: the language of the answer; detected when not given.
            letters: ids of the letters to ask, or what they have in common; all when empty.

        Raises:
            UserError: an empty question, an unknown letter, or none within the scope.
        """
        return self.examine(question, history, language=language, letters=letters)[0]

    def stream(
        self,
        question: str,
        history: Sequence[Turn | str] = (),
        *,
        language: Language | None = None,
        letters: Sequence[str] | Scope = (),
    ) -> Iterator[str | Answer]:
        """Yield the answer's text, verified sentence by verified sentence, and last the answer itself; see `ask`."""
        started = time.perf_counter()
        said = False
        for part in self._run(question, history, language, letters):
            if isinstance(part, str):
                said = True
                yield part
                continue
            answer = _timed(part["answer"], started)
            if not said:
                yield from _SENTENCES.findall(answer.answer)
            yield answer

    def examine(
        self,
        question: str,
        history: Sequence[Turn | str] = (),
        *,
        language: Language | None = None,
        letters: Sequence[str] | Scope = (),
        top_k: int = 10,
    ) -> tuple[Answer, list[Hit]]:
        """Return the answer with the ranked paragraphs it was chosen from, best first; see `ask`."""
        started = time.perf_counter()
        *_, state = self._run(question, history, language, letters)
        return _timed(state["answer"], started), _hits(state["ranking"], top_k)

    def _run(
        self,
        question: str,
        history: Sequence[Turn | str],
        language: Language | None,
        letters: Sequence[str] | Scope,
        *,
        plain: bool = False,
    ) -> Iterator[Any]:
        """Yield a model's sentences, each once verified, and last the chain's state; `plain` asks no model."""
        self._check(question)
        selection = self.select(letters)
        turns = _turns(history)
        wish = wish_of(question[:LONGEST_QUERY])
        if wish in ("nl", "en") and (turns := _before_wishes(turns)):
            for part in self._run(turns[-1].question, turns[:-1], wish, letters, plain=plain):
                yield part if isinstance(part, str) else {**part, "answer": replace(part["answer"], question=question)}
            return
        asked = State(
            asked=question,
            history=turns,
            only=selection.letters,
            undated=selection.undated,
            language=language,
            plain=plain,
        )
        state: Any = asked
        for mode, part in self._chain.stream(asked, stream_mode=["custom", "values"]):
            if mode == "custom":
                yield part
            else:
                state = part
        yield state

    def search(self, question: str, top_k: int = 10, *, letters: Sequence[str] | Scope = ()) -> list[Hit]:
        """Return the paragraphs nearest to a question, best first.

        Raises:
            UserError: as `ask`.
        """
        self._check(question)
        only = self.select(letters).letters
        analysed = self.analyse(question, detect_language(question), only)
        ranking = rank(analysed, self.candidates(analysed, only, top_k), self.ranker, asking=True)
        return _hits(ranking, top_k)

    def mentions(self, topic: str, top_k: int = 10, *, letters: Sequence[str] | Scope = ()) -> Overview:
        """Return which letters mention a topic, also where it is put as a question: "Welke brieven gaan over …?".

        Raises:
            UserError: as `ask`.
        """
        self._check(topic)
        return self._overview(topic_of(topic) or topic, self.select(letters).letters, top_k)

    def _overview(self, topic: str, only: tuple[str, ...], top_k: int) -> Overview:
        asked = self.analyse(topic, detect_language(topic), only)
        return find_mentions(asked, self.index, self.letters, self.cards, self.ranker, only, top_k)

    def select(self, letters: Sequence[str] | Scope) -> Selection:
        """Return which letters are asked.

        Raises:
            UserError: an unknown letter, or none within the scope.
        """
        return select_letters(self.cards, letters if isinstance(letters, Scope) else Scope(tuple(letters)))

    @cached_property
    def cards(self) -> Mapping[str, LetterCard]:
        """What is known of every letter without opening it, by id."""
        return letter_cards(self._corpus)

    @staticmethod
    def cite_hit(number: int, hit: Hit) -> Citation:
        """Return a found paragraph as a citation of the sentence nearest to the question."""
        return cite_sentence(number, hit.letter, hit.section, hit.paragraph, hit.sentence, hit.score)

    def analyse(self, text: str, language: Language, letters: tuple[str, ...] = ()) -> Question:
        """Take a stand-alone question apart."""
        del letters
        topic = topic_alone(text[:LONGEST_QUERY])
        respelt = respell(topic, language, self.index, self.letters)
        encoded = self.embedder.encode_query(respelt)
        topical = topic != text[:LONGEST_QUERY]
        return analyse_question(respelt, language, encoded, self.index.size, self.index, topical=topical)

    def candidates(
        self, question: Question, letters: tuple[str, ...] = (), at_least: int = 0, follows: Turn | None = None
    ) -> tuple[Candidate, ...]:
        """Return the paragraphs that may answer, the more the larger the index; with those that a turn cited."""
        cited = follows.paragraph_ids if follows else ()
        named = [*cited, *(announcing_paragraphs(self.letters, letters) if question.fact == "subject" else ())]
        tenfolds = math.log10(max(self.index.size, _SMALL_INDEX) / _SMALL_INDEX)
        depth = max(at_least, round(_DEPTH * (1 + tenfolds)))
        return retrieve(question, self.index, self.letters, letters, depth, named, max(at_least, _MOST_MATCHED))

    @cached_property
    def ranker(self) -> Ranker:
        """The trained models."""
        return load_ranker()

    def with_model(self, model: ChatModel | None) -> Assistant:
        """Return an assistant over the same open letters whose answers this model words, or none does."""
        other = copy(self)
        other.model = model
        # its steps are those of this one
        vars(other).pop("_chain", None)
        return other

    def close(self) -> None:
        """Let go of the index."""
        self.index.close()

    @staticmethod
    def _check(question: str) -> None:
        if not any(character.isalnum() for character in question):
            raise UserError("the question is empty: ask something, for example 'Wat vindt het kabinet van …?'")

    @cached_property
    def _chain(self) -> Any:
        """The retrieval chain as a LangGraph graph."""
        stay_offline()
        from langgraph.graph import END, START, StateGraph

        graph = StateGraph(State)
        steps = (
            self._detect, self._condense, self._retrieve, self._rank,
            self._answer, self._refuse, self._word, self._verify, self._list,
        )  # fmt: skip
        for step in steps:
            graph.add_node(step.__name__.lstrip("_"), step)
        graph.add_edge(START, "detect")
        graph.add_edge("detect", "condense")
        graph.add_conditional_edges(
            "condense", lambda state: "list" if self._is_about_letters(state) else "retrieve", ["list", "retrieve"]
        )
        graph.add_edge("list", END)
        graph.add_edge("retrieve", "rank")
        graph.add_conditional_edges(
            "rank", lambda state: "answer" if state["status"] in ("answered", "undecided") else "refuse",
            ["answer", "refuse"],
        )  # fmt: skip
        # a refusal is decided before a model is asked
        graph.add_conditional_edges(
            "answer", lambda state: "word" if self._is_worded(state) else "verify", ["word", "verify"]
        )
        graph.add_edge("word", "verify")
        graph.add_edge("refuse", END)
        graph.add_edge("verify", END)
        return graph.compile()

    def _detect(self, state: State) -> State:
        asked, history = state["asked"][:LONGEST_QUERY], state["history"]
        if state["language"]:
            return {}
        if history and history[-1].language and abs(english_log_odds(asked)) < _UNSURE:
            return {"language": history[-1].language}
        return {"language": detect_language(asked)}

    def _condense(self, state: State) -> State:
        asked, history = state["asked"][:LONGEST_QUERY], state["history"]
        if not history or not (follows(asked) or wish_of(asked)):
            return {"standalone": condense(asked, ()), "follows": None}
        turn = self._known(history, state["only"])
        # what is wished for is not what is searched for
        if wish_of(asked):
            return {"standalone": turn.standalone, "follows": turn}
        earlier = [one.standalone or one.question for one in (*history[:-1], turn)]
        model = None if state["plain"] else self.model
        worded = condense_by_model(model, asked, earlier) if model else None
        return {"standalone": worded or condense(asked, (turn,)), "follows": turn}

    def _known(self, history: tuple[Turn, ...], only: tuple[str, ...]) -> Turn:
        """Return the last turn with what its answer cited, which a bare question does not tell."""
        last = history[-1]
        if last.standalone:
            return last
        *_, state = self._run(last.question, history[:-1], None, only, plain=True)
        return turn_of(state["answer"])

    def _retrieve(self, state: State) -> State:
        question = self.analyse(state["standalone"], detect_language(state["standalone"]), state["only"])
        return {"question": question, "candidates": self.candidates(question, state["only"], 0, state["follows"])}

    def _rank(self, state: State) -> State:
        question = state["question"]
        ranking = rank(question, state["candidates"], self.ranker)
        if turn := state["follows"]:
            return self._rank_follow_up(state, ranking, turn)
        status: Status = "vague" if wish_of(state["asked"][:LONGEST_QUERY]) else decide(question, ranking, self.ranker)
        status, chosen = _choose(question, ranking, status)
        whole: State = {"ranking": ranking, "status": status, "chosen": chosen, "missing": ()}
        parts = [self._answer_part(part, state["only"]) for part in split_question(state["standalone"])]
        answered = [part for part in parts if part.chosen]
        if not answered:
            return whole
        missing = tuple(part.question for part in parts if not part.chosen)
        if missing and status == "answered":
            return {**whole, "missing": missing}
        ranking = replace(ranking, probability=min(part.probability for part in answered))
        chosen = join_sentences([part.chosen for part in answered])
        return {"ranking": ranking, "status": "answered", "chosen": chosen, "missing": missing}

    def _rank_follow_up(self, state: State, together: Ranking, turn: Turn) -> State:
        if wish_of(state["asked"]) == "rest":
            cited = [one for one in state["candidates"] if one.paragraph.id in turn.paragraph_ids[:1]]
            rest = rest_of(cited[0], turn) if cited else ()
            return {"ranking": together, "status": "answered" if rest else "vague", "chosen": rest, "missing": ()}
        alone = self.analyse(state["asked"], detect_language(state["asked"]), state["only"])
        beside = rank(alone, self.candidates(alone, state["only"]), self.ranker)
        ranking = rank_follow_up(alone, together, beside, turn)
        status = decide(state["question"], ranking, self.ranker)
        if status in ("answered", "undecided") and goes_unanswered(state["question"], alone, beside, ranking):
            status = "off_topic" if beside.on_topic < self.ranker.off_topic else "silent"
        status, chosen = _choose(state["question"], ranking, status)
        return {"ranking": ranking, "status": status, "chosen": chosen, "missing": ()}

    def _answer_part(self, text: str, only: tuple[str, ...]) -> Part:
        question = self.analyse(text, detect_language(text), only)
        ranking = rank(question, self.candidates(question, only), self.ranker)
        answered = decide(question, ranking, self.ranker) == "answered"
        return Part(text, choose_sentences(question, ranking) if answered else (), ranking.probability)

    def _answer(self, state: State) -> State:
        return {"answer": answer_by_quotation(state, self.cards)}

    def _is_about_letters(self, state: State) -> bool:
        """Whether it is asked which letters say something, which no sentence of one letter answers."""
        return len(state["only"] or self.cards) > 1 and bool(topic_of(state["standalone"]))

    def _list(self, state: State) -> State:
        topic = topic_of(state["standalone"])
        overview = self._overview(topic, state["only"], _MOST_LISTED)
        found = overview.letters > 0
        status: Status = "answered" if found else "silent"
        state = {**state, "status": status, "missing": (), "ranking": Ranking((), float(found), float(found))}
        return {**state, "answer": answer_by_list(state, self.cards, overview, topic)}

    def _is_worded(self, state: State) -> bool:
        asked = self.model is not None and not state["plain"]
        return asked and state["status"] == "answered" and wish_of(state["asked"]) != "rest"

    def _word(self, state: State) -> State:
        """Put a language model's verified sentences in the place of the quotation, if there are any."""
        from langgraph.config import get_stream_writer

        if self.model is None:
            return {}
        language, quotation = state["language"] or "nl", state["answer"]
        ranked = (*state["chosen"], *(one for one, _ in state["ranking"].paragraphs()))
        material = choose_material([one.place.candidate for one in ranked], self.model.room)
        shown = {candidate.paragraph.id: number for number, candidate in enumerate(material)}
        places = [(one.place.candidate.paragraph.id, one.place.sentence) for one in ranked]
        best = tuple((shown[paragraph], sentence) for paragraph, sentence in places if paragraph in shown)
        composed = compose(
            self.model,
            state["standalone"][:LONGEST_QUERY],
            language,
            material,
            best=best,
            lead_in=lambda letters: wording.LEAD_IN[language].format(
                letter=name_all([self.cards[one] for one in letters], language)
            ),
            score=state["ranking"].probability,
            say=get_stream_writer(),
        )
        if composed.citations:
            letters = [self.cards[one] for one in dict.fromkeys(cited.letter for cited in composed.citations)]
            worded = make_answer(state, self.cards, composed.text, letters=letters, citations=composed.citations)
            answer = replace(worded, model=self.model.name)
        else:
            answer = quotation
        noted = (*answer.warnings, composed.remark)
        return {"answer": replace(answer, warnings=noted, withheld=composed.withheld)}

    def _refuse(self, state: State) -> State:
        return {"answer": answer_by_refusal(state, self.cards)}

    def _verify(self, state: State) -> State:
        """Refuse rather than show an answer with a citation that is not verbatim."""
        answer = state["answer"]
        if all(is_verbatim(citation, self.letters[citation.letter]) for citation in answer.citations):
            return {}
        return self._refuse({**state, "status": "silent"})


def build_assistant(
    settings: Settings | None = None,
    *,
    embedder: Embedder | None = None,
    report: Report | None = None,
    progress: Progress | None = None,
    model: ChatModel | None = None,
) -> Assistant:
    """Build the assistant over the letters of the settings' home, indexing the bundled letter on first use.

    Raises:
        UserError: a model, the home or a setting can't be used; the message says what to do.
    """
    stay_offline()
    settings = settings or load_settings()
    model = model or load_chat_model(settings.model, settings.base_url, settings.timeout_s)
    embedder = embedder or load_embedder(
        settings.embedder, settings.models, threads=settings.threads, progress=progress
    )
    return Assistant(embedder, open_corpus(load_home(settings, report), embedder, progress), model)


def _timed(answer: Answer, started: float) -> Answer:
    return replace(answer, seconds=round(time.perf_counter() - started, 4))


def _turns(history: Sequence[Turn | str]) -> tuple[Turn, ...]:
    turns = [Turn(turn[:LONGEST_QUERY]) if isinstance(turn, str) else turn for turn in history]
    return tuple(turn for turn in turns if any(sign.isalnum() for sign in turn.question))[-_MOST_TURNS:]


def _before_wishes(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """Return the turns up to the last that did not just ask for an answer in another language."""
    asked = [number for number, turn in enumerate(turns, 1) if wish_of(turn.question) not in ("nl", "en")]
    return turns[: asked[-1]] if asked else ()


def _choose(question: Question, ranking: Ranking, status: Status) -> tuple[Status, tuple[RankedSentence, ...]]:
    """Return the sentences to quote; what one letter leaves open, another that says as much on it may have settled."""
    chosen = choose_sentences(question, ranking)
    if status != "undecided":
        return status, chosen
    open_letter = ranking.sentences[0].place.candidate.letter.id
    others = [one.place for one in chosen if one.place.candidate.letter.id != open_letter]
    if any(not leaves_open(one.candidate.paragraph.sentence(one.sentence)) for one in others):
        return "answered", chosen
    return status, ranking.sentences[:1]


def _hits(ranking: Ranking, top_k: int) -> list[Hit]:
    return [
        Hit(candidate.letter, candidate.section, candidate.paragraph, ranked.place.sentence, score)
        for ranked, score in ranking.paragraphs()[:top_k]
        for candidate in [ranked.place.candidate]
    ]
