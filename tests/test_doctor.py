"""What the doctor finds, on a sound machine and on a broken one, and that it changes nothing."""

from __future__ import annotations

import shutil
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

import ui.doctor
from ingest.embed import Embedder
from ingest.model.prepare import MODEL_NAME
from ingest.settings import Settings
from ui.doctor import Finding, examine


@pytest.fixture(autouse=True)
def _sound_machine(embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ui.doctor, "version", lambda name: "1.0")
    monkeypatch.setattr(ui.doctor, "load_embedder", lambda *arguments, **keywords: embedder)


def findings(settings: Settings) -> dict[str, Finding]:
    return {finding.name: finding for finding in examine(settings)}


def test_on_a_sound_machine_there_is_nothing_to_mend(home_copy: Path) -> None:
    found = findings(Settings(home=home_copy))
    assert not [finding for finding in found.values() if finding.mend]
    assert found["index"].value.startswith("1 letter, ")
    assert MODEL_NAME in found["model"].value


def test_every_setting_in_force_is_shown(home_copy: Path) -> None:
    settings = Settings(home=home_copy, threads=3)
    found = findings(settings)
    for field in Settings.model_fields:
        assert found[f"KAMERVRAAG_{field.upper()}"].value == str(getattr(settings, field))


def test_a_misspelt_variable_is_pointed_out(home_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAMERVRAAG_TREADS", "2")
    finding = findings(Settings(home=home_copy))["KAMERVRAAG_TREADS"]
    assert finding.value == "2"
    assert finding.mend


def test_examining_changes_nothing(home_copy: Path, tmp_path: Path) -> None:
    before = _contents(tmp_path)
    findings(Settings(home=home_copy))
    findings(Settings(home=tmp_path / "new" / "home"))
    assert _contents(tmp_path) == before


def test_a_new_home_is_made_on_first_use_and_no_reason_for_alarm(tmp_path: Path) -> None:
    found = findings(Settings(home=tmp_path / "new" / "home"))
    assert "first use" in found["home"].value
    assert not found["home"].mend
    assert not found["index"].mend


def test_a_home_that_is_a_file_is_pointed_out(tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.write_text("x", encoding="utf-8")
    finding = findings(Settings(home=home))["home"]
    assert str(home) in finding.value
    assert "KAMERVRAAG_HOME" in (finding.mend or "")


def test_a_home_that_is_a_link_to_itself_is_pointed_out(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.symlink_to(home)
    assert findings(Settings(home=home))["home"].mend


def test_letters_that_are_a_file_are_pointed_out(tmp_path: Path) -> None:
    (tmp_path / "letters").write_text("x", encoding="utf-8")
    assert "letters" in findings(Settings(home=tmp_path))["index"].value
    assert findings(Settings(home=tmp_path))["index"].mend


def test_a_place_where_no_model_can_be_prepared_is_pointed_out(home_copy: Path) -> None:
    finding = findings(Settings(home=home_copy, models=Path("/dev/null")))["model"]
    assert "/dev/null" in finding.value
    assert "KAMERVRAAG_MODELS" in (finding.mend or "")


@pytest.mark.parametrize("folder", ["generations", "letters"])
def test_an_index_that_does_not_fit_its_letters_is_pointed_out(home_copy: Path, folder: str) -> None:
    for path in (home_copy / folder).iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    finding = findings(Settings(home=home_copy))["index"]
    assert finding.mend


def test_a_damaged_letter_is_pointed_out(home_copy: Path) -> None:
    (path,) = (home_copy / "letters").glob("*.json")
    path.write_text("{", encoding="utf-8")
    finding = findings(Settings(home=home_copy))["index"]
    assert path.stem in (finding.mend or "")


def test_damaged_conversations_are_pointed_out(home_copy: Path) -> None:
    (home_copy / "conversations.sqlite").write_bytes(b"\xa5" * 5_000)
    assert "--repair" in (findings(Settings(home=home_copy))["conversations"].mend or "")


def test_a_full_disk_is_pointed_out(home_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(home_copy)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1_000_000))
    assert "space" in (findings(Settings(home=home_copy))["home"].mend or "")


def test_a_missing_package_is_pointed_out(home_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name == "gradio":
            raise PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(ui.doctor, "version", version)
    found = findings(Settings(home=home_copy))
    assert [finding.name for finding in found.values() if finding.mend] == ["gradio"]


def _contents(folder: Path) -> dict[Path, bytes]:
    """Return every file's bytes; Chroma writes in its own folder whenever it is opened."""
    return {
        path: path.read_bytes() if path.is_file() and "chroma" not in path.parts else b"" for path in folder.rglob("*")
    }


def test_a_home_with_an_impossible_name_is_pointed_out(tmp_path: Path) -> None:
    found = findings(Settings(home=tmp_path / ("x" * 300)))
    assert found["home"].mend
