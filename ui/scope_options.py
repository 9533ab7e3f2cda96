"""The options by which every command chooses letters."""

from __future__ import annotations

from typing import Annotated

import typer

LetterOption = Annotated[
    list[str] | None, typer.Option("--letter", metavar="ID", help="Only this letter; may be repeated.")
]
FromOption = Annotated[
    str,
    typer.Option("--from", metavar="DATE", help="Only letters from this day, month or year on: 26-04-2018, 2018."),
]
ToOption = Annotated[
    str, typer.Option("--to", metavar="DATE", help="Only letters up to this day, month or year, which counts as well.")
]
MinistryOption = Annotated[
    str, typer.Option(metavar="TEXT", help="Only letters of this ministry, by name or abbreviation: Financiën, OCW.")
]
DossierOption = Annotated[
    str,
    typer.Option(
        metavar="NUMBER",
        help="Only letters of this dossier: 29665, 36200-XII. Letters that do not say theirs count where they name its "
        "papers.",
    ),
]
