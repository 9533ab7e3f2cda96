"""The letters that can be asked: the shared ones, and those that a visitor added for themselves."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from assistant.pipeline import Assistant
from ingest.dutch import fold
from ingest.errors import UserError, unknown_letter
from ingest.home import Home, HomeBeside
from ingest.letter import Letter
from ingest.pipeline import bundled_ids, ingest, open_corpus, remove
from ingest.read import SUFFIXES
from ingest.reading import read_letter
from ui.limits import Refusal, Uploads
from ui.models import Models
from ui.records import Record
from ui.shelf import Shelf
from ui.web_records import page_entry

FOLDER = "visitors"
MOST_BYTES = 10_000_000
MOST_OWN = 20
MOST_LISTED = 100
_KEPT_S = 30 * 24 * 3600
_UNSAFE = re.compile(r"[^\w .,()-]+")
_LONGEST_NAME = 100


class Library:
    """Opens the letters for whoever asks; a visitor's own stand in a home of their own beside the shared one."""

    def __init__(
        self,
        assistant: Assistant,
        home: Home,
        uploads: Uploads = Uploads.private,
        models: Models | None = None,
    ) -> None:
        self.uploads, self.models = uploads, models or Models()
        self._home = home
        self._shelf = Shelf()
        self._share(assistant)
        self._forget_old()

    @property
    def shared(self) -> Assistant:
        """The assistant over the letters that everybody may ask."""
        return self._shared

    def shared_by(self, model: str) -> Assistant:
        """Return `shared` with its answers worded by the model of this name, from `models.read`."""
        return self._by_model.get(model, self._shared)

    @contextmanager
    def open(self, owner: str, model: str = "") -> Iterator[Assistant]:
        """Give the assistant over all letters that this visitor may ask; as `shared_by`."""
        home = self._home_of(owner)
        if not home.own_ids():
            yield self.shared_by(model)
            return
        # marks it as in use
        os.utime(home.folder)
        state = (self._shared, home.own_ids(), home.letters_folder.stat().st_mtime_ns)
        with self._shelf.lend(owner, state, lambda: self._assistant_over(home)) as assistant:
            yield assistant.with_model(self.models.get(model)) if model else assistant

    def list(self, assistant: Assistant, own: Collection[str] = (), wanted: str = "") -> tuple[list[Record], int]:
        """Return what a list shows of the letters that have all of the words wanted, and how many are left off.

        The bundled come first, then one's own, then the newest.
        """
        bundled = bundled_ids()
        ids = sorted(sorted(assistant.letters, reverse=True), key=lambda one: (one not in bundled, one not in own))
        if words := fold(wanted).split():
            ids = [one for one in ids if _has(self.entry(assistant, one, own), words)]
        return [self.entry(assistant, one, own) for one in ids[:MOST_LISTED]], max(len(ids) - MOST_LISTED, 0)

    @staticmethod
    def entry(assistant: Assistant, letter_id: str, own: Collection[str] = ()) -> Record:
        """Return what a list shows of a letter, whose text is not read for it."""
        return {**page_entry(assistant.letters.heads[letter_id]), "own": letter_id in own}

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
        self._shelf.take_off(owner)
        with _as_file(name, content) as path:
            (result,) = ingest([path], home, self._shared.embedder)
            if result.outcome == "failed":
                raise UserError(result.reason)
        if home is self._home:
            # the one before lets go of its index when its last question is answered
            self._share(self._assistant_over(home))
        return home.load(result.letter_id)

    def remove(self, owner: str, letter_id: str) -> None:
        """Remove one of the visitor's own letters, with all that was made of it.

        Raises:
            UnknownLetter: they have none with that id.
        """
        home = self._home_of(owner)
        if letter_id not in home.own_ids():
            raise unknown_letter(letter_id, home.own_ids())
        self._shelf.take_off(owner)
        if len(home.own_ids()) == 1:
            shutil.rmtree(home.folder)
        else:
            remove(letter_id, home, self._shared.embedder)

    def close(self) -> None:
        """Let go of what is kept open for visitors."""
        self._shelf.close()

    def _share(self, assistant: Assistant) -> None:
        self._shared = assistant
        self._by_model = {name: assistant.with_model(self.models.get(name)) for name in self.models.names}

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


def _has(entry: Record, words: Sequence[str]) -> bool:
    text = fold(" ".join([entry["id"], entry["title"], *entry["name"].values()]))
    return all(word in text for word in words)


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
