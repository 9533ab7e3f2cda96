"""Errors for people: what failed, with which value, and what to do next."""


class UserError(Exception):
    """Something the user can mend; the message says how. Shown as one line, exit status 1."""


class UnreadableLetter(UserError):
    """A file that can't be read as a letter."""


class ModelUnavailable(UserError):
    """The embedding model is missing, damaged or can't be prepared."""


class HomeUnusable(UserError):
    """The folder that holds letters and index can't be used."""


class UnknownLetter(UserError):
    """No letter with that id."""


class BrokenGeneration(Exception):
    """An index generation failed its check; the caller rebuilds it from the letters."""
