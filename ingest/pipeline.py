"""The order of the stages: files → letters → chunks → vectors → generation."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from ingest.chunk import chunk_letter
from ingest.correct import Correction, CorrectionError, apply_corrections, parse_corrections
from ingest.embed import Embedder, Matrix
from ingest.errors import BrokenGeneration, HomeUnusable, UnreadableLetter, UserError
from ingest.home import Home
from ingest.index import Content, Index, build_generation, letter_digest, open_current
from ingest.letter import BODY_KINDS, Chunk, Letter
from ingest.read import SUFFIXES, read_lines
from ingest.read.files import read_bytes as file_bytes
from ingest.read.text import decode
from ingest.structure import build_letter
from ingest.translation import align_translation, find_other_numbers, is_machine_made, is_still_dutch, read_translation
from ingest.vectors import encode_chunks, load_vectors, save_vectors, vectors_key

BUNDLED = Path(__file__).with_name("letters")
TRANSLATION_SUFFIX = ".en.txt"
_MOST_FILES = 20_000
_MOST_SENTENCES = 32_767

Outcome = Literal["new", "changed", "same", "failed"]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one file; `letter` is `None` and `reason` says why when it failed."""

    path: Path
    outcome: Outcome
    letter: Letter | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Corpus:
    """The letters by id, and the index that holds just these."""

    letters: dict[str, Letter]
    index: Index

    def close(self) -> None:
        """Let go of the index."""
        self.index.close()


def read_letter(
    path: Path, translation: Path | None = None, corrections: Sequence[Correction] = (), letter_id: str = ""
) -> Letter:
    """Read one letter, with its translation: the one given, else the one that stands beside it (`NAME.en.txt`).

    Raises:
        UnreadableLetter: the file or its translation can't be used.
        CorrectionError: a correction fits nothing in the letter.
    """
    lines = apply_corrections(read_lines(path), corrections)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    # a name that is not UTF-8 could not be written down
    name = path.name.encode("utf-8", "replace").decode("utf-8")
    letter = build_letter(lines, letter_id, source=name, sha256=sha256)
    if not any(paragraph.kind in BODY_KINDS for _, paragraph in letter.paragraphs()):
        raise UnreadableLetter(f"{path}: no paragraph of running text was found; is this a letter?")
    # the vectors number sentences in 16 bits
    if any(len(paragraph.sentences) > _MOST_SENTENCES for _, paragraph in letter.paragraphs()):
        raise UnreadableLetter(f"{path}: one paragraph has over {_MOST_SENTENCES} sentences; put its line breaks back")
    sidecar = translation or _translation_beside(path)
    if not sidecar:
        return letter
    aligned = replace(align_translation(letter, read_translation(sidecar)), machine_translated=is_machine_made(sidecar))
    if is_still_dutch(aligned):
        raise UnreadableLetter(f"{sidecar}: this is still the Dutch; put the English in its place")
    return aligned


def find_letters(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return the letter files among the paths, folders searched, in a fixed order, each once.

    Raises:
        UnreadableLetter: a folder without a letter, or far too many files.
    """
    found: list[Path] = []
    for path in paths:
        if not _is_so(path.is_dir):
            found.append(path)
            continue
        inside = sorted(file for file in path.rglob("*") if _is_letter_file(file))
        if not inside:
            raise UnreadableLetter(f"{path}: there is no letter ({', '.join(SUFFIXES)}) in this folder")
        found += inside
    if len(found) > _MOST_FILES:
        raise UnreadableLetter(f"{len(found)} files are too many at once (limit {_MOST_FILES}); give fewer folders")
    return tuple(dict.fromkeys(found))


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
    home.create()
    with home.writing():
        known = {letter.sha256: letter_id for letter_id, letter in home.load_all().items()}
        taken: dict[str, Path] = {}
        results = [_add(path, home, known, taken, translation, corrections) for path in files]
        if any(result.outcome in ("new", "changed") for result in results) or _is_stale(home, embedder):
            _build(home, embedder, progress)
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
        _build(home, embedder, None)


def open_corpus(home: Home, embedder: Embedder, progress: Progress | None = None) -> Corpus:
    """Open letters and index, first adding the bundled letters to a new home and rebuilding an index that is damaged.

    Raises:
        HomeUnusable: the home can't be used.
    """
    try:
        return _open_as_it_is(home, embedder)
    except (BrokenGeneration, HomeUnusable) as first:
        reason = str(first)
    home.create()
    with home.writing():
        new = not home.letter_ids()
        _add_bundled(home)
        try:
            return _open_as_it_is(home, embedder)
        except BrokenGeneration:
            if not new:
                home.report(f"rebuilding the index from the letters: {reason}")
            _build(home, embedder, progress)
        with home.explained():
            return _open_as_it_is(home, embedder)


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
    _build(home, embedder, None)


def check_index(home: Home, embedder: Embedder, *, whole: bool = False) -> tuple[int, int]:
    """Open the index as it is and return how many letters and chunks it holds.

    With `whole`, every byte of it is checked, and that every vector which the home keeps is found in it.

    Raises:
        BrokenGeneration: it fails a check.
    """
    corpus = _open_as_it_is(home, embedder, whole=whole)
    try:
        if whole and (lost := corpus.index.lost(_kept_vectors(home, corpus, embedder))):
            raise BrokenGeneration(f"the index has lost {len(lost)} vectors")
        return len(corpus.letters), corpus.index.size
    finally:
        corpus.close()


def bundled_files() -> tuple[Path, ...]:
    """Return the letters that come with the package."""
    return tuple(path for path in sorted(BUNDLED.iterdir()) if _is_letter_file(path))


def bundled_ids() -> frozenset[str]:
    """Return the ids of the letters that come with the package."""
    return frozenset(path.stem for path in bundled_files())


def _translation_beside(path: Path) -> Path | None:
    beside = path.with_name(path.stem + TRANSLATION_SUFFIX)
    return beside if _is_so(beside.is_file) else None


def _is_letter_file(path: Path) -> bool:
    named = path.suffix.lower() in SUFFIXES and not path.name.endswith(TRANSLATION_SUFFIX)
    return named and _is_so(path.is_file)


def _is_so(test: Callable[[], bool]) -> bool:
    """Ask something of a path; what keeps it from being asked is said when the path is read."""
    try:
        return test()
    except OSError:
        return False


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


def _add(
    path: Path,
    home: Home,
    known: dict[str, str],
    taken: dict[str, Path],
    translation: Path | None,
    corrections: Path | None,
) -> Ingested:
    """Store one letter; `known` (a letter by its file's hash) and `taken` (a file by its id) are brought up to date."""
    try:
        letter = _read_corrected(path, home, translation, corrections)
    except UserError as error:
        return Ingested(path, "failed", reason=str(error))
    same = known.get(letter.sha256)
    if same and (same != letter.id or same in bundled_ids()):
        return Ingested(path, "same", home.load(same), f"the same text is here as {same}")
    if letter.id in bundled_ids():
        return Ingested(path, "failed", reason=f"{path}: the id {letter.id} is a bundled letter's; rename the file")
    before = home.load(letter.id) if letter.id in known.values() else None
    other_file = _other_file(letter, path, before, taken)
    if other_file and not same:
        return Ingested(path, "failed", reason=f"{path}: the id {letter.id} is that of {other_file}; rename the file")
    if before and (letter_digest(before) == letter_digest(letter) or _without_translation(before) == letter):
        return Ingested(path, "same", before)
    _keep_sources(letter, path, translation or _translation_beside(path), home)
    home.save(letter)
    if before:
        known.pop(before.sha256, None)
    known[letter.sha256] = letter.id
    other = find_other_numbers(letter)
    note = f"check the numbers of the translation: {'; '.join(other)}" if other else ""
    return Ingested(path, "changed" if before else "new", letter, note)


def _keep_sources(letter: Letter, path: Path, translation: Path | None, home: Home) -> None:
    """Keep the files of a letter under the names by which `read_letter` finds both again."""
    files = {letter.source: path.read_bytes()}
    if translation:
        files[Path(letter.source).stem + TRANSLATION_SUFFIX] = translation.read_bytes()
    home.keep_sources(letter.id, files)


def _read_corrected(path: Path, home: Home, translation: Path | None, file: Path | None) -> Letter:
    """Read a letter with the corrections given, or those that the home keeps for it; given ones are kept."""
    letter = read_letter(path, translation)
    text = decode(file, file_bytes(file)) if file else home.corrections(letter.id)
    kept_name = f"the corrections kept for {letter.id}"
    try:
        parsed = parse_corrections(text, str(file or kept_name))
        corrected = read_letter(path, translation, parsed, letter.id) if parsed else letter
    except CorrectionError as error:
        if file:
            raise
        raise CorrectionError(f"{path}: {error}, or give new ones with --correct") from error
    if file:
        home.save_corrections(letter.id, text if parsed else "")
    return corrected


def _other_file(letter: Letter, path: Path, before: Letter | None, taken: dict[str, Path]) -> Path | str | None:
    """Return the file whose letter this one would replace, unless it is an earlier state of the same file."""
    first = taken.setdefault(letter.id, path)
    if first != path:
        return first
    return before.source if before and before.source != letter.source else None


def _without_translation(letter: Letter) -> Letter:
    sections = (
        replace(
            section,
            translated_heading=None,
            paragraphs=tuple(replace(paragraph, translated=()) for paragraph in section.paragraphs),
        )
        for section in letter.sections
    )
    notes = (replace(note, translation=None) for note in letter.footnotes)
    return replace(letter, sections=tuple(sections), footnotes=tuple(notes), machine_translated=False)


def _open_as_it_is(home: Home, embedder: Embedder, *, whole: bool = False) -> Corpus:
    letters = home.load_all()
    digests = {letter_id: letter_digest(letter) for letter_id, letter in letters.items()}
    index = open_current(home.generations_folder, embedder.identity, digests, home.server, whole=whole)
    return Corpus(letters, index)


def _is_stale(home: Home, embedder: Embedder) -> bool:
    try:
        check_index(home, embedder)
    except BrokenGeneration:
        return True
    return False


def _build(home: Home, embedder: Embedder, progress: Progress | None) -> None:
    letters = home.load_all().values()
    contents = []
    for done, letter in enumerate(letters):
        if progress:
            progress("indexing", done, len(letters))
        contents.append(_content(home, letter, embedder))
    with home.explained():
        build_generation(home.generations_folder, contents, embedder.identity, home.server)
    if progress:
        progress("indexing", len(letters), len(letters))


def _kept_vectors(home: Home, corpus: Corpus, embedder: Embedder) -> Matrix:
    """Return the pooled vectors of all rows, (n, d), or none where they are not all kept."""
    paths = [_chunked(home, letter, embedder)[1] for letter in corpus.letters.values()]
    kept = [vectors.pooled for vectors in map(load_vectors, paths) if vectors is not None]
    whole = kept if len(kept) == len(paths) else []
    return np.concatenate([np.empty((0, embedder.identity.dimension), np.float32), *whole])


def _chunked(home: Home, letter: Letter, embedder: Embedder) -> tuple[tuple[Chunk, ...], Path]:
    """Return a letter's chunks and where their vectors are kept."""
    chunks = chunk_letter(letter, embedder.count_tokens, embedder.most_tokens)
    return chunks, home.vectors_folder / f"{vectors_key(chunks, embedder.identity)}.npz"


def _content(home: Home, letter: Letter, embedder: Embedder) -> Content:
    chunks, path = _chunked(home, letter, embedder)
    vectors = load_vectors(path)
    if vectors is None:
        vectors = encode_chunks(chunks, embedder)
        with home.explained():
            aside = path.with_suffix(".part")
            try:
                save_vectors(vectors, aside)
                aside.replace(path)
            except OSError:
                aside.unlink(missing_ok=True)
                raise
    return Content(letter, chunks, vectors)
