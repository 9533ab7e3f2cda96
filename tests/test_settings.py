"""Settings from the environment, and what is said of those that are wrong."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from ingest.errors import UserError
from ingest.model.prepare import MODEL_NAME
from ingest.server import Server, parse_url
from ingest.settings import PREFIX, Settings, load_home, load_settings, unknown_variables


def test_every_setting_is_read_from_its_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    values = {
        "home": tmp_path / "h",
        "models": tmp_path / "m",
        "embedder": "/models/mine",
        "threads": 3,
        "questions_a_minute": 7,
        "model": "ollama:llama3.1",
        "base_url": "http://127.0.0.1:1/v1",
        "timeout_s": 5.0,
        "chroma_url": "http://127.0.0.1:8000",
        "chroma_token": "geheim",
        "chroma_timeout_s": 2.5,
    }
    assert set(values) == set(Settings.model_fields)
    for name, value in values.items():
        monkeypatch.setenv(PREFIX + name.upper(), str(value))
    assert load_settings().model_dump() == {**values, "chroma_token": SecretStr("geheim")}


def test_without_variables_the_defaults_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)
    settings = load_settings()
    assert settings.embedder == MODEL_NAME
    assert settings.home.is_absolute()
    assert settings.models.is_absolute()
    assert 1 <= settings.threads <= 4


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KAMERVRAAG_THREADS", "0"),
        ("KAMERVRAAG_THREADS", "65"),
        ("KAMERVRAAG_THREADS", "veel"),
        ("KAMERVRAAG_THREADS", "1.5"),
        ("KAMERVRAAG_TIMEOUT_S", "0"),
    ],
)
def test_a_value_that_is_not_allowed_is_named_with_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(UserError, match=f"{variable}={value!r}") as caught:
        load_settings()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("variable", ["KAMERVRAAG_HOME", "KAMERVRAAG_MODELS"])
def test_an_empty_folder_is_never_taken_for_the_working_folder(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "")
    with suppress(UserError):
        settings = load_settings()
        assert Path() not in (settings.home, settings.models)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        load_settings().threads = 2  # type: ignore[misc]


def test_a_misspelt_variable_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAMERVRAAG_HOEM", "/x")
    monkeypatch.setenv("KAMERVRAAG_THREADS", "2")
    assert "KAMERVRAAG_HOEM" in unknown_variables()
    assert "KAMERVRAAG_THREADS" not in unknown_variables()


def test_other_programs_variables_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME_KAMERVRAAG", "/x")
    monkeypatch.setenv("THREADS", "99")
    assert unknown_variables() == []
    assert load_settings().threads != 99


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_a_user_without_a_home_folder_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless(*arguments: object, **keywords: object) -> Path:
        raise RuntimeError("could not determine the home directory")

    monkeypatch.delenv("KAMERVRAAG_HOME")
    monkeypatch.setattr("platformdirs.user_data_path", homeless)
    with pytest.raises(UserError, match="home directory; or set KAMERVRAAG_HOME"):
        load_settings()


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("HTTPS://Chroma.Example/vectoren//", "https://chroma.example/vectoren"),
        ("http://chroma:80", "http://chroma"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_address_has_one_form(given: str, url: str) -> None:
    assert parse_url(given) == url
    assert parse_url(url) == url


@pytest.mark.parametrize(
    "given",
    [
        "", "127.0.0.1:8000", "ftp://h", "file:///etc/passwd", "http://", "http:///pad", "http://h:99999", "http://h?x=1",
        "http://a b", "http://h#x", "http://[::1", "http://h:8000\nx", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(given: str) -> None:
    with pytest.raises(UserError, match=r"KAMERVRAAG_CHROMA_URL=.* is not allowed"):
        load_settings(chroma_url=given)


@pytest.mark.parametrize(
    "given",
    ["http://naam:geheim@h:8000", "http://geheim@h", "http://h?token=geheim", "http://h#geheim", "naam:geheim@h",
     "http://naam:geheim/x@h", "ftp://naam:geheim@h"],
)  # fmt: skip
def test_a_password_in_an_address_is_refused_and_not_repeated(given: str) -> None:
    with pytest.raises(UserError, match="KAMERVRAAG_CHROMA_URL") as caught:
        load_settings(chroma_url=given)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("token", ["met spatie", "één", "a\nb"])
def test_a_token_that_cannot_be_sent_is_refused_and_not_repeated(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv("KAMERVRAAG_CHROMA_TOKEN", token)
    with pytest.raises(UserError, match="KAMERVRAAG_CHROMA_TOKEN") as caught:
        load_settings()
    assert token not in str(caught.value)


def test_what_a_command_was_given_comes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAMERVRAAG_CHROMA_URL", "http://one")
    monkeypatch.setenv("KAMERVRAAG_CHROMA_TOKEN", "geheim")
    assert load_settings(chroma_url=None).chroma_url == "http://one"
    settings = load_settings(chroma_url="http://two")
    assert load_home(settings).server == Server("http://two", "geheim", 30)
    assert "geheim" not in repr(settings)
    monkeypatch.delenv("KAMERVRAAG_CHROMA_URL")
    assert load_home(load_settings()).server is None
