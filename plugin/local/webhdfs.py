"""The wire format of WebHDFS, as Hadoop 3's client reads and writes it.

Knows paths, JSON answers and the names of Java's exceptions.  Refuses to know S3.
Source: the WebHDFS REST API of the Hadoop documentation, and what the client of 3.3 sends.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from plugin.local.s3_tree import Entry, Place, Summary

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = "/webhdfs/v1"
# The folder that holds the buckets.  Hadoop's client sends letters outside ASCII as bare UTF-8, and
# some servers take the bytes for Latin-1; what has become of this one's ü tells which.
BUCKETS = "bücket"
MANGLED = BUCKETS.encode().decode("latin-1")
MOUNT_TABLE = "mount-table.1.xml"  # Hadoop reads the highest number of a folder
_BLOCK = 128 << 20  # bytes; real HDFS has the same: it decides how Spark splits a file
# A delegation token with nothing in it: two empty byte strings and two empty texts.
_NO_TOKEN = "AAAAAA"  # noqa: S105 - as the comment says


class JavaError(StrEnum):
    """Exceptions that the client throws again, by their Java names."""

    ACCESS = "org.apache.hadoop.security.AccessControlException"
    EXISTS = "org.apache.hadoop.fs.FileAlreadyExistsException"
    ILLEGAL = "java.lang.IllegalArgumentException"
    IO = "java.io.IOException"
    MISSING = "java.io.FileNotFoundException"
    NOT_EMPTY = "org.apache.hadoop.fs.PathIsNotEmptyDirectoryException"
    UNSUPPORTED = "java.lang.UnsupportedOperationException"

    @property
    def status(self) -> int:
        """The HTTP status that WebHDFS has for it."""
        match self:
            case JavaError.MISSING:
                return 404
            case JavaError.ILLEGAL | JavaError.UNSUPPORTED:
                return 400
            case _:
                return 403


class BadPath(Exception):
    """A path that names nothing in any bucket."""


def place_of(path: str) -> Place:
    """The place that a path names.  Raises BadPath."""
    top, _, rest = path.lstrip("/").partition("/")
    bucket, _, key = rest.partition("/")
    key = key.strip("/")
    if top != BUCKETS or not bucket or {".", ".."} & {bucket, *key.split("/")}:
        raise BadPath(f"{path} is not a path in a bucket")
    return Place(bucket=bucket, key=key)


def mount_table(buckets: Iterable[str], address: str) -> dict[str, str]:
    """Hadoop properties that mount each bucket at the gateway's ``address``, ``HOST:PORT``.

    Where one bucket's name is another's with a dot and more, the longer is left out: Hadoop cannot
    tell its properties from those of the shorter, and would refuse both.
    """
    names = set(buckets)
    return {
        # Not linkMergeSlash: Hadoop 3.3 answers with wrong paths below it.
        f"fs.viewfs.mounttable.{name}.linkFallback": f"webhdfs://{address}/{quote(BUCKETS)}/{name}"
        for name in sorted(names)
        if not any(name.startswith(f"{other}.") for other in names)
    }


def mount_table_xml(properties: dict[str, str]) -> bytes:
    """A Hadoop configuration file; names of buckets need no escapes."""
    lines = (
        f"<property><name>{name}</name><value>{value}</value></property>"
        for name, value in properties.items()
    )
    return f"<configuration>{''.join(lines)}</configuration>".encode()


def file_status(entry: Entry) -> dict[str, Any]:
    """A FileStatus."""
    is_file = entry.size is not None
    # Java's Path takes what stands before a first colon for a scheme; ./ says that it is a name.
    name = f"./{entry.name}" if ":" in entry.name else entry.name
    return {
        "pathSuffix": name,
        "type": "FILE" if is_file else "DIRECTORY",
        "length": entry.size or 0,
        "modificationTime": entry.modified,
        "accessTime": 0,
        "blockSize": _BLOCK if is_file else 0,
        "replication": 1 if is_file else 0,
        "permission": "666" if is_file else "777",
        "owner": "hadoop",
        "group": "hadoop",
        "childrenNum": 0,
        "fileId": 0,
        "storagePolicy": 0,
    }


def file_statuses(entries: Iterable[Entry]) -> dict[str, Any]:
    """The answer to LISTSTATUS."""
    return {"FileStatuses": {"FileStatus": [file_status(entry) for entry in entries]}}


def listing(entries: Iterable[Entry]) -> dict[str, Any]:
    """The answer to LISTSTATUS_BATCH: everything at once."""
    return {"DirectoryListing": {"partialListing": file_statuses(entries), "remainingEntries": 0}}


def content_summary(summary: Summary) -> dict[str, Any]:
    """The answer to GETCONTENTSUMMARY; no quotas."""
    return {
        "ContentSummary": {
            "directoryCount": summary.folders,
            "fileCount": summary.files,
            "length": summary.size,
            "quota": -1,
            "spaceConsumed": summary.size,
            "spaceQuota": -1,
        }
    }


def block_locations(size: int) -> dict[str, Any]:
    """The answer to GET_BLOCK_LOCATIONS: one block, which is nowhere in particular."""
    block = {
        "block": {"numBytes": size, "blockPoolId": "s3", "blockId": 1, "generationStamp": 1},
        "startOffset": 0,
        "isCorrupt": False,
        "blockToken": {"urlString": _NO_TOKEN},
        "locations": [],
        "cachedLocations": [],
        "storageTypes": [],
    }
    return {
        "LocatedBlocks": {
            "fileLength": size,
            "isUnderConstruction": False,
            "locatedBlocks": [block] if size else [],
            "lastLocatedBlock": block,
            "isLastBlockComplete": True,
        }
    }


def server_defaults() -> dict[str, Any]:
    """The answer to GETSERVERDEFAULTS: those of HDFS, without encryption and trash."""
    return {
        "FsServerDefaults": {
            "blockSize": _BLOCK,
            "bytesPerChecksum": 512,
            "writePacketSize": 65536,
            "replication": 1,
            "fileBufferSize": 65536,
            "encryptDataTransfer": False,
            "trashInterval": 0,
            "checksumType": 2,
            "keyProviderUri": "",
            "defaultStoragePolicyId": 0,
        }
    }


def remote_exception(error: JavaError, message: str) -> dict[str, Any]:
    """The body of an error."""
    return {
        "RemoteException": {
            "exception": error.value.rpartition(".")[2],
            "javaClassName": error.value,
            "message": message,
        }
    }
