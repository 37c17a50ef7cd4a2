"""What a build may have left when Glue does not list its jobs: named, and nothing of it removed.

Objects may go when no job of theirs lives, and only a list of jobs tells that: a ticket names the
job of one check, but a run may read what lies beside another's.  Knows the ports only.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from plugin.core import naming
from plugin.core.result import Leftover
from plugin.sweep.abreast import guarded
from plugin.sweep.choice import Traces, build_places

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plugin.core.errors import EngineError
    from plugin.core.ports import Engine

STAY = "left alone, because nobody tells whether a job lives that uses them"


def unlisted(
    engine: Engine, build_id: str, refusal: EngineError, *, buckets: Iterable[str] = ()
) -> Traces:
    """Return what is known of a build whose jobs are not listed: nothing that may be removed.

    Objects in ``buckets`` are named, and so is why these could not be looked into.  Raises nothing.
    """
    if not naming.BUILD_ID.fullmatch(build_id):
        return Traces()
    unread = [Leftover(kind="jobs", name=f"of build {build_id}", reason=str(refusal))]
    places = build_places(build_id, buckets)
    for place in places:
        look = partial(engine.has_objects, place.bucket, place.prefix)
        is_there, refusals = guarded("objects", place.uri(), look, otherwise=False)
        unread += refusals
        if is_there:
            unread.append(Leftover(kind="objects", name=place.uri(), reason=STAY))
    return Traces(unread=tuple(unread), is_blind=not places, is_unlisted=True)
