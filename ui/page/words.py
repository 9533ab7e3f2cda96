"""Every word of the page, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.reference import Style
from ingest.letter import Language


@dataclass(frozen=True, slots=True)
class Words:
    """The page's words in one language."""

    tagline: str
    welcome: str
    intro: str
    limits: str
    examples_title: str
    examples: tuple[str, ...]
    general: tuple[str, ...]
    ask: str
    send: str
    new: str
    you: str
    sources: str
    nearest: str
    note: str
    why: str
    why_intro: str
    likely: str
    possible: str
    unlikely: str
    open: str
    show_letter: str
    close_letter: str
    link: str
    copied: str
    translation: str
    contents: str
    find: str
    found_none: str
    found: str
    paragraph: str
    about: str
    footnotes: str
    thinking: str
    too_long: str
    busy: str
    letter: str
    language: str
    copy_as: dict[Style, str]
    section_question: str


WORDS: dict[Language, Words] = {
    "nl": Words(
        tagline="Stel een vraag aan een Kamerbrief",
        welcome="Wat wilt u uit de brief weten?",
        intro="Vraag in het Nederlands of Engels. U krijgt zinnen uit de brief zelf, elk met de alinea waarin zij "
        "staan; klik op een bronnummer en u ziet de zin in de brief.",
        limits="Kamervraag citeert en vat niet samen. Het weet niets van wat er na de brief is gebeurd, en soms zit "
        "het ernaast: lees de alinea na. Staat iets niet in de brief, dan zegt het dat.",
        examples_title="Bijvoorbeeld",
        examples=(
            "Hoeveel Nederlandse militairen zijn er in Litouwen?",
            "Waarom is de dialoog met Rusland van belang?",
            "Sinds wanneer is cyber een operationeel domein van de NAVO?",
            "Wat vindt het kabinet van de positie van Turkije?",
            "Welke landen kunnen lid worden van de NAVO?",
            "Wie heeft de brief ondertekend?",
        ),
        general=("Wie heeft de brief ondertekend?", "Aan wie is de brief gericht?"),
        ask="Stel uw vraag",
        send="Vraag",
        new="Nieuw gesprek",
        you="Uw vraag",
        sources="Bronnen",
        nearest="Het dichtst in de buurt",
        note="Let op",
        why="Waarom dit antwoord?",
        why_intro="Deze alinea’s leken het meest op de vraag:",
        likely="zeer waarschijnlijk het antwoord",
        possible="mogelijk het antwoord",
        unlikely="waarschijnlijk niet het antwoord",
        open="Toon in de brief",
        show_letter="Lees de brief",
        close_letter="Terug naar het gesprek",
        link="Kopieer koppeling",
        copied="Gekopieerd",
        translation="onofficiële vertaling",
        contents="Inhoud",
        find="Zoek in de brief",
        found_none="niet gevonden",
        found="gevonden",
        paragraph="alinea",
        about="Vraag hierover",
        footnotes="Noten",
        thinking="Bezig met zoeken …",
        too_long="De vraag is te lang: gebruik ten hoogste {most} tekens.",
        busy="Er gaat iets mis aan onze kant. Probeer het opnieuw.",
        letter="Brief",
        language="Taal",
        copy_as={"kamerstuk": "Kamerstuk", "apa": "APA", "journalist": "Journalist"},
        section_question="Wat zegt de brief over {heading}?",
    ),
    "en": Words(
        tagline="Ask a Dutch letter to parliament",
        welcome="What would you like to know from the letter?",
        intro="Ask in English or Dutch. You get sentences from the letter itself, each with the paragraph it stands "
        "in; click a source number to see the sentence in the letter.",
        limits="Kamervraag quotes and does not summarise. It knows nothing of what happened after the letter, and it "
        "is wrong at times: read the paragraph. Where the letter does not say, it tells you so.",
        examples_title="For example",
        examples=(
            "How many Dutch troops are there in Lithuania?",
            "Why does dialogue with Russia matter?",
            "Since when has cyber been an operational domain of NATO?",
            "What does the government think of Turkey’s position?",
            "Which countries can join NATO?",
            "Who signed the letter?",
        ),
        general=("Who signed the letter?", "To whom is the letter addressed?"),
        ask="Ask your question",
        send="Ask",
        new="New conversation",
        you="Your question",
        sources="Sources",
        nearest="Nearest passages",
        note="Please note",
        why="Why this answer?",
        why_intro="These paragraphs were most like the question:",
        likely="very likely the answer",
        possible="possibly the answer",
        unlikely="probably not the answer",
        open="Show in the letter",
        show_letter="Read the letter",
        close_letter="Back to the conversation",
        link="Copy link",
        copied="Copied",
        translation="unofficial translation",
        contents="Contents",
        find="Search the letter",
        found_none="not found",
        found="found",
        paragraph="paragraph",
        about="Ask about this",
        footnotes="Notes",
        thinking="Searching …",
        too_long="The question is too long: use {most} characters at most.",
        busy="Something went wrong on our side. Please try again.",
        letter="Letter",
        language="Language",
        copy_as={"kamerstuk": "Kamerstuk", "apa": "APA", "journalist": "Journalist"},
        section_question="What does the letter say about {heading}?",
    ),
}
