"""An S3 in this process, and what speaks to it as Hadoop's client would."""

import io
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode
from wsgiref.types import WSGIApplication

import pytest
from werkzeug.test import Client, TestResponse

from plugin.local.s3_gateway import S3Gateway
from plugin.local.s3_store import S3Store
from plugin.local.webhdfs import BUCKETS


@pytest.fixture(scope="session")
def s3_app() -> WSGIApplication:
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    return DomainDispatcherApplication(create_backend_app)


@pytest.fixture(name="bucket")
def _bucket(s3_app: WSGIApplication) -> str:
    """A new and empty bucket: the S3 is shared by all tests."""
    name = f"b-{uuid.uuid4().hex}"
    assert Client(s3_app).put(f"/{name}").status_code == 200
    return name


@dataclass(frozen=True, kw_only=True)
class Objects:
    """The objects of one bucket, without our gateway."""

    store: S3Store
    bucket: str

    def put(self, key: str, body: bytes = b"") -> None:
        self.store.write(self.bucket, key, body=io.BytesIO(body), size=len(body))

    def get(self, key: str) -> bytes:
        piece = self.store.read(self.bucket, key, start=0, stop=1 << 40)
        return piece.body if piece else b""

    @property
    def keys(self) -> list[str]:
        return [stored.key for stored in self.store.below(self.bucket, "").files]


@pytest.fixture
def objects(s3_app: WSGIApplication, bucket: str) -> Objects:
    return Objects(store=S3Store(s3_app), bucket=bucket)


@dataclass(frozen=True, kw_only=True)
class Hdfs:
    """A WebHDFS client of one bucket that follows the redirects of the two-step operations."""

    client: Client
    bucket: str

    def ask(
        self, method: str, op: str, key: str = "", *, data: bytes = b"", **query: str
    ) -> TestResponse:
        path = quote(f"/webhdfs/v1/{BUCKETS}/{self.bucket}/{key}")
        asked = urlencode({"op": op, **query})
        answer = self.client.open(f"{path}?{asked}", method=method)
        if answer.status_code == 307:
            answer = self.client.open(answer.headers["Location"], method=method, data=data)
        return answer

    def json(self, method: str, op: str, key: str = "", **query: str) -> Any:
        return json.loads(self.ask(method, op, key, data=b"", **query).data)

    def error(self, method: str, op: str, key: str = "", **query: str) -> Mapping[str, str]:
        return self.json(method, op, key, **query)["RemoteException"]  # type: ignore[no-any-return]  # JSON

    def create(self, key: str, data: bytes = b"", **query: str) -> int:
        return self.ask("PUT", "CREATE", key, data=data, **query).status_code

    def read(self, key: str, **query: str) -> bytes:
        answer: bytes = self.ask("GET", "OPEN", key, data=b"", **query).data
        return answer

    def names(self, key: str = "") -> list[str]:
        found = self.json("GET", "LISTSTATUS", key)["FileStatuses"]["FileStatus"]
        return [f"{one['pathSuffix']}{'/' * (one['type'] == 'DIRECTORY')}" for one in found]

    def type_of(self, key: str) -> str | None:
        answer = self.json("GET", "GETFILESTATUS", key)
        return answer["FileStatus"]["type"] if "FileStatus" in answer else None

    def mkdirs(self, key: str) -> None:
        assert self.json("PUT", "MKDIRS", key) == {"boolean": True}

    def rename(self, key: str, to: str) -> bool:
        target = f"/{BUCKETS}/{self.bucket}/{to}"
        return self.json("PUT", "RENAME", key, destination=target)["boolean"]  # type: ignore[no-any-return]  # JSON

    def delete(self, key: str) -> bool:
        return self.json("DELETE", "DELETE", key, recursive="true")["boolean"]  # type: ignore[no-any-return]  # JSON


@pytest.fixture
def hdfs(s3_app: WSGIApplication, bucket: str) -> Hdfs:
    return Hdfs(client=Client(S3Gateway(s3_app)), bucket=bucket)
