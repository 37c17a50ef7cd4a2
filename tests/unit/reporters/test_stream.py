"""A stream whose reader has left raises nothing."""

import io

from plugin.reporters.stream import SafeStream


class Failing(io.StringIO):
    """Fails in the named method, and counts the calls."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where
        self.calls: list[str] = []

    def write(self, text: str) -> int:
        self._called("write")
        return super().write(text)

    def flush(self) -> None:
        self._called("flush")

    def isatty(self) -> bool:
        self._called("isatty")
        return True

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if name == self.where:
            raise ValueError("I/O operation on closed file")


def test_safe_stream__a_write_fails__is_silent_from_then_on():
    inner = Failing("write")
    stream = SafeStream(inner)

    assert stream.write("one") == 3
    stream.flush()
    stream.write("two")

    assert inner.calls == ["write"]


def test_safe_stream__a_flush_fails__is_silent_from_then_on():
    inner = Failing("flush")
    stream = SafeStream(inner)

    stream.write("one")
    stream.flush()
    stream.flush()
    stream.write("two")

    assert inner.calls == ["write", "flush"]


def test_safe_stream__closed__is_no_terminal():
    assert not SafeStream(Failing("isatty")).isatty()
    assert SafeStream(Failing("write")).isatty()


def test_safe_stream__no_encoding_known__writes_all_characters():
    inner = io.StringIO()

    SafeStream(inner).write("é 漢 \ud800")

    assert inner.getvalue() == "é 漢 \\ud800"
