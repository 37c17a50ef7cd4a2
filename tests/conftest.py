"""What holds for every test.

No test sees this machine's environment, reaches beyond loopback, or leaves a process behind; what
it renders is compared with golden files.  A test that needs an engine this machine lacks is
skipped, unless GHC_REQUIRE names the engine: then the skip is a failure.
"""

import gc
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from typing import Any

import hypothesis
import pytest
from botocore.loaders import Loader

from tests.aws_models import ReadOnce

MACHINE = MappingProxyType(dict(os.environ))
"""The environment as it was before it was emptied."""

KEPT = frozenset({"PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONHASHSEED", "PYTHONPATH"})
"""What tests keep of it; HOME is replaced.  pytest's and coverage's own variables stay as well."""

KEPT_PREFIXES = ("PYTEST_", "COV_", "COVERAGE_")

ENGINE_OF_MARKER = MappingProxyType({"container": "docker", "terraform": "terraform"})
"""The name in GHC_REQUIRE that forbids a marker's tests to be skipped."""

GOLDEN = Path(__file__).parent / "golden"
REPOSITORY_TESTS = Path(__file__).parent / "repo"

EXAMPLES = 50
"""Of each property, unless its test says more: the suite has several hundred of them."""

_ANY_MACHINE = hypothesis.settings(
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],  # it measures the machine
    max_examples=EXAMPLES,
)
hypothesis.settings.register_profile("laptop", _ANY_MACHINE)
hypothesis.settings.register_profile("ci", _ANY_MACHINE, derandomize=True, database=None)
hypothesis.settings.load_profile("ci" if MACHINE.get("CI") else "laptop")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden files anew")


def pytest_configure(config: pytest.Config) -> None:
    sys.addaudithook(_refuse_the_network)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell's background job has it
        signal.signal(signal.SIGINT, signal.default_int_handler)  # what tests start inherits it
    Loader.FILE_LOADER_CLASS = ReadOnce  # botocore's own place for another one


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let nothing count as covered that a random example, or a look at the repository, has reached.

    Else the gate would hold on one day and not on the next.  It also spares most of the time of
    these tests: tracing makes them about three times as slow.
    """
    for item in items:
        is_random = hypothesis.is_hypothesis_test(getattr(item, "obj", None))
        if is_random or REPOSITORY_TESTS in item.path.parents:
            item.add_marker(pytest.mark.untraced)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Take the tracer away while a test runs that is marked `untraced`.

    Not pytest-cov's own no_cover: to stop and start coverage costs more than these tests do.
    """
    tracer = sys.gettrace()
    is_untraced = item.get_closest_marker("untraced") is not None
    if is_untraced:
        sys.settrace(None)
    try:
        yield
    finally:
        if is_untraced:
            sys.settrace(tracer)


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over the ten thousand tests themselves, each time it runs."""
    gc.collect()
    gc.freeze()


# --- the network ---------------------------------------------------------------------------------


def _is_here(host: object) -> bool:
    """Whether an address stays on this machine."""
    if host in (None, "", "localhost", socket.gethostname()):
        return True
    try:
        return ip_address(str(host)).is_loopback or ip_address(str(host)).is_unspecified
    except ValueError:
        return False


def _refuse_the_network(event: str, args: tuple[Any, ...]) -> None:
    """End the test that looks up or connects to another machine.

    An audit hook sees every connect of the interpreter, also those of libraries that keep a
    reference of their own to the socket module.  The exception of pytest.fail is no Exception, so
    that no retry loop swallows it.
    """
    if event == "socket.getaddrinfo":
        host = args[0]
    elif event in {"socket.connect", "socket.sendto"} and isinstance(args[1], tuple):
        host = args[1][0]
    else:
        return  # another event, or a unix socket
    name = host.decode() if isinstance(host, bytes) else host
    if not _is_here(name):
        pytest.fail(f"a test reached for the network: {event} {name}")


# --- the environment -----------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def _empty_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Take the machine's environment away; a test passes what it needs."""
    for key in set(os.environ) - KEPT:
        if not key.startswith(KEPT_PREFIXES):
            del os.environ[key]
    os.environ["HOME"] = str(tmp_path_factory.mktemp("home"))

    yield

    os.environ.update(MACHINE)


@pytest.fixture(autouse=True)
def _environment_of_one_test() -> Iterator[None]:
    """Undo what a test changed in the environment or the working directory."""
    before, folder = os.environ.copy(), os.getcwd()  # noqa: PTH109 - ten thousand times a run

    yield

    os.chdir(folder)  # also from a folder that the test has deleted
    if os.environ.copy() != before:
        _undo(before)


def _undo(before: Mapping[str, str]) -> None:
    for key in set(os.environ) - set(before):
        if not key.startswith(KEPT_PREFIXES):
            del os.environ[key]
    os.environ.update({k: v for k, v in before.items() if not k.startswith(KEPT_PREFIXES)})


@pytest.fixture(scope="session")
def machine_environ() -> Mapping[str, str]:
    """The machine's own environment, for tests that drive its Docker or Terraform."""
    return MACHINE


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return Path(__file__).parents[1]


# --- children ------------------------------------------------------------------------------------


_TASKS = "/proc/self/task"


def _children() -> frozenset[int]:
    """The processes that this one started and that still run; empty where /proc is missing."""
    try:
        tasks = os.listdir(_TASKS)  # noqa: PTH208 - twenty thousand times a run
    except OSError:
        return frozenset()
    return frozenset(int(pid) for task in tasks for pid in _text(task).split())


def _text(task: str) -> bytes:
    """The children of a thread; empty when it has ended meanwhile."""
    try:
        descriptor = os.open(f"{_TASKS}/{task}/children", os.O_RDONLY)
    except OSError:
        return b""
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""
    finally:
        os.close(descriptor)


@pytest.fixture(autouse=True)
def _no_child_survives() -> Iterator[None]:
    """Fail a test that leaves a process behind, a dead one that nobody waited for included.

    What a longer-lived fixture keeps running was there before the test.  A killed process may take
    a moment to be gone.
    """
    before = _children()

    yield

    left = _children() - before
    for _ in range(100):  # counted, not timed: we may have been stopped ourselves
        if not left:
            return
        time.sleep(0.05)
        left = _children() - before
    commands = {pid: _command(pid) for pid in left}
    named = {pid: text for pid, text in commands.items() if "multiprocessing" not in text}
    if named:
        pytest.fail(f"the test left processes behind: {named}")


def _command(pid: int) -> str:
    """The command line of a process; empty when it is gone or was never waited for."""
    try:
        return (
            Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        )
    except OSError:
        return ""


# --- golden files --------------------------------------------------------------------------------


class Golden:
    """Compares rendered text with a file of tests/golden, or writes it anew."""

    def __init__(self, *, update: bool) -> None:
        self._update = update

    def check(self, name: str, text: str) -> None:
        """Fail unless `text` is what tests/golden/`name` holds, byte by byte."""
        path = GOLDEN / name
        if self._update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        if not path.exists():
            pytest.fail(
                f"tests/golden/{name} is missing; write it with --update-golden and read it"
            )
        assert text == path.read_bytes().decode(), f"differs from tests/golden/{name}"


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """The golden files; `pytest --update-golden` writes them anew."""
    return Golden(update=request.config.getoption("--update-golden"))


# --- engines that may be missing -----------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Turn the skip of a test into a failure where GHC_REQUIRE names its engine."""
    report: pytest.TestReport = yield  # type: ignore[assignment]  # what a wrapper is sent
    required = set(MACHINE.get("GHC_REQUIRE", "").split(","))
    engines = {ENGINE_OF_MARKER.get(mark.name) for mark in item.iter_markers()}
    if report.skipped and not hasattr(report, "wasxfail") and engines & required:
        report.outcome = "failed"
        report.longrepr = f"skipped, although GHC_REQUIRE asks for it: {report.longrepr}"
    return report  # type: ignore[return-value]  # as above
