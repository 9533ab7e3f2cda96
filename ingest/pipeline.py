"""The order of the stages: files → letters → chunks → vectors → generation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from ingest.adding import Ingested, Intake
from ingest.corpus import Corpus, Progress, build_corpus, is_stale, open_as_it_is
from ingest.embed import Embedder
from ingest.embedding import embed_letters
from ingest.errors import BrokenGeneration, HomeUnusable, UnreadableLetter, UserError
from ingest.folder import read_files
from ingest.home import Home
from ingest.letter import Letter
from ingest.reading import Task, find_letters, is_letter_file, read_letter
from ingest.stages import Stages

BUNDLED = Path(__file__).with_name("letters")
# of a thousand; which of reading and embedding takes longer is a matter of the format
_SHARES = {"reading": 450, "embedding": 450, "indexing": 100}


def ingest(
    paths: Sequence[Path],
    home: Home,
    embedder: Embedder,
    progress: Progress | None = None,
    translation: Path | None = None,
    corrections: Path | None = None,
) -> list[Ingested]:
    """Add letters to the home and index them; a file that fails is reported and the others go on.

    `translation` is the aligned English of the only letter given, `corrections` are to how it is cut; without
    them a letter keeps those it has.

    Raises:
        UserError: the home can't be used, a folder holds no letter, or what goes with one letter comes with several.
    """
    files = find_letters(paths)
    for one in filter(None, (translation, corrections)):
        if len(files) != 1:
            raise UserError(f"{one}: this goes with one letter, but {len(files)} were given")
    tasks = [Task(path, home.folder, translation, corrections) for path in files]
    stages = Stages(progress, _SHARES)
    home.create()
    with home.writing():
        intake = Intake(home, bundled_ids())
        readings = read_files(tasks, home, intake.holds, partial(stages, "reading"))
        results = [intake.add(reading, task) for reading, task in zip(readings, tasks, strict=True)]
        added = [result.letter_id for result in results if result.outcome in ("new", "changed")]
        if added or is_stale(home, embedder):
            embed_letters(home, added or home.letter_ids(), embedder, partial(stages, "embedding"))
            build_corpus(home, embedder, stages)
        stages("indexing", 1, 1)
    return results


def remove(letter_id: str, home: Home, embedder: Embedder) -> None:
    """Take a letter out of the home and the index.

    Raises:
        UnknownLetter: there is none with that id.
        HomeUnusable: it is the bundled letter, which stays.
    """
    if letter_id in bundled_ids():
        raise HomeUnusable(f"{letter_id} comes with kamervraag and stays; pass --letter to ask another letter only")
    home.create()
    with home.writing():
        if letter_id not in home.letter_ids():
            home.load(letter_id)
        home.remove(letter_id)
        _add_bundled(home)
        build_corpus(home, embedder)


def open_corpus(home: Home, embedder: Embedder, progress: Progress | None = None) -> Corpus:
    """Open letters and index, first adding the bundled letters to a new home and rebuilding an index that is damaged.

    Raises:
        HomeUnusable: the home can't be used.
    """
    try:
        return open_as_it_is(home, embedder)
    except (BrokenGeneration, HomeUnusable) as first:
        reason = str(first)
    home.create()
    with home.writing():
        new = not home.letter_ids()
        _add_bundled(home)
        try:
            return open_as_it_is(home, embedder)
        except BrokenGeneration:
            if not new:
                home.report(f"rebuilding the index from the letters: {reason}")
            build_corpus(home, embedder, progress)
        with home.explained():
            return open_as_it_is(home, embedder)


def prepare_home(home: Home) -> None:
    """Make sure that the letters that come with the package are in the home.

    Raises:
        HomeUnusable: the home can't be used.
    """
    if not bundled_ids() <= set(home.letter_ids()):
        home.create()
        with home.writing():
            _add_bundled(home)


def rebuild(home: Home, embedder: Embedder) -> None:
    """Build the index again from the letters and the vectors that are kept; the caller holds the right to write.

    Raises:
        HomeUnusable: the home can't be used, or a letter is damaged.
    """
    _add_bundled(home)
    build_corpus(home, embedder)


def bundled_files() -> tuple[Path, ...]:
    """Return the letters that come with the package."""
    return tuple(path for path in sorted(BUNDLED.iterdir()) if is_letter_file(path))


def bundled_ids() -> frozenset[str]:
    """Return the ids of the letters that come with the package."""
    return frozenset(path.stem for path in bundled_files())


def _add_bundled(home: Home) -> None:
    """Bring the bundled letters in the home to what the package holds, a damaged file included."""
    for path in bundled_files():
        try:
            letter = replace(read_letter(path), bundled=True)
        except UnreadableLetter as error:
            raise HomeUnusable(f"a letter that comes with kamervraag can't be read; reinstall it: {error}") from error
        if _stored(letter.id, home) != letter:
            home.save(letter)


def _stored(letter_id: str, home: Home) -> Letter | None:
    try:
        return home.load(letter_id)
    except UserError:
        return None
