"""What the container image weighs and how long it takes to start, beside its bare base.

Held to: at most 60 MB above the base; from the container's start to the first AWS call at most
2.5 × what the base takes to start, run `python -c pass` and end.  Where no engine answers it says
so.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Event

import docker
from docker.models.containers import Container

from benchmarks.measure import in_turn, print_table
from tests.doubles.loopback import Loopback, Request, Response

BASE = "python:3.13-slim-bookworm"
FIRST_CALL = ("sweep", "--dry-run")
"""Our command that begins with an AWS call: it asks for the jobs that carry our tag."""

MEGABYTE = 1_000_000
LARGEST = 12

WEIGH = """\
import collections, json, os, sys
root = next(path for path in sys.path if path.endswith("site-packages"))
sizes = collections.Counter()
for folder, _, files in os.walk("/usr/local"):
    inside = os.path.relpath(folder, root)
    for name in files:
        part = name if inside == "." else inside.split("/")[0]
        part = "Python itself" if part == ".." else part
        sizes[part] += os.lstat(os.path.join(folder, name)).st_size
print(json.dumps(sizes))
"""


class Refusing(Loopback):
    """Refuses all, in a way that nobody tries again; knows when it was first asked."""

    def __init__(self) -> None:
        """Wait for the first request; ``first`` is its time by `time.perf_counter`."""
        super().__init__(self._refuse)
        self.asked = Event()
        self.first = 0.0

    def _refuse(self, _: Request) -> Response:
        if not self.asked.is_set():
            self.first = time.perf_counter()
            self.asked.set()
        body = json.dumps({"__type": "AccessDeniedException", "Message": "no"}).encode()
        return Response(status=400, body=body)


def environ_for(server: Refusing) -> dict[str, str]:
    """What our command is given to take the server for AWS."""
    return {
        "AWS_ENDPOINT_URL": server.endpoint_url,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@contextmanager
def created(
    client: docker.DockerClient, tag: str, *words: str, environ: Mapping[str, str] | None = None
) -> Iterator[Container]:
    """Make a container in the host's network, not yet started; remove it after the block."""
    container = client.containers.create(
        tag, list(words), network_mode="host", environment=dict(environ or {})
    )
    try:
        yield container
    finally:
        container.remove(force=True)


def whole(client: docker.DockerClient, tag: str, *words: str) -> float:
    """Seconds from a container's start to its end."""
    with created(client, tag, *words) as container:
        start = time.perf_counter()
        container.start()
        code = container.wait()["StatusCode"]
        seconds = time.perf_counter() - start
    if code != 0:
        sys.exit(f"{tag} {' '.join(words)}: exit {code}; not measured")
    return seconds


def to_first_call(client: docker.DockerClient, tag: str, server: Refusing) -> float:
    """Seconds from a container's start to the first request that reaches the server."""
    server.asked.clear()
    with created(client, tag, *FIRST_CALL, environ=environ_for(server)) as container:
        start = time.perf_counter()
        container.start()
        if not server.asked.wait(60):
            sys.exit(f"{tag} made no AWS call:\n{container.logs().decode()}")
        container.wait()
    return server.first - start


def weights(client: docker.DockerClient, tag: str) -> dict[str, int]:
    """Bytes by package below /usr/local."""
    words = ["-I", "-B", "-c", WEIGH]
    text = client.containers.run(tag, words, entrypoint="python3", remove=True, network_mode="none")
    sizes: dict[str, int] = json.loads(text)
    return sizes


def tell_size(client: docker.DockerClient, tag: str) -> None:
    """Print what the image adds to its base, the largest first."""
    base = weights(client, BASE)
    ours = {name: size - base.get(name, 0) for name, size in weights(client, tag).items()}
    largest = sorted(((size, name) for name, size in ours.items() if size > 0), reverse=True)
    rows = [(name, f"{size / MEGABYTE:.1f}", "") for size, name in largest[:LARGEST]]
    others = sum(size for size, _ in largest[LARGEST:])
    total = client.images.get(tag).attrs["Size"] - client.images.get(BASE).attrs["Size"]
    rows += [
        (f"{len(largest[LARGEST:])} smaller ones", f"{others / MEGABYTE:.1f}", ""),
        ("the image above its base", f"{total / MEGABYTE:.1f}", "60.0"),
    ]
    print_table("Size", ("", "MB", "at most"), rows)


def tell_start(client: docker.DockerClient, tag: str, *, rounds: int) -> None:
    """Print how long the base and the image take to start."""
    first_call = f"{' '.join(FIRST_CALL)}, first AWS call"
    with Refusing() as server:
        medians = in_turn(
            {
                "base: python -c pass, whole": lambda: whole(client, BASE, "python", "-c", "pass"),
                first_call: lambda: to_first_call(client, tag, server),
            },
            rounds=rounds,
        )
    (base_name, base), (our_name, ours) = medians.items()
    rows = [
        (base_name, f"{base:.3f}", "1.00", ""),
        (our_name, f"{ours:.3f}", f"{ours / base:.2f}", "2.50"),
    ]
    print_table(f"Container start, medians of {rounds}", ("", "seconds", "ratio", "at most"), rows)


def main() -> None:
    """Read the arguments, find the engine, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--image", default="glue-health-check", help="the image's tag")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    try:
        client = docker.from_env(timeout=600)
        client.ping()
    except (docker.errors.DockerException, OSError) as error:
        print(f"\nThe image is not measured: no Docker engine answers ({error}).")
        return
    tell_size(client, options.image)
    tell_start(client, options.image, rounds=options.rounds)
    client.close()


if __name__ == "__main__":
    main()
