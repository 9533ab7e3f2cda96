"""The file of hashed passwords: who knows one gets in, nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import UserError
from ui.passwords import Users, hash_password


def test_only_the_right_password_of_the_right_user_is_let_in(tmp_path: Path) -> None:
    path = tmp_path / "users"
    path.write_text(f"{hash_password('anna', 'geheim')}\n\n{hash_password('bert', 'dicht:bij')}\n", encoding="utf-8")
    users = Users(path)
    assert users.admit("anna", "geheim")
    assert users.admit("bert", "dicht:bij")
    assert not users.admit("anna", "dicht:bij")
    assert not users.admit("anna", "")
    assert not users.admit("carla", "geheim")


def test_the_file_holds_no_password_and_no_two_lines_alike() -> None:
    first, second = hash_password("anna", "geheim"), hash_password("anna", "geheim")
    assert "geheim" not in first
    assert first != second


@pytest.mark.parametrize(("name", "password"), [("", "x"), ("a", ""), ("a:b", "x"), ("a\nb", "x")])
def test_a_name_or_password_that_the_file_cannot_hold_is_refused(name: str, password: str) -> None:
    with pytest.raises(UserError):
        hash_password(name, password)


@pytest.mark.parametrize("content", ["", "\n", "anna:geheim", "anna", "anna:scrypt$%%$aa", "anna:md5$YQ==$YQ=="])
def test_a_file_that_would_let_nobody_or_anybody_in_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "users"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match="kamervraag password"):
        Users(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nergens"):
        Users(tmp_path / "nergens")
