"""What the assistant says in its own words, in both languages."""

from __future__ import annotations

from assistant.verify import FaultKind
from ingest.letter import Language

LEAD_IN: dict[Language, str] = {"nl": "Volgens de {letter}: ", "en": "According to the {letter}: "}
NOTE: dict[Language, str] = {"nl": "noot {mark}: {text}", "en": "note {mark}: {text}"}
QUOTES: dict[Language, str] = {"nl": "“{text}”", "en": "“{text}”"}

SILENT: dict[Language, str] = {
    "nl": "De {letter} geeft hier geen antwoord op.",
    "en": "The {letter} does not answer this.",
}
ALL_SILENT: dict[Language, str] = {
    "nl": "De brieven geven hier geen antwoord op.",
    "en": "The letters do not answer this.",
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
MACHINE_MADE: dict[Language, str] = {
    "nl": "De Engelse tekst is een machinevertaling.",
    "en": "The English text is a machine translation, which nobody has checked; the Dutch is the source.",
}
DATED: dict[Language, str] = {
    "nl": "De brief is van {date}; wat daarna is gebeurd, staat er niet in.",
    "en": "The letter dates from {date}; it says nothing of what happened since.",
}
LAST_DATED: dict[Language, str] = {
    "nl": "De jongste van deze brieven is van {date}; wat daarna is gebeurd, staat er niet in.",
    "en": "The latest of these letters dates from {date}; they say nothing of what happened since.",
}
SOME_DUTCH_ONLY: dict[Language, str] = {
    "nl": "Van een deel van deze brieven is geen Engelse tekst.",
    "en": "There is no English text of some of these letters; their quotations are the original Dutch.",
}
ALL_DUTCH_ONLY: dict[Language, str] = {
    "nl": "Van deze brieven is geen Engelse tekst.",
    "en": "There is no English text of these letters; the quotations are the original Dutch.",
}
UNDATED: dict[Language, str] = {
    "nl": "Niet bevraagd, want zonder datum: {letters}.",
    "en": "Not asked, being without a date: {letters}.",
}
ABOUT_ONE: dict[Language, str] = {
    "nl": "Deze vraag gaat over één brief, en er zijn er {count} bevraagd: kies de brief die u bedoelt.",
    "en": "This question is about one letter, and {count} were asked: choose the one you mean.",
}
MENTIONED: dict[Language, str] = {
    "nl": "{count} van de {asked} brieven {verb} «{topic}».",
    "en": "{count} of the {asked} letters {verb} «{topic}».",
}
MENTIONS: dict[Language, tuple[str, str]] = {"nl": ("noemt", "noemen"), "en": ("mentions", "mention")}
MENTIONED_IN: dict[Language, tuple[str, str]] = {
    "nl": ("{letter} (1 alinea): ", "{letter} ({count} alinea’s): "),
    "en": ("{letter} (1 paragraph): ", "{letter} ({count} paragraphs): "),
}
NOT_MENTIONED: dict[Language, str] = {
    "nl": "Geen van de {asked} brieven noemt «{topic}».",
    "en": "None of the {asked} letters mentions «{topic}».",
}
BY_LETTER: dict[Language, str] = {
    "nl": "Elke brief die het noemt, met het aantal alinea’s, toont: kamervraag search --by-letter {topic}",
    "en": "Every letter that mentions it, with its paragraphs, is listed by: kamervraag search --by-letter {topic}",
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
BOTH_LETTERS: dict[Language, str] = {
    "nl": "brieven van {first} en {second}",
    "en": "letters of {first} and {second}",
}
SAME_DAY: dict[Language, str] = {"nl": "{letter} «{title}»", "en": "{letter} «{title}»"}
UNDATED_LETTER: dict[Language, str] = {"nl": "brief «{title}»", "en": "letter «{title}»"}
EMPTY: dict[Language, str] = {
    "nl": "Stel een vraag, bijvoorbeeld: Wat vindt het kabinet van …?",
    "en": "Ask a question, for example: What does the government think of …?",
}
MODEL_FAILED: dict[Language, str] = {
    "nl": "Het taalmodel gaf geen bruikbaar antwoord; de brief is daarom zelf aangehaald. ({reason})",
    "en": "The language model gave no usable reply, so that the letter itself is quoted. ({reason})",
}
BROKEN_OFF: dict[Language, str] = {
    "nl": "Het taalmodel brak het antwoord af; wat er staat, is getoetst. ({reason})",
    "en": "The language model broke its answer off; what there is was checked. ({reason})",
}
ALL_WITHHELD: dict[Language, str] = {
    "nl": "Geen zin van het taalmodel bleek door de brief gedekt; de brief is daarom zelf aangehaald.",
    "en": "No sentence of the language model was borne out by the letter, so that the letter itself is quoted.",
}
NOTHING_WORDED: dict[Language, str] = {
    "nl": "Het taalmodel gaf geen zin; de brief is daarom zelf aangehaald.",
    "en": "The language model gave no sentence, so that the letter itself is quoted.",
}
WORDED: dict[Language, str] = {
    "nl": "De formulering is van een taalmodel; cijfers, namen en ontkenningen zijn aan de bron getoetst.",
    "en": "The wording is a language model's; figures, names and denials were checked against the source.",
}
FAULTS: dict[Language, dict[FaultKind, str]] = {
    "nl": {
        "paragraph": "er staat geen alinea bij waarop de zin berust",
        "quote": "de woorden «{detail}» staan niet in de genoemde alinea",
        "markup": "er staan een link of opmaak in",
        "length": "de zin is te lang",
        "figure": "«{detail}» staat niet in de aangehaalde zinnen",
        "name": "de naam «{detail}» staat niet in de genoemde alinea",
        "negation": "de zin ontkent wat de bron zegt, of omgekeerd",
        "words": "te veel woorden staan niet in de genoemde alinea ({detail})",
        "prompt": "de zin herhaalt de instructies aan het taalmodel",
    },
    "en": {
        "paragraph": "it names no paragraph that it rests on",
        "quote": "the words “{detail}” do not stand in the paragraph it names",
        "markup": "there is a link or markup in it",
        "length": "the sentence is too long",
        "figure": "“{detail}” does not stand in the sentences it rests on",
        "name": "the name “{detail}” does not stand in the paragraph it names",
        "negation": "it denies what the source says, or the other way round",
        "words": "too many of its words do not stand in the paragraph it names ({detail})",
        "prompt": "it repeats what the language model was told",
    },
}
