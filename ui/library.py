"""The letters that can be asked: the shared ones, and those that a visitor added for themselves."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from assistant.pipeline import Assistant
from ingest.errors import UserError, unknown_letter
from ingest.home import Home, HomeBeside
from ingest.letter import Letter
from ingest.pipeline import ingest, open_corpus, remove
from ingest.read import SUFFIXES
from ingest.reading import read_letter
from ui.limits import Refusal, Uploads

FOLDER = "visitors"
MOST_BYTES = 10_000_000
MOST_OWN = 20
_KEPT_S = 30 * 24 * 3600
_UNSAFE = re.compile(r"[^\w .,()-]+")
_LONGEST_NAME = 100


class Library:
    """Opens the letters for whoever asks; a visitor's own stand in a home of their own beside the shared one."""

    def __init__(self, assistant: Assistant, home: Home, uploads: Uploads = Uploads.private) -> None:
        self.uploads = uploads
        self._shared, self._home = assistant, home
        self._forget_old()

    @property
    def shared(self) -> Assistant:
        """The assistant over the letters that everybody may ask."""
        return self._shared

    @contextmanager
    def open(self, owner: str) -> Iterator[Assistant]:
        """Give the assistant over all letters that this visitor may ask."""
        home = self._home_of(owner)
        if not home.own_ids():
            yield self._shared
            return
        # marks it as in use
        os.utime(home.folder)
        with closing(self._assistant_over(home)) as assistant:
            yield assistant

    def own_ids(self, owner: str) -> tuple[str, ...]:
        """Return the ids of the letters that only this visitor may ask."""
        return self._home_of(owner).own_ids()

    def read(self, name: str, content: bytes) -> Letter:
        """Return a file as the letter it would become.

        Raises:
            Refusal: no letters may be added, or this one can't be.
        """
        self._check(name, content)
        with _as_file(name, content) as path:
            return read_letter(path)

    def add(self, owner: str, name: str, content: bytes) -> Letter:
        """Add a file to the visitor's letters, or to everybody's where that is how uploads are treated.

        Raises:
            Refusal: as `read`, or there are too many already.
        """
        self._check(name, content)
        home = self._home if self.uploads == Uploads.shared else self._home_of(owner)
        if isinstance(home, HomeBeside) and len(home.own_ids()) >= MOST_OWN:
            raise Refusal("file_many", f"at most {MOST_OWN} letters of your own are kept: remove one first")
        with _as_file(name, content) as path:
            (result,) = ingest([path], home, self._shared.embedder)
            if result.outcome == "failed":
                raise UserError(result.reason)
        if home is self._home:
            # the one before lets go of its index when its last question is answered
            self._shared = self._assistant_over(home)
        return home.load(result.letter_id)

    def remove(self, owner: str, letter_id: str) -> None:
        """Remove one of the visitor's own letters, with all that was made of it.

        Raises:
            UnknownLetter: they have none with that id.
        """
        home = self._home_of(owner)
        if letter_id not in home.own_ids():
            raise unknown_letter(letter_id, home.own_ids())
        if len(home.own_ids()) == 1:
            shutil.rmtree(home.folder)
        else:
            remove(letter_id, home, self._shared.embedder)

    def _home_of(self, owner: str) -> HomeBeside:
        return HomeBeside(self._home.folder / FOLDER / owner, self._home, self._shared.letters)

    def _assistant_over(self, home: Home) -> Assistant:
        return Assistant(self._shared.embedder, open_corpus(home, self._shared.embedder), self._shared.model)

    def _check(self, name: str, content: bytes) -> None:
        if self.uploads == Uploads.off:
            raise Refusal("no_uploads", "this server takes no letters")
        if Path(name).suffix.lower() not in SUFFIXES:
            raise Refusal("file_type", f"{name!r} is no letter that can be read; give one of {', '.join(SUFFIXES)}")
        if len(content) > MOST_BYTES:
            raise Refusal("file_large", f"{name!r} is larger than {MOST_BYTES // 1_000_000} MB; split it first")

    def _forget_old(self) -> None:
        """Delete the letters of visitors who have not asked them for a month."""
        for folder in (self._home.folder / FOLDER).glob("*"):
            if folder.stat().st_mtime < time.time() - _KEPT_S:
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _as_file(name: str, content: bytes) -> Iterator[Path]:
    """Give a file with this content and a harmless name; say what is wrong with it without its folder."""
    with tempfile.TemporaryDirectory(prefix="kamervraag-") as folder:
        suffix = Path(name).suffix
        path = Path(folder) / (_UNSAFE.sub("_", Path(name).stem)[:_LONGEST_NAME] + suffix)
        path.write_bytes(content)
        try:
            yield path
        except Refusal:
            raise
        except UserError as error:
            raise Refusal("file_unreadable", str(error).replace(f"{folder}{os.sep}", "")) from error
