"""The local S3 as a file system that Spark can reach without any AWS library: WebHDFS over HTTP.

Knows WebHDFS's operations and what each of them asks of the tree over S3.  Refuses to know moto,
Glue and Spark.  It has no access control of its own: it is for 127.0.0.1.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import quote, urlencode

from plugin.local import webhdfs
from plugin.local.s3_store import S3Refusal, S3Store
from plugin.local.s3_tree import Entry, InTheWay, Missing, S3Tree
from plugin.local.webhdfs import JavaError
from plugin.local.webhdfs_request import Refused, Request, receive, request_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_IN_MEMORY = 8 << 20  # bytes of an upload; what is larger waits in a temporary file
_MOUNTS = "/mounts"
_REASONS = {
    200: "OK",
    201: "Created",
    307: "Temporary Redirect",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
}


@dataclass(frozen=True, kw_only=True)
class _Answer:
    body: Iterable[bytes] = ()
    size: int = 0
    status: int = 200
    headers: tuple[tuple[str, str], ...] = field(default=())


class S3Gateway:
    """A WSGI application, to be mounted at ``/webhdfs/v1``, before an application that is an S3.

    Objects that either side writes are seen by the other at once.  Folders without objects exist
    here only.  Threads may share it.
    """

    def __init__(self, s3_app: WSGIApplication, *, region: str = "us-east-1") -> None:
        """Take the S3, a WSGI application that answers path-style requests, and its region."""
        self._store = S3Store(s3_app, region=region)
        self._tree = S3Tree(self._store)
        self._operations: dict[tuple[str, str], Callable[[Request], _Answer]] = {
            ("GET", "GETFILESTATUS"): self._stat,
            ("GET", "LISTSTATUS"): self._list,
            ("GET", "LISTSTATUS_BATCH"): self._list,
            ("GET", "GETCONTENTSUMMARY"): self._summary,
            ("GET", "GET_BLOCK_LOCATIONS"): self._blocks,
            ("GET", "CHECKACCESS"): self._check_access,
            ("GET", "GETSERVERDEFAULTS"): lambda _: _of(webhdfs.server_defaults()),
            ("GET", "GETHOMEDIRECTORY"): lambda _: _of({"Path": "/"}),
            ("GET", "OPEN"): self._open,
            ("PUT", "CREATE"): self._create,
            ("PUT", "MKDIRS"): self._mkdirs,
            ("PUT", "RENAME"): self._rename,
            ("DELETE", "DELETE"): self._delete,
            # S3 has no owners, modes and times of a file system: as S3A, say yes and do nothing.
            ("PUT", "SETPERMISSION"): lambda _: _Answer(),
            ("PUT", "SETOWNER"): lambda _: _Answer(),
            ("PUT", "SETTIMES"): lambda _: _Answer(),
            ("PUT", "SETREPLICATION"): lambda _: _of({"boolean": True}),
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        try:
            answer = self._answer(request_of(environ))
        except Refused as refused:
            answer = _error(refused.error, str(refused))
        except Missing as missing:
            answer = _error(JavaError.MISSING, str(missing))
        except InTheWay as taken:
            answer = _error(JavaError.EXISTS, str(taken))
        except webhdfs.BadPath as bad:
            answer = _error(JavaError.ILLEGAL, str(bad))
        except S3Refusal as refusal:
            answer = _s3_error(refusal)
        except OSError as broken:
            answer = _error(JavaError.IO, str(broken))
        headers = [*answer.headers, ("Content-Length", str(answer.size))]
        start_response(f"{answer.status} {_REASONS[answer.status]}", headers)
        return answer.body

    def _answer(self, request: Request) -> _Answer:
        name = request.query.get("op", "").upper()
        operation = self._operations.get((request.method, name))
        if operation is None:
            _refuse_unsupported(request, name)
        if request.path.startswith(f"{_MOUNTS}/") or request.path == _MOUNTS:
            return self._mounts(request, name)
        return operation(request)

    # --- reading ---------------------------------------------------------------------------------

    def _stat(self, request: Request) -> _Answer:
        return _of({"FileStatus": webhdfs.file_status(self._tree.stat(request.place))})

    def _list(self, request: Request) -> _Answer:
        return _listing(request, self._tree.children(request.place))

    def _summary(self, request: Request) -> _Answer:
        return _of(webhdfs.content_summary(self._tree.summary(request.place)))

    def _blocks(self, request: Request) -> _Answer:
        return _of(webhdfs.block_locations(self._tree.stat(request.place).size or 0))

    def _check_access(self, request: Request) -> _Answer:
        self._tree.stat(request.place)
        return _Answer()

    def _open(self, request: Request) -> _Answer:
        """Answer in two steps: the client opens once to look, and again for every seek."""
        if not request.is_true("data"):
            if self._tree.stat(request.place).size is None:
                raise Refused(JavaError.MISSING, f"{request.place} is a directory")
            return _elsewhere(request)
        start = request.number("offset") or 0
        size, body = self._tree.read(request.place, start=start, length=request.number("length"))
        return _Answer(body=body, size=size, headers=_BYTES)

    # --- writing ---------------------------------------------------------------------------------

    def _create(self, request: Request) -> _Answer:
        if not request.is_true("data"):
            self._tree.check_new(request.place, overwrite=request.is_true("overwrite"))
            return _elsewhere(request)
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as waiting:
            size = receive(request.environ, waiting)
            waiting.seek(0)
            self._tree.write(request.place, waiting, size)
        return _Answer(status=201)

    def _mkdirs(self, request: Request) -> _Answer:
        self._tree.make_folder(request.place)
        return _of({"boolean": True})

    def _rename(self, request: Request) -> _Answer:
        target = webhdfs.place_of(request.query.get("destination", ""))
        options = request.query.get("renameoptions")
        done = self._tree.rename(
            request.place, target, overwrite="OVERWRITE" in (options or "").upper()
        )
        if options is None:
            return _of({"boolean": done})
        if not done:
            raise Refused(JavaError.IO, f"cannot rename {request.place} to {target}")
        return _Answer()

    def _delete(self, request: Request) -> _Answer:
        try:
            done = self._tree.delete(request.place, recursive=request.is_true("recursive"))
        except InTheWay as full:
            raise Refused(JavaError.NOT_EMPTY, str(full)) from full
        return _of({"boolean": done})

    # --- the mount table -------------------------------------------------------------------------

    def _mounts(self, request: Request, name: str) -> _Answer:
        """Serve a folder with one file: where each bucket that exists right now is mounted.

        Hadoop reads it whenever a bucket is first used, so a bucket may be made at any time.
        """
        table = webhdfs.mount_table(self._store.buckets(), request.host)
        content = webhdfs.mount_table_xml(table)
        match name:
            case "LISTSTATUS" | "LISTSTATUS_BATCH":
                return _listing(request, (Entry(name=webhdfs.MOUNT_TABLE, size=len(content)),))
            case "GETFILESTATUS" if request.path.endswith(webhdfs.MOUNT_TABLE):
                return _of({"FileStatus": webhdfs.file_status(Entry(name="", size=len(content)))})
            case "GETFILESTATUS":
                return _of({"FileStatus": webhdfs.file_status(Entry(name=""))})
            case "GET_BLOCK_LOCATIONS":
                return _of(webhdfs.block_locations(len(content)))
            case "OPEN":
                rest = content[request.number("offset") or 0 :]
                return _Answer(body=(rest,), size=len(rest), headers=_BYTES)
            case "GETHOMEDIRECTORY":
                return _of({"Path": "/"})
            case _:
                raise Refused(JavaError.ACCESS, f"{name} is not allowed on the mount table")


_BYTES = (("Content-Type", "application/octet-stream"),)


def mounts_uri(address: str) -> str:
    """Where Hadoop finds the mount table of a gateway at ``HOST:PORT``."""
    return f"webhdfs://{address}{_MOUNTS}"


def _of(value: dict[str, Any], *, status: int = 200) -> _Answer:
    body = json.dumps(value).encode()
    kind = (("Content-Type", "application/json"),)
    return _Answer(body=(body,), size=len(body), status=status, headers=kind)


def _error(error: JavaError, message: str) -> _Answer:
    return _of(webhdfs.remote_exception(error, message), status=error.status)


def _s3_error(refusal: S3Refusal) -> _Answer:
    error = {403: JavaError.ACCESS}.get(refusal.status, JavaError.IO)
    if refusal.code == "NoSuchKey":
        error = JavaError.MISSING
    return _error(error, f"{refusal.code}: {refusal}")


def _listing(request: Request, entries: Iterable[Entry]) -> _Answer:
    if request.query["op"].upper() == "LISTSTATUS":
        return _of(webhdfs.file_statuses(entries))
    return _of(webhdfs.listing(entries))


def _elsewhere(request: Request) -> _Answer:
    """Send the client to the same path for the data, as HttpFS does."""
    query = urlencode(request.query | {"data": "true"})
    url = f"http://{request.host}{webhdfs.ROOT}{quote(request.path)}?{query}"
    if request.is_true("noredirect"):
        return _of({"Location": url})
    return _Answer(status=307, headers=(("Location", url),))


def _refuse_unsupported(request: Request, name: str) -> NoReturn:
    said = name or "a request without op"
    raise Refused(
        JavaError.UNSUPPORTED,
        f"{said} ({request.method}) is not supported by the local S3's file system",
    )
