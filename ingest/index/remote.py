"""Pooled vectors on Chroma's own server: one collection a generation, and no other than this home's is touched.

A collection is named `kamervraag-<owner>-<generation>`. The owner is drawn once for a folder of generations; a copy of
the folder gets another, so that it never removes what the original reads.
"""

from __future__ import annotations

import ssl
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from ingest.embed import Matrix
from ingest.errors import BrokenGeneration, ServerUnavailable
from ingest.files import read_file, write_file
from ingest.index.dense import CONFIGURATION, Dense, Metadata, batches
from ingest.offline import stay_offline
from ingest.server import Server

_PREFIX, _OWNER = "kamervraag", "OWNER"
_VERSION = "1."
_BATCH, _PAGE = 500, 200
_LONGEST_SHOWN = 200
_REFUSED, _NOBODY_THERE = (401, 403), (502, 503, 504)

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Place:
    """Where on a server a generation keeps its pooled vectors."""

    server: Server
    collection: str

    def written(self) -> dict[str, str]:
        """Return what a manifest tells of the place: never the token."""
        return {"url": self.server.url, "collection": self.collection}


@dataclass(frozen=True, slots=True)
class Census:
    """What stands on a server: its version, the collections of a home, and how many are others'."""

    version: str
    own: tuple[str, ...]
    others: int


def new_place(server: Server, generations: Path, name: str) -> Place:
    """Return the place of a generation with this name; whoever alone may write in the folder calls it.

    Raises:
        ServerUnavailable: the server can't be reached, which is better known before much is made.
    """
    _Client(server).close()
    return Place(server, f"{_own_prefix(_claim(generations))}{name}")


def find_place(manifest: Mapping[str, Any], server: Server | None) -> Place | None:
    """Return where the pooled vectors of a generation are, `None` for in its folder.

    Raises:
        BrokenGeneration: elsewhere than they are to be.
        ServerUnavailable: so, and where they are to be nobody answers: then what is there had better stay.
    """
    written = manifest.get("dense")
    if written is None and server is None:
        return None
    if server and (not isinstance(written, dict) or written.get("url") != server.url):
        _Client(server).close()
    if not isinstance(written, dict):
        raise BrokenGeneration("the vectors of the index are not on the Chroma server yet")
    if server is None or written.get("url") != server.url:
        raise BrokenGeneration(
            f"the vectors of the index are on the Chroma server {written.get('url')}, which KAMERVRAAG_CHROMA_URL does "
            "not name"
        )
    return Place(server, str(written.get("collection")))


def upload_dense(place: Place, vectors: Matrix, metadata: Sequence[Metadata], identity: dict[str, str | int]) -> None:
    """Write row i of `vectors` under the id `str(i)` in a new collection.

    Raises:
        ServerUnavailable: the server can't be reached, or refuses.
    """
    with closing(_Client(place.server)) as client:
        collection = client.create(place.collection, identity)
        for batch in batches(vectors, metadata, _BATCH):
            client.ask(partial(collection.add, **batch))


class RemoteDense(Dense):
    """A read-only view on the pooled vectors of one generation on a server."""

    _batch = _BATCH

    def __init__(self, place: Place, identity: dict[str, str | int], rows: int, samples: Matrix) -> None:
        """Open the collection and check that it finds the sample vectors.

        Raises:
            BrokenGeneration: it is not there any more, or not whole, or made by another embedder.
            ServerUnavailable: the server can't be reached, or does not answer as it should.
        """
        import chromadb.errors

        self._place, self._client = place, _Client(place.server)
        try:
            self._collection = self._client.get(place.collection)
            self._check(f"{place.collection} on {place.server.url}", identity, rows, samples)
        except chromadb.errors.NotFoundError as error:
            self.close()
            raise BrokenGeneration(f"{place.server.url} does not hold {place.collection}") from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def search(self, vector: Any, top_k: int) -> list[tuple[int, float]]:
        """Return (row, cosine similarity) of the nearest chunks, best first.

        Raises:
            ServerUnavailable: the server is gone, or has lost the collection since it was opened.
        """
        import chromadb.errors

        try:
            return super().search(vector, top_k)
        except chromadb.errors.NotFoundError as error:
            raise ServerUnavailable(
                f"the Chroma server {self._place.server.url} has lost {self._place.collection}: stop this program and "
                "start it again, and the index is built from the letters"
            ) from error

    def _query(self, vectors: Any, count: int) -> Any:
        query = partial(self._collection.query, query_embeddings=vectors, n_results=count)
        return self._client.ask(partial(query, include=["distances"]))

    def _count(self) -> int:
        return int(self._client.ask(self._collection.count))


def remove_superseded(server: Server, generations: Path, keep: Collection[str]) -> None:
    """Remove this folder's collections but those of the generations named, crashed uploads included.

    Raises:
        ServerUnavailable: the server can't be reached; what is left is removed the next time.
    """
    prefix = _own_prefix(_claim(generations))
    with closing(_Client(server)) as client:
        for name in client.names():
            if name.startswith(prefix) and name.removeprefix(prefix) not in keep:
                client.delete(name)


def remove_collection(place: Place) -> None:
    """Remove the collection of a generation that came to nothing; where the server is gone, the next build does it."""
    with suppress(ServerUnavailable), closing(_Client(place.server)) as client:
        client.delete(place.collection)


def count_collections(server: Server, generations: Path) -> Census:
    """Look at what stands on a server, changing nothing.

    Raises:
        ServerUnavailable: it can't be reached, or does not answer as it should.
    """
    owner = _owner_of(generations)
    with closing(_Client(server)) as client:
        names = client.names()
        own = tuple(name for name in names if owner and name.startswith(_own_prefix(owner)))
        return Census(client.version, own, len(names) - len(own))


class _Client:
    """What `chromadb.HttpClient` wraps, with a limit to every wait: that one's own client knows none."""

    def __init__(self, server: Server) -> None:
        stay_offline()
        import httpx
        from chromadb.api import ServerAPI
        from chromadb.config import Settings, System

        self._server = server
        headers = {"Authorization": f"Bearer {server.token}"} if server.token else {}
        settings = Settings(
            anonymized_telemetry=False,
            chroma_api_impl="chromadb.api.fastapi.FastAPI",
            chroma_server_host=server.url,
            chroma_server_http_port=0,
            chroma_server_headers=headers,
        )
        self._system = System(settings)
        self._api: Any = self._system.instance(ServerAPI)
        with closing(self._api._session) as unlimited:
            self._api._session = httpx.Client(
                headers=unlimited.headers,
                timeout=server.timeout_s,
                verify=_known_authorities() if server.url.startswith("https:") else True,
                # one that the environment names would be shown the vectors and the token
                trust_env=False,
                event_hooks={"response": [self._check_status]},
            )
        try:
            self.version = str(self.ask(self._api.get_version))
            if not self.version.startswith(_VERSION):
                raise self._strange(f"its version is {self.version}, where {_VERSION}x is needed")
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._api._session.close()

    def create(self, name: str, metadata: dict[str, str | int]) -> Any:
        create = partial(self._api.create_collection, configuration=CONFIGURATION, get_or_create=True)
        return self._collection(self.ask(partial(create, name=name, metadata=metadata)))

    def get(self, name: str) -> Any:
        return self._collection(self.ask(partial(self._api.get_collection, name=name)))

    def delete(self, name: str) -> None:
        import chromadb.errors

        with suppress(chromadb.errors.NotFoundError):
            self.ask(partial(self._api.delete_collection, name=name))

    def names(self) -> list[str]:
        """Return the names of all collections."""
        found: list[str] = []
        while True:
            page = self.ask(partial(self._api.list_collections, limit=_PAGE, offset=len(found)))
            found += [collection.name for collection in page]
            if len(page) < _PAGE:
                return found

    def ask(self, call: Callable[[], Result]) -> Result:
        """Call Chroma, once more where the connection was cut: all that is asked here may be asked twice.

        Raises:
            ServerUnavailable: no answer, or one that Chroma would not give.
            chromadb.errors.NotFoundError: no such collection.
        """
        import httpx

        with suppress(httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            return self._ask(call, again=True)
        return self._ask(call, again=False)

    def _ask(self, call: Callable[[], Result], *, again: bool) -> Result:
        import chromadb.errors
        import httpx

        cut = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
        try:
            return call()
        except (ServerUnavailable, chromadb.errors.NotFoundError):
            raise
        except httpx.TimeoutException as error:
            raise ServerUnavailable(
                f"the Chroma server {self._server.url} gave no answer within {self._server.timeout_s:g} seconds: try "
                "again, or give it longer with KAMERVRAAG_CHROMA_TIMEOUT_S"
            ) from error
        except httpx.TransportError as error:
            if again and isinstance(error, cut):
                raise
            raise self._gone(error) from error
        except chromadb.errors.ChromaError as error:
            raise ServerUnavailable(
                f"the Chroma server {self._server.url} failed ({_shown(error)}): look in its log; if it goes on, "
                "'kamervraag doctor --repair' builds the index anew"
            ) from error
        except Exception as error:  # chromadb raises bare ones, of whatever it was answered
            raise self._strange(error) from error

    def _check_status(self, response: Any) -> None:
        status = response.status_code
        if status in _REFUSED:
            shown = "KAMERVRAAG_CHROMA_TOKEN" if self._server.token else "no token; set KAMERVRAAG_CHROMA_TOKEN"
            raise ServerUnavailable(f"the Chroma server {self._server.url} lets nobody in with {shown} ({status})")
        if status in _NOBODY_THERE:
            raise self._gone(f"status {status}")
        if 300 <= status < 400:
            raise self._strange(f"it points elsewhere, with status {status}")

    def _gone(self, reason: object) -> ServerUnavailable:
        return ServerUnavailable(
            f"the Chroma server {self._server.url} can't be reached ({_shown(reason)}): start it, or mend "
            "KAMERVRAAG_CHROMA_URL"
        )

    def _strange(self, reason: object) -> ServerUnavailable:
        return ServerUnavailable(
            f"{self._server.url} does not answer as a Chroma server of version {_VERSION}x does ({_shown(reason)}): "
            "mend KAMERVRAAG_CHROMA_URL"
        )

    def _collection(self, model: Any) -> Any:
        from chromadb.api.models.Collection import Collection as ChromaCollection

        return ChromaCollection(client=self._api, model=model, embedding_function=None)


def _known_authorities() -> ssl.SSLContext:
    """Return those that the system or SSL_CERT_FILE names, and the public ones."""
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _shown(reason: object) -> str:
    return " ".join(str(reason).split())[:_LONGEST_SHOWN] or type(reason).__name__


def _own_prefix(owner: str) -> str:
    return f"{_PREFIX}-{owner}-"


def _claim(generations: Path) -> str:
    """Return the folder's owner, drawn now if it has none of its own."""
    owner = _owner_of(generations)
    if owner is None:
        owner = uuid.uuid4().hex[:16]
        write_file(generations / _OWNER, f"{owner} {generations.stat().st_ino}".encode())
    return owner


def _owner_of(generations: Path) -> str | None:
    """Return the folder's owner, or `None` where none is drawn yet or it came along in a copy."""
    try:
        owner, number = read_file(generations / _OWNER).decode("ascii").split()
        return owner if owner.isalnum() and int(number) == generations.stat().st_ino else None
    except (OSError, ValueError):
        return None
