"""How the local ``awsglue`` refuses: by name, with what to do.  Knows no feature itself."""

from collections.abc import Callable, Iterable
from typing import Any, NoReturn

RAISED: list[str] = []
"""What this process refused so far.  The bootstrap reads it: a script may have caught the error."""


class Unsupported(NotImplementedError):
    """Something of Glue that the local engine does not do."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} is not supported by the local engine. Run this check with engine glue."
        )
        RAISED.append(str(self))


def refuse(what: str) -> NoReturn:
    """Raise Unsupported for ``what``, a name as the user wrote it."""
    raise Unsupported(what)


def refusing(what: str) -> Callable[..., NoReturn]:
    """Make a function that takes anything and refuses."""

    def refused(*_args: Any, **_options: Any) -> NoReturn:
        refuse(what)

    refused.__name__ = refused.__qualname__ = what.rpartition(".")[2]
    return refused


def attribute_of(owner: str, name: str, documented: Iterable[str]) -> Callable[..., NoReturn]:
    """For ``__getattr__``: a refusing function for a documented name, else AttributeError."""
    if name in documented:
        return refusing(f"{owner}.{name}")
    raise AttributeError(f"{owner!r} object has no attribute {name!r}")
