"""What `ingest` says: a line a letter, what became of the paragraphs that are cited, and how many files there were."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from assistant.conversations import Conversations
from ingest.adding import Ingested, Outcome
from ingest.errors import HomeUnusable
from ingest.home import Home
from ingest.moved import Change, Move
from ui.terminal import harmless, print_line

_MOST_MOVES = 5
_BECAME: dict[Change, str] = {"moved": "the same text", "changed": "another text", "gone": "gone"}

Quotes = Mapping[str, Sequence[str]]


def print_results(results: Sequence[Ingested], quotes: Quotes, home: Home) -> None:
    """Print a line for each file, those that failed and what else is to be known on stderr."""
    for result in results:
        if result.outcome == "failed":
            _note(f"{result.outcome:8}{result.reason}")
            continue
        print_line(f"{result.outcome:8}{result.letter_id}{f' ({result.reason})' if result.reason else ''}")
        for line in _move_lines(result, quotes, home):
            _note(line)
    if len(results) > 1:
        counts = ", ".join(f"{count} {outcome}" for outcome, count in _count(results).items() if count)
        _note(f"kamervraag: {len(results)} files: {counts}")


def results_record(results: Sequence[Ingested], quotes: Quotes, home: Home) -> dict[str, Any]:
    """Return what `ingest --json` prints."""
    files = [
        {
            "path": str(result.path),
            "outcome": result.outcome,
            "letter": result.letter_id or None,
            "reason": result.reason or None,
            "paragraphs": [_move_record(move, quotes, home) for move in result.moves],
        }
        for result in results
    ]
    return {"files": files, "counts": _count(results)}


def find_quotes(results: Sequence[Ingested], home: Home) -> Quotes:
    """Return the quotations in kept conversations from the letters that changed, by paragraph."""
    changed = [result.letter_id for result in results if result.moves]
    kept = Conversations(home)
    try:
        return kept.quotes_from(changed) if changed else {}
    except HomeUnusable as error:
        _note(f"kamervraag: {error}")
        return {}
    finally:
        kept.close()


def _count(results: Sequence[Ingested]) -> dict[Outcome, int]:
    found = Counter(result.outcome for result in results)
    outcomes: tuple[Outcome, ...] = get_args(Outcome)
    return {outcome: found[outcome] for outcome in outcomes}


def _move_lines(result: Ingested, quotes: Quotes, home: Home) -> list[str]:
    """Tell what became of paragraphs, those that are cited first."""
    if not result.moves:
        return []
    count, cited = len(result.moves), sum(move.before in quotes for move in result.moves)
    told = f"{count} paragraph{'s are' if count > 1 else ' is'} not as before, {cited} of them cited in conversations"
    first = sorted(result.moves, key=lambda move: move.before not in quotes)[:_MOST_MOVES]
    more = [f"{'':10}and {count - len(first)} more; --json lists all"] if count > len(first) else []
    return [f"{'':8}{result.letter_id}: {told}", *(f"{'':10}{_move_line(move, quotes, home)}" for move in first), *more]


def _move_line(move: Move, quotes: Quotes, home: Home) -> str:
    place, _, now = move.before.partition("/")[2], *(move.after or "").partition("/")[1:]
    arrow = f" -> {now}" if move.after and move.after != move.before else ""
    cited = ""
    if number := len(quotes.get(move.before, ())):
        stand = ", the quoted words still stand there" if _quotes_stand(move, quotes, home) else ""
        cited = f" (cited {number} time{'s' * (number > 1)}{stand})"
    return f"{place}{arrow}: {_BECAME[move.change]}{cited}"


def _move_record(move: Move, quotes: Quotes, home: Home) -> dict[str, Any]:
    return {
        "before": move.before,
        "after": move.after,
        "change": move.change,
        "cited": len(quotes.get(move.before, ())),
        "quotes_stand": _quotes_stand(move, quotes, home) if move.before in quotes else None,
    }


def _quotes_stand(move: Move, quotes: Quotes, home: Home) -> bool:
    """Tell whether all that was quoted from a paragraph is still in it, wherever that is now."""
    if move.after is None:
        return False
    _, paragraph = home.load(move.after.partition("/")[0]).find(move.after)
    return all(quote in paragraph.text for quote in quotes[move.before])


def _note(line: str) -> None:
    sys.stderr.write(f"{harmless(line)}\n")
