"""`--chroma-url`, for every command that opens the index."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Annotated, ParamSpec, TypeVar

import typer

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")
_NAME = "chroma_url"
_OPTION = Annotated[
    str | None,
    typer.Option(metavar="URL", help="A Chroma server to keep the index's vectors, in place of the home folder."),
]
_given: ContextVar[str | None] = ContextVar(_NAME, default=None)


def given_server() -> str | None:
    """Return the address that the command was given, or `None`."""
    return _given.get()


def takes_server(command: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
    """Give a command the option `--chroma-url`, which `given_server` tells while it runs."""

    @wraps(command)
    def remembering(*arguments: _Parameters.args, **keywords: _Parameters.kwargs) -> _Result:
        address = keywords.pop(_NAME, None)
        _given.set(str(address) if address is not None else None)
        return command(*arguments, **keywords)

    option = inspect.Parameter(_NAME, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_OPTION)
    signature = inspect.signature(command, eval_str=True)
    remembering.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[*signature.parameters.values(), option]
    )
    remembering.__annotations__ = {**command.__annotations__, _NAME: _OPTION}
    return remembering
