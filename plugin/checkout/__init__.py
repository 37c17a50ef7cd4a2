"""The files of the working tree: read only what lies inside it; no link is followed.

``tree`` is the ``Checkout`` port, ``paths`` says which paths may be named and what may be read,
``content`` reads a large file a second time when it is sent, ``whole_path`` knows a file of it by
its whole path.
"""

from plugin.checkout.content import LARGEST_HELD
from plugin.checkout.paths import LARGEST_FILE
from plugin.checkout.tree import MOST_BYTES, MOST_FILES, MOST_HELD, WorkingTree

__all__ = [
    "LARGEST_FILE",
    "LARGEST_HELD",
    "MOST_BYTES",
    "MOST_FILES",
    "MOST_HELD",
    "WorkingTree",
]
