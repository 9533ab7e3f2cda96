"""What the assistant says in its own words, in both languages."""

from __future__ import annotations

from ingest.letter import Language

LEAD_IN: dict[Language, str] = {"nl": "Volgens de {letter}: ", "en": "According to the {letter}: "}
NOTE: dict[Language, str] = {"nl": "noot {mark}: {text}", "en": "note {mark}: {text}"}
QUOTES: dict[Language, str] = {"nl": "“{text}”", "en": "“{text}”"}

SILENT: dict[Language, str] = {
    "nl": "De {letter} geeft hier geen antwoord op.",
    "en": "The {letter} does not answer this.",
}
OFF_TOPIC: dict[Language, str] = {
    "nl": "Deze vraag gaat niet over de {letter}.",
    "en": "This question is not about the {letter}.",
}
VAGUE: dict[Language, str] = {
    "nl": "Deze vraag is te vaag om op te zoeken. Noem een onderwerp, een naam of een begrip uit de brief.",
    "en": "This question is too vague to search for. Name a subject, a name or a term from the letter.",
}
UNDECIDED: dict[Language, str] = {
    "nl": "De {letter} laat dit nog open: ",
    "en": "The {letter} leaves this open: ",
}
NEAREST: dict[Language, str] = {
    "nl": "Het dichtst in de buurt komt § {section}, al. {paragraph}.",
    "en": "The nearest passage is § {section}, para. {paragraph}.",
}
DUTCH_ONLY: dict[Language, str] = {
    "nl": "Van deze brief is geen Engelse tekst.",
    "en": "There is no English text of this letter; the quotation is the original Dutch.",
}
UNOFFICIAL: dict[Language, str] = {
    "nl": "De Engelse tekst is een onofficiële vertaling.",
    "en": "The English text is an unofficial translation; the Dutch is the source.",
}
DATED: dict[Language, str] = {
    "nl": "De brief is van {date}; wat daarna is gebeurd, staat er niet in.",
    "en": "The letter dates from {date}; it says nothing of what happened since.",
}
MISSING: dict[Language, str] = {
    "nl": "Op een deel van de vraag is geen antwoord gevonden: «{part}»",
    "en": "No answer was found to part of the question: “{part}”",
}
CUT: dict[Language, str] = {
    "nl": "De vraag is te lang; alleen het begin ({count} tekens) is gebruikt.",
    "en": "The question is too long; only its beginning ({count} characters) was used.",
}
LETTERS: dict[Language, str] = {"nl": "brieven", "en": "letters"}
ONE_LETTER: dict[Language, str] = {"nl": "brief van {date}", "en": "letter of {date}"}
UNDATED_LETTER: dict[Language, str] = {"nl": "brief «{title}»", "en": "letter «{title}»"}
EMPTY: dict[Language, str] = {
    "nl": "Stel een vraag, bijvoorbeeld: Wat vindt het kabinet van …?",
    "en": "Ask a question, for example: What does the government think of …?",
}
