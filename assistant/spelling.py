"""A slip of the pen put right before a question is read: "Litouen" where the letters write "Litouwen"."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

from assistant.question import similar_terms
from ingest.dutch import analyse, dictionary_words, fold
from ingest.index import Index
from ingest.letter import Language, Letter

# Short words are like too many others, and fewer names than other words are like each other.
_WORD, _SHORTEST_OTHER = re.compile(r"[^\W\d_]{6,}"), 8
# So like, by `difflib`'s ratio, have a word and its term to be to one that the letters use.
_LIKE, _LIKE_TERM, _MOST_LIKE = 0.91, 0.75, 3
_MOST_WORDS = 60


def respell(text: str, language: Language, index: Index, letters: Mapping[str, Letter]) -> str:
    """Return a question with the words that no letter holds spelt as the letters spell the one most like each."""
    words = {word: terms[0] for word in _WORD.findall(text)[:_MOST_WORDS] if len(terms := analyse(word, language)) == 1}
    held = index.document_frequencies(words.values())
    for word, term in words.items():
        if term in held or fold(word) in dictionary_words(language):
            continue
        if word[0].isupper() or len(word) >= _SHORTEST_OTHER:
            text = re.sub(rf"\b{word}\b", _most_like(word, term, language, index, letters) or word, text)
    return text


def _most_like(word: str, term: str, language: Language, index: Index, letters: Mapping[str, Letter]) -> str | None:
    """Return the word of a letter that is most like one, in the language asked, if one is like enough."""
    for like in similar_terms(term, index, _MOST_LIKE, _LIKE_TERM):
        for row in index.rows([number for number, _ in index.search_terms([like], 1)]):
            _, paragraph = letters[row.letter_id].find(row.paragraph_id)
            text = paragraph.text if language == "nl" else " ".join(paragraph.translated)
            held = [one for one in _WORD.findall(text) if analyse(one, language) == [like]]
            if found := difflib.get_close_matches(word, held, 1, _LIKE):
                return str(found[0])
    return None
