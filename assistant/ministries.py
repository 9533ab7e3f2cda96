"""The ministries by their usual abbreviations and their names, so that a letter is found by any of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ingest.dutch import fold


@dataclass(frozen=True, slots=True)
class Ministry:
    """A ministry under its successive names; a post named for part of its work counts as the ministry."""

    abbreviations: tuple[str, ...]
    names: tuple[str, ...]


MINISTRIES = (
    Ministry(("AZ",), ("Algemene Zaken", "Minister-President", "General Affairs", "Prime Minister")),
    Ministry(
        ("BZ", "BuZa", "BHOS", "BHO"),
        (
            "Buitenlandse Zaken", "Ontwikkelingssamenwerking", "Ontwikkelingshulp", "Buitenlandse Handel",
            "Foreign Affairs", "Foreign Trade", "Development Cooperation",
        ),
    ),
    Ministry(
        ("BZK", "BiZa"),
        (
            "Binnenlandse Zaken en Koninkrijksrelaties", "Binnenlandse Zaken", "Koninkrijksrelaties",
            "Wonen en Rijksdienst", "Interior and Kingdom Relations", "Interior", "Home Affairs",
        ),
    ),
    Ministry(("Def", "MinDef"), ("Defensie", "Defence", "Defense")),
    Ministry(
        ("EZ", "EZK", "EL&I"),
        ("Economische Zaken", "Klimaat en Energie", "Economic Affairs", "Climate and Energy Policy"),
    ),
    Ministry(("Fin", "MinFin"), ("Financiën", "Fiscaliteit", "Toeslagen en Douane", "Finance")),
    Ministry(
        ("IenW", "I&W", "IenM", "I&M", "VenW", "V&W"),
        (
            "Infrastructuur en Waterstaat", "Infrastructuur en Milieu", "Verkeer en Waterstaat",
            "Openbaar Vervoer en Milieu", "Infrastructure and Water Management", "Infrastructure and the Environment",
        ),
    ),
    Ministry(
        ("JenV", "J&V", "VenJ", "V&J"),
        (
            "Justitie en Veiligheid", "Veiligheid en Justitie", "Justitie", "Rechtsbescherming", "Justice and Security",
            "Security and Justice", "Justice", "Legal Protection",
        ),
    ),
    Ministry(("AenM", "A&M"), ("Asiel en Migratie", "Asylum and Migration")),
    Ministry(("KGG",), ("Klimaat en Groene Groei", "Climate Policy and Green Growth", "Climate and Green Growth")),
    Ministry(
        ("LNV", "LVVN", "LVV"),
        (
            "Landbouw, Natuur en Voedselkwaliteit", "Landbouw, Visserij, Voedselzekerheid en Natuur",
            "Landbouw", "Natuur en Stikstof", "Agriculture",
        ),
    ),
    Ministry(
        ("OCW", "OC&W"),
        (
            "Onderwijs, Cultuur en Wetenschap", "Primair en Voortgezet Onderwijs", "Basis- en Voortgezet Onderwijs",
            "Cultuur en Media", "Education, Culture and Science", "Education",
        ),
    ),
    Ministry(
        ("SZW",),
        (
            "Sociale Zaken en Werkgelegenheid", "Sociale Zaken", "Participatie en Integratie",
            "Participatie en Pensioenen", "Social Affairs and Employment", "Social Affairs",
        ),
    ),
    Ministry(
        ("VRO", "VROM"),
        (
            "Volkshuisvesting en Ruimtelijke Ordening", "Volkshuisvesting, Ruimtelijke Ordening en Milieubeheer",
            "Housing and Spatial Planning",
        ),
    ),
    Ministry(
        ("VWS",),
        (
            "Volksgezondheid, Welzijn en Sport", "Medische Zorg", "Langdurige Zorg",
            "Langdurige en Maatschappelijke Zorg", "Jeugd, Preventie en Sport", "Health, Welfare and Sport", "Health",
        ),
    ),
)  # fmt: skip
_OFFICE = re.compile(
    r"^(?:(?:de|het|the) )?(?:(?:ministerie|ministry)(?: (?:van|of))?"
    r"|(?:minister|staatssecretaris|state secretary) (?:van|voor|of|for)) "
)
_WORD = re.compile(r"[^\W_]+")


def is_from(sender: str, wanted: str) -> bool:
    """Whether a sender is of a ministry: given by abbreviation, by name, or by the first letters of its words."""
    found = _pattern(wanted).search(_plain(sender))
    return found is not None


def short_names(sender: str) -> tuple[str, ...]:
    """Return the abbreviations of the ministries that a sender is of."""
    return tuple(one.abbreviations[0] for one in MINISTRIES if is_from(sender, one.abbreviations[0]))


@lru_cache(maxsize=100)
def _pattern(wanted: str) -> re.Pattern[str]:
    looked_for = _plain(wanted)
    written = looked_for.replace(" ", "")
    for ministry in MINISTRIES:
        names = [_plain(name) for name in ministry.names]
        if looked_for in names or written in (_plain(one).replace(" ", "") for one in ministry.abbreviations):
            return re.compile(rf"\b(?:{'|'.join(names)})\b")
    # words that are no ministry's whole name are looked for as they begin; nothing at all is found nowhere
    return re.compile(rf"\b{r'[^ ]* '.join(looked_for.split())}") if looked_for else re.compile(r"(?!)")


def _plain(text: str) -> str:
    """Return the words of a text, folded, without what says minister or ministry in front."""
    return _OFFICE.sub("", " ".join(_WORD.findall(fold(text))))
