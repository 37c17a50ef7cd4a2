"""How quickly a long log is read, and in how much memory: 100,000 lines, in the end of a run.

The real reader, lifecycle and LogBook with findings and two patterns, the real client, and a server
on loopback in a process of its own, which answers GetLogEvents as CloudWatch Logs does: pages of at
most 1 MB and 10,000 events, a token, the same token in the end.  Nothing is asked of AWS.  Held to
10 s and 100 MB.  Run it with `python -m benchmarks.logs`.
"""

import argparse
import json
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from benchmarks.measure import print_table
from plugin.aws.engine import AwsEngine
from plugin.clients.aws.clients import Access, Clients
from plugin.clients.clock import SystemClock
from plugin.core.judging.logbook import LogBook
from plugin.core.ports import Sighting
from plugin.core.result import CheckResult
from plugin.core.states import RunState
from plugin.core.watching.course import Course
from plugin.lifecycle.log import drain, read_log
from plugin.lifecycle.world import World
from tests.doubles.checks import check_of
from tests.doubles.loopback import Loopback, Request, Response

LINES = 100_000
LINES_OF_AN_EVENT = (1, 1, 1, 20, 1, 1)
"""Events are not lines: in turn."""
PAGE_BYTES, PAGE_EVENTS, EVENT_BYTES = 1_048_576, 10_000, 26
FINDING_EVERY = 1000
PATTERNS = (r"lost \d+ rows", r"(?i)corrupt(ed)? (file|record)")
OUTPUT = "/aws-glue/jobs/output"


def line_of(number: int) -> str:
    """One line of the log, with its end."""
    if number % FINDING_EVERY == 0:
        return f'GLUE_HEALTH_CHECK {{"name": "rows of part {number}", "ok": true}}\n'
    return f"26/03/01 09:30:00 part {number}: read 4711 rows from s3://acme-raw/in/{number}.csv\n"


def event_at(number: int, position: int, lines: int) -> str:
    """The text of an event that begins with a line."""
    count = LINES_OF_AN_EVENT[position % len(LINES_OF_AN_EVENT)]
    return "".join(line_of(one) for one in range(number, min(number + count, lines)))


def page_of(request: Request, *, lines: int) -> Response:
    """Answer GetLogEvents for a log of so many lines."""
    asked = json.loads(request.body)
    if asked["logGroupName"] != OUTPUT:
        refused = {"__type": "ResourceNotFoundException", "message": "no"}
        return Response(status=400, body=json.dumps(refused).encode())
    token = asked.get("nextToken", "")
    number, position = (int(part) for part in (token[2:] or "0.0").split("."))
    events: list[dict[str, object]] = []
    size = 0
    while number < lines and len(events) < PAGE_EVENTS:
        text = event_at(number, position, lines)
        size += len(text) + EVENT_BYTES
        if size > PAGE_BYTES:
            break
        events.append({"timestamp": position, "ingestionTime": position, "message": text})
        number, position = number + text.count("\n"), position + 1
    page = {"events": events, "nextForwardToken": f"f/{number}.{position}"}
    return Response(body=json.dumps(page).encode())


def serve(lines: int) -> None:
    """Serve until our parent ends us."""
    with Loopback(partial(page_of, lines=lines)) as server:
        print(server.port, flush=True)
        threading.Event().wait()


@contextmanager
def served(lines: int) -> Iterator[str]:
    """Yield the address of a server of so many lines."""
    words = [sys.executable, "-m", "benchmarks.logs", "--serve", "--lines", str(lines)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            port = process.stdout.readline().strip() if process.stdout else ""
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


class Listener:
    """An observer that counts lines."""

    def __init__(self) -> None:
        self.lines = 0

    def log_lines(self, check_name: str, lines: tuple[str, ...]) -> None:
        """Count."""
        del check_name
        self.lines += len(lines)

    def state_changed(self, check_name: str, state: str, detail: str) -> None:
        """Nothing changes here."""

    def finished(self, result: CheckResult) -> None:
        """Nothing ends here."""


def peak() -> float:
    """The most memory that this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def read_whole(endpoint_url: str) -> tuple[float, float, int, int, LogBook]:
    """Read a log; return seconds, MB, lines told, requests, and the book."""
    asked: list[str] = []
    access = Access(
        region="us-east-1",
        endpoint_url=endpoint_url,
        access_key_id="AKIAMADEUP",
        secret_access_key="made-up",  # noqa: S106 - a word for the server above
    )
    clock, listener = SystemClock(), Listener()
    clients = Clients(access, heard=lambda _service, operation, _status: asked.append(operation))
    world = World(
        engine=AwsEngine(clients, clock), clock=clock, observer=listener, new_marker=lambda: "m"
    )
    check = check_of(is_local=True, fail_on_log_pattern=PATTERNS)
    course = Course(started=0.0, book=LogBook(patterns=check.patterns))
    reader = world.engine.driver_log(check.log_source("jr_1", "/aws-glue/jobs"))
    for client in (clients.logs, clients.logs_hurried):  # to make them takes memory, too
        client.meta.events.emit("made")
    before, start = peak(), time.perf_counter()
    read_log(check, world, course, reader)
    course.saw(Sighting(state=RunState.SUCCEEDED), clock.monotonic())
    drain(check, world, course, reader)
    return time.perf_counter() - start, peak() - before, listener.lines, len(asked), course.book


def main() -> None:
    """Measure once and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.lines)
        return
    with served(given.lines) as endpoint_url:
        seconds, megabytes, lines, requests, book = read_whole(endpoint_url)
    row = (f"{seconds:.1f}", f"{lines:,}", f"{megabytes:.0f}", f"{requests:,}")
    found = f"{book.finding_count:,}"
    print_table(
        "a long log, read whole (held to 10 s and 100 MB)",
        ("seconds", "lines", "MB more at the peak", "requests", "findings"),
        [(*row, found)],
    )
    if lines != given.lines or book.forbidden or book.problem:
        sys.exit(f"not whole: {lines} of {given.lines} lines; {book.problem}")


if __name__ == "__main__":
    main()
