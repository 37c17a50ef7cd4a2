"""What a plan ships, read once: 200 checks that name one jar share its content and its digest.

A ``Checkout`` before another one.  Knows what a file or folder is shipped as.  Refuses to know
where to, and for which argument of a job.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from plugin.core.errors import Unusable
from plugin.core.shipping.archive import zip_of

if TYPE_CHECKING:
    from plugin.core.ports import Checkout
    from plugin.core.shipping.content import Content

_DIGITS = 16
"""Of SHA-256, in hexadecimal: 64 bits tell apart the few files of one check."""
_WHOLE = "checkout"
"""The zip of the whole checkout is called so: its folder has no name."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One file as it is shipped: its name, its content and that one's digest.

    ``sources`` maps the names of Python files (in a zip: with their folders) to paths in the
    checkout.
    """

    name: str
    body: bytes | Content = field(repr=False)
    digest: str
    sources: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """The end of its key: the same for the same content under the same name."""
        return f"{self.digest}/{self.name}"


class Shelf:
    """The files of one plan.  Every call raises ``Unusable`` as the ``Checkout`` port does."""

    def __init__(self, checkout: Checkout) -> None:
        """Take the checkout; nothing is read yet."""
        self._checkout = checkout
        self.matches = cache(checkout.matches)
        self.is_folder = cache(checkout.is_folder)
        self.files_below = cache(checkout.files_below)
        self.read = cache(checkout.read)
        self.content = cache(checkout.content)
        self.item = cache(self._item)

    def _item(self, path: str) -> Item:
        """Return a file as it is, or a folder as a zip from which Python can import it."""
        clean = str(PurePosixPath(path))
        if self.is_folder(clean):
            return self._packed(clean)
        name = PurePosixPath(clean).name
        sources = ((name, clean),) if name.endswith(".py") else ()
        return _item_of(name, self.content(clean), sources)

    def _packed(self, folder: str) -> Item:
        parent = PurePosixPath(folder).parent
        files = {
            str(PurePosixPath(file).relative_to(parent)): file
            for file in self.files_below(folder)
            if "__pycache__" not in PurePosixPath(file).parts
        }
        if not files:
            raise Unusable(f"{folder} is an empty folder.", hint="Name a folder with files in it.")
        # past the cache: the zip is what is kept, and it is made of code, so it is small
        body = zip_of(files, lambda name: self._checkout.read(files[name]))
        sources = tuple((name, file) for name, file in files.items() if file.endswith(".py"))
        return _item_of(f"{PurePosixPath(folder).name or _WHOLE}.zip", body, sources)


def shelf_of(checkout: Checkout) -> Shelf:
    """Return the checkout itself when it is a shelf already, else a new one before it."""
    return checkout if isinstance(checkout, Shelf) else Shelf(checkout)


def digest_of(body: bytes | Content) -> str:
    """Return what names this content in a key, wherever it is held."""
    whole = hashlib.sha256(body).hexdigest() if isinstance(body, bytes) else body.digest
    return whole[:_DIGITS]


def _item_of(name: str, body: bytes | Content, sources: tuple[tuple[str, str], ...]) -> Item:
    return Item(name=name, body=body, digest=digest_of(body), sources=sources)
