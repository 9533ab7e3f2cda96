"""Pairs of words that say the opposite of each other, in both languages."""

from __future__ import annotations

import re
from functools import lru_cache

from ingest.letter import Language

_PAIRS: tuple[tuple[tuple[str, str], tuple[str, str]], ...] = (
    # each pole in Dutch and in English
    (
        (r"stij\w+|steeg|stegen|gestegen|toeneemt|toene\w+|toegenomen|nam\w* (?:\w+ ){0,4}toe|toename|neemt (?:\w+ ){0,4}toe"
         r"|groei\w*|gegroeid|verho\w+|vergro\w+|uitbrei\w+|uitgebreid|verrui\w+|hoger\w*|meer|vermeerder\w*|opgehoogd|omhoog",
         r"ris(?:e|es|en|ing)|rose|increas\w+|gr[eo]w\w*|rais\w+|expan\w+|higher|more|enlarge\w*|extend\w*|up"),
        (r"dal(?:en|ing\w*)|daal\w*|dalend\w*|gedaald|afneemt|afnem\w*|afgenomen|nam\w* (?:\w+ ){0,4}af|afname|neemt (?:\w+ ){0,4}af"
         r"|krimp\w*|gekrompen|verla(?:ag|gi|ge)\w*|verklein\w*|inkrimp\w*|beperk\w*|lager\w*|minder|verminder\w*|terugdring\w*"
         r"|terug te dringen|reductie|omlaag",
         r"fall\w*|fell|decreas\w+|declin\w+|drop\w*|reduc\w+|shr[iau]nk\w*|lower\w*|less|fewer|diminish\w*|down|cut(?:s|ting)?"),
    ),
    (
        (r"steun\w*|gesteund|onderschrij\w+|onderschre\w+|deelt|delen|verwelkom\w*|neemt? (?:\w+ ){0,8}over|overnem\w*"
         r"|overgenomen|volgt|honore\w+|stemt (?:\w+ ){0,3}in|eens|waardeer\w*|voorstander\w*|aanvaard\w*",
         r"support\w*|endors\w+|shar(?:e|es|ed|ing)|welcom\w+|adopt\w*|follows?|agree\w*|accept\w*|approv\w+|honou?r\w*|favou?rs?"),
        (r"verwerp\w*|verworpen|wij(?:st|zen|s) (?:\w+ ){0,8}af|afgewezen|afwij(?:st|zen)|betreur\w*|bekritiseer\w*|oneens"
         r"|weiger\w*|bestrijd\w*|tegenstander\w*|veroorde\w+|ontraad\w*|ontraden",
         r"reject\w*|oppos\w+|regret\w*|critici[sz]\w+|disagree\w*|refus\w+|deplor\w+|declin\w+|condemn\w*|disapprov\w+"),
    ),
    (
        (r"versterk\w*|verbeter\w*|beter\w*|gunstig\w*|positie\w+|bevorder\w*|stimule\w+|verstevig\w*",
         r"strengthen\w*|improv\w+|better|favou?rabl\w+|positiv\w+|promot\w+|stimulat\w+|reinforc\w+"),
        (r"verzwak\w*|verslechter\w*|slechter\w*|ongunstig\w*|negatie\w+|belemmer\w*|ontmoedig\w*|ondermijn\w*",
         r"weaken\w*|worsen\w*|worse|unfavou?rabl\w+|negativ\w+|hinder\w*|discourag\w+|undermin\w+|deteriorat\w+"),
    ),
    ((r"langst\w*|langer", r"longest|longer"), (r"kortst\w*|korter", r"shortest|shorter")),
    ((r"grootst\w*|groter", r"largest|larger|biggest|greatest"), (r"kleinst\w*|kleiner", r"smallest|smaller|least")),
    ((r"hoogst\w*", r"highest"), (r"laagst\w*", r"lowest")),
    ((r"goedkoper|goedkoopst\w*", r"cheaper|cheapest"), (r"duurder|duurst\w*", r"more expensive|most expensive|dearer")),
    ((r"sneller|eerder|vroeger", r"faster|quicker|earlier|sooner"),
     (r"langzamer|trager|later", r"slower|later")),
    ((r"begin\w*|begon\w*|begonnen|start\w*|gestart|aanvang\w*|ingegaan", r"beg[iau]n\w*|start\w*|commenc\w+|launch\w*"),
     (r"einde|eindig\w*|beëindig\w*|gestopt|stop\w*|afloop\w*|afgelopen", r"end(?:s|ed|ing)?|stop\w*|finish\w*|expir\w+")),
    ((r"ope(?:n|nt|nen|nd|nde|ning)|geopend", r"open\w*"), (r"slui\w+|gesloten|dicht", r"clos\w+|shut\w*")),
    ((r"krijg\w*|ontvang\w*|ontving\w*", r"receiv\w+|gets?"), (r"betaal\w*|betalen|verlie[sz]\w*", r"pays?|paid|los(?:e|es|ing)|lost")),
    ((r"winst\w*|baten|opbrengst\w*", r"profits?|gains?|benefits?"), (r"verlie[sz]\w*|kosten", r"loss\w*|costs?")),
    ((r"veilig\w*", r"safe\w*|secur\w+"), (r"onveilig\w*|gevaar\w*", r"unsafe|insecur\w+|danger\w*")),
    ((r"toe(?:laat|laten|staan|gestaan|staat)|toegestaan|legaal", r"allow\w*|permit\w*|legal"),
     (r"verbied\w*|verboden|verbod|illegaal", r"forbid\w*|forbidden|prohibit\w*|bann\w+|illegal")),
    ((r"vooruit\w*|succes\w*|geslaagd|slaagt", r"succe\w+|progress\w*"), (r"achteruit\w*|mislukt\w*|faalt|falen", r"fail\w*|setback\w*")),
    ((r"eerste", r"first"), (r"laatste", r"last")),
    ((r"voldoende|genoeg|toereikend\w*", r"sufficient\w*|enough|adequate\w*"),
     (r"onvoldoende|ontoereikend\w*|tekort\w*", r"insufficient\w*|inadequate\w*|shortage\w*")),
    ((r"belangrijk\w*|essentieel|cruciaal|groot belang", r"important\w*|essential|crucial|great importance|vital"),
     (r"onbelangrijk\w*|bijzaak|gering belang", r"unimportant|minor|little importance")),
    ((r"oost\w*", r"east\w*"), (r"west\w*", r"west\w*")),
    ((r"noord\w*", r"north\w*"), (r"zuid\w*", r"south\w*")),
    ((r"allebei|beide|samen|gezamenlijk\w*", r"both|together|jointly"), (r"afzonderlijk\w*|apart\w*|los van", r"separate\w*|apart")),
    ((r"invoer\w*|import\w*", r"import\w*"), (r"uitvoer|export\w*", r"export\w*")),
    ((r"publiek\w*|openbaar", r"public\w*"), (r"privé|privaat|vertrouwelijk|geheim", r"private\w*|confidential|secret")),
    ((r"nationa\w+", r"national\w*"), (r"internationa\w+", r"international\w*")),
    ((r"tijdelijk\w*", r"temporar\w+"), (r"permanent\w*|blijvend\w*|structure\w+", r"permanent\w*|lasting|structural\w*")),
)  # fmt: skip


def _compile(pole: tuple[str, str]) -> dict[Language, re.Pattern[str]]:
    dutch, english = (re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE) for words in pole)
    return {"nl": dutch, "en": english}


_POLES = tuple((_compile(one), _compile(other)) for one, other in _PAIRS)
Pole = tuple[int, int]


@lru_cache(maxsize=10_000)
def poles_of(text: str, language: Language) -> dict[Pole, str]:
    """Return the poles that stand in a text (which pair, and which of it), each with its first word."""
    return {
        (number, side): found.group()
        for number, pair in enumerate(_POLES)
        for side, pole in enumerate(pair)
        if (found := pole[language].search(text))
    }
