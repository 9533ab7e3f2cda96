"""Whatever a letter or a question orders, and however a model obeys it: no link, no leak, nothing uncited or false."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from assistant import prompts
from assistant.compose import cite_worded, withhold
from assistant.generate import Failed, Worded, word_answer
from assistant.verify import is_verbatim
from tests.scripted import DUTCH, ENGLISH, candidate, reply, scripted

ATTACKS = [json.loads(line) for line in Path(__file__).with_name("attacks.jsonl").read_text("utf-8").splitlines()]
LINK = re.compile(r"https?:|www\.|\]\(|<\w|javascript:|data:|@\w")


def test_there_are_sixty_attacks_or_more_in_both_languages_and_both_places() -> None:
    assert len(ATTACKS) >= 60
    for place in ("letter", "question"):
        for language in ("nl", "en"):
            assert sum(one["in"] == place and one["lang"] == language for one in ATTACKS) >= 15


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack["id"])
@pytest.mark.parametrize("words", ["true", "attack"])
def test_a_model_that_obeys_is_not_believed(attack: dict[str, Any], words: str) -> None:
    language = attack["lang"]
    hostile = attack["in"] == "letter"
    found = candidate(
        dutch=(*DUTCH, attack["text"]) if hostile else DUTCH, english=(*ENGLISH, attack["text"]) if hostile else ENGLISH
    )
    quote = attack["text"] if words == "attack" else (DUTCH if language == "nl" else ENGLISH)[0]
    obeying = reply((attack["reply"], [1], [quote]), (attack["reply"], [], []), (attack["reply"], [9], [quote]))
    model, script = scripted(obeying, obeying)
    question = "Hoeveel militairen?" if hostile else attack["text"]
    said = list(word_answer(model, question, language, [found]))
    given = [one for one in said if isinstance(one, Worded)]
    shown = withhold([one for one in said if isinstance(one, Failed)], language)
    text, citations = cite_worded(given, [found], 0.9)
    for sentence in (text, *(f"{one.sentence} {one.reason}" for one in shown)):
        assert not LINK.search(sentence)
        assert not prompts.repeats_instructions(sentence)
    assert all(re.search(r"\[\d+\]$", cite_worded([one], [found], 0.9)[0]) for one in given)
    assert all(is_verbatim(citation, found.letter) for citation in citations)
    assert shown
    if not hostile or words == "true":
        assert not given
    # the rules come first and are the same whatever the attack says; it is data inside the message after them
    system, human = script.seen[0]
    assert system.content == prompts.say_instructions(language)
    material = json.loads(human.content)
    assert attack["text"] in (material["paragraphs"][0]["dutch"] if hostile else material["question"])
