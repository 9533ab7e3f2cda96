"""The language models that the server's owner offers; nobody who asks can name another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath

from assistant.llm import QUOTE, ChatModel
from ingest.errors import UserError

Load = Callable[[str], ChatModel | None]
_GGUF = "gguf:"


class Models:
    """Models by the name that is shown, the default first; `None` stands for the letter's own words.

    Where none is offered there is no choice, and the server answers as its settings say.
    """

    def __init__(self, offered: Mapping[str, ChatModel | None] | None = None) -> None:
        self._offered = dict(offered or {})

    def __bool__(self) -> bool:
        """Whether there is a choice."""
        return bool(self._offered)

    @property
    def names(self) -> tuple[str, ...]:
        """The names that can be chosen, the default first."""
        return tuple(self._offered)

    def read(self, wanted: object) -> str:
        """Return the name of a model that somebody chose, the default's when they chose none.

        Raises:
            UserError: it is not offered.
        """
        if wanted in ("", None):
            return next(iter(self._offered), "")
        if not isinstance(wanted, str) or wanted not in self._offered:
            offered = ", ".join(self._offered) or "none can be chosen"
            raise UserError(f"that model is not offered here ({offered})")
        return wanted

    def still(self, kept: str) -> str:
        """Return the name that a conversation was kept with, or the default's when it is no longer offered."""
        return kept if kept in self._offered else self.read("")

    def get(self, name: str) -> ChatModel | None:
        """Return the model of a name from `read`."""
        return self._offered[name]


def load_models(names: Sequence[str], load: Load) -> Models:
    """Load the models with these names, to be offered in this order; the letter's own words can always be chosen.

    Raises:
        UserError: one can't be loaded, or two would be shown under one name.
    """
    offered: dict[str, ChatModel | None] = {}
    wanted = dict.fromkeys(names)
    for name in wanted:
        shown = public_name(name)
        if shown in offered:
            raise UserError(f"two models would be shown as {shown!r}: rename one of the files")
        offered[shown] = load(name)
        if (model := offered[shown]) is not None:
            # the name stands in every answer, and a path tells of the server
            model.name = shown
    return Models({**offered, QUOTE: None} if offered else {})


def runs_here(name: str) -> bool:
    """Whether a language model runs in this process, so that nothing is sent to a server."""
    return name.startswith(_GGUF)


def public_name(name: str) -> str:
    """Return a model's name without the folder that its file stands in."""
    return f"{_GGUF}{PurePath(name.removeprefix(_GGUF)).name}" if name.startswith(_GGUF) else name
