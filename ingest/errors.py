"""Errors for people: what failed, with which value, and what to do next."""

from collections.abc import Collection

_MOST_NAMED = 3


class UserError(Exception):
    """Something the user can mend; the message says how. Shown as one line, exit status 1."""

    def __init__(self, message: str) -> None:
        """Take a message; a file may have a name of several lines."""
        super().__init__(" ".join(message.splitlines()))


class UnreadableLetter(UserError):
    """A file that can't be read as a letter."""


class ModelUnavailable(UserError):
    """The embedding model is missing, damaged or can't be prepared."""


class HomeUnusable(UserError):
    """The folder that holds letters and index can't be used."""


class ServerUnavailable(UserError):
    """The Chroma server that keeps the vectors can't be reached, or does not answer as it should."""


class UnknownLetter(UserError):
    """No letter with that id."""


def unknown_letter(letter_id: str, known: Collection[str]) -> UnknownLetter:
    """Return the error for an id that no letter has, with those most like it."""
    from difflib import get_close_matches

    alike = get_close_matches(letter_id, known, n=_MOST_NAMED, cutoff=0.0)
    named = ", ".join(alike) + (", …" if len(alike) < len(known) else "") if alike else "none yet"
    return UnknownLetter(f"there is no letter {letter_id!r}; 'kamervraag letters' lists them (here: {named})")


class UnknownConversation(UserError):
    """No conversation with that id."""


class NewerFormat(Exception):
    """A file that a later version of the program wrote."""


class BrokenGeneration(Exception):
    """An index generation failed its check; the caller rebuilds it from the letters."""


def count_of(number: int, noun: str) -> str:
    """Return a number of things in words for people: "1 letter", "2 letters"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
