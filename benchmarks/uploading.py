"""How quickly a large file is uploaded in parts, and in how much memory: 64 MB, the largest taken.

The real client and engine, and a local Glue in a process of its own.  What is shown beside the time
is the memory that the upload takes besides the file itself.  Nothing is asked of AWS.  Run it with
`python -m benchmarks.uploading`.
"""

import json
import os
import resource
import subprocess
import sys
import time

from benchmarks.measure import print_table
from plugin.aws.engine import AwsEngine
from plugin.clients.aws.clients import Access, Clients
from plugin.clients.clock import SystemClock
from plugin.core.ports import Upload

BUCKET = "acme-scripts"
MEGABYTE = 1024 * 1024
SIZE = 64 * MEGABYTE
HELD_TO = "20 s, 100 MB"
SERVER = f"""
import json, sys
from plugin.local.server import LocalGlue
path = {{"PATH": "/usr/bin:/bin"}}
with LocalGlue.start(environ=path, buckets=["{BUCKET}"], roles=["r"]) as glue:
    print(json.dumps([glue.region, glue.endpoint_url, glue.access_key_id, glue.secret_access_key]))
    sys.stdout.flush()
    sys.stdin.read()
"""


def peak() -> int:
    """Return the most memory that this process has had so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def uploaded(access: Access) -> tuple[float, int]:
    """Return the seconds that the upload takes, and the megabytes besides the file."""
    engine = AwsEngine(Clients(access), SystemClock())
    prefix = "glue-health-check/0123456789ab/flights"
    engine.upload((Upload(bucket=BUCKET, key=f"{prefix}/ticket.json", body=b"{}"),))
    body = os.urandom(SIZE)
    before, began = peak(), time.perf_counter()
    engine.upload((Upload(bucket=BUCKET, key=f"{prefix}/jars/x/large.jar", body=body),))
    return time.perf_counter() - began, peak() - before


def main() -> None:
    """Start the server, upload, print."""
    with subprocess.Popen(
        (sys.executable, "-c", SERVER), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        region, url, key, secret = json.loads(server.stdout.readline() if server.stdout else "")
        seconds, megabytes = uploaded(
            Access(region=region, endpoint_url=url, access_key_id=key, secret_access_key=secret)
        )
        server.communicate()  # the end of its input is its end
    print_table(
        "A file of 64 MB, in parts, to a local S3",
        ("", "took", "besides the file", "held to"),
        [("upload", f"{seconds:.1f} s", f"{megabytes} MB", HELD_TO)],
    )


if __name__ == "__main__":
    main()
