"""What a user may set, from the environment; read once, in the builders."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import platformdirs
from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from ingest.errors import UserError
from ingest.home import Home, Report
from ingest.model import default_models_folder
from ingest.model.prepare import MODEL_NAME
from ingest.server import Server, parse_url, without_password

PREFIX = "KAMERVRAAG_"


def _check_token(token: SecretStr) -> SecretStr:
    text = token.get_secret_value()
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("a token is letters, digits and signs, without spaces")
    return token


class Settings(BaseSettings):
    """Settings in force; every field is an environment variable `KAMERVRAAG_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore")

    home: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("kamervraag"),
        description="folder of the letters, their vectors and the index",
    )
    models: Path = Field(
        default_factory=default_models_folder,
        description="folder of the prepared embedding model",
    )
    embedder: str = Field(
        default=MODEL_NAME,
        min_length=1,
        description="embedding model: the default, or the path of a sentence-transformers folder",
    )
    threads: int = Field(
        default_factory=lambda: min(os.cpu_count() or 1, 4),
        ge=1,
        le=64,
        description="processor threads the embedding model may use",
    )
    questions_a_minute: int = Field(
        default=60,
        ge=1,
        le=100_000,
        description="questions that the page answers a minute for one visitor from elsewhere",
    )
    model: str = Field(
        default="quote",
        min_length=1,
        description="who words the answers: 'quote' for the letter itself, or a language model, as 'ollama:llama3.1'",
    )
    base_url: str | None = Field(
        default=None,
        description="address of the model's server, where it is not the provider's own",
    )
    timeout_s: float = Field(
        default=60,
        ge=0.1,
        le=3_600,
        description="seconds that a language model may take for one reply",
    )
    chroma_url: Annotated[str, AfterValidator(parse_url)] | None = Field(
        default=None,
        description="address of a Chroma server for the vectors of the index, as 'http://127.0.0.1:8000'",
    )
    chroma_token: Annotated[SecretStr, AfterValidator(_check_token)] | None = Field(
        default=None,
        description="what the Chroma server, or the proxy before it, wants to be shown ('Authorization: Bearer …')",
    )
    chroma_timeout_s: float = Field(
        default=30,
        ge=0.1,
        le=3_600,
        description="seconds that the Chroma server may take for one reply",
    )


def load_settings(**given: str | None) -> Settings:
    """Read the settings; those given come before the environment's.

    Raises:
        UserError: a value that is not allowed, with the variable's name; or a user without a home folder.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0])
        shown = {"chroma_token": "…", "chroma_url": without_password(str(first["input"]))}.get(field, first["input"])
        message = first["msg"].removeprefix("Value error, ")
        raise UserError(f"{PREFIX}{field.upper()}={shown!r} is not allowed: {message}") from error
    except RuntimeError as error:
        raise UserError(f"{error}; or set {PREFIX}HOME and {PREFIX}MODELS") from error


def load_home(settings: Settings, report: Report | None = None) -> Home:
    """Return the home in force, with the server of its vectors if it has one."""
    token = settings.chroma_token.get_secret_value() if settings.chroma_token else None
    server = Server(settings.chroma_url, token, settings.chroma_timeout_s) if settings.chroma_url else None
    return Home(settings.home, report, server)


def unknown_variables() -> list[str]:
    """Return variables with our prefix that no setting reads: misspelt, most likely."""
    known = {PREFIX + field.upper() for field in Settings.model_fields}
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
