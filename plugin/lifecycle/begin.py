"""Begin: the files and the ticket are uploaded, the job is created, the run is started."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.core.errors import EngineError
from plugin.core.request import start_request
from plugin.core.ticket import ticket_upload
from plugin.core.watching.ending import Stop

if TYPE_CHECKING:
    from plugin.core.build import Build
    from plugin.core.check import Check
    from plugin.core.watching.course import Course
    from plugin.lifecycle.world import World

SUBMITTING = "asking Glue to start the run"
"""What is said before every start; it may take two minutes where others hold the slots."""


def begin(check: Check, build: Build, build_id: str, world: World, course: Course) -> None:
    """Upload the files and the ticket, create the job, start the run.

    Sets ``course.run_id``; a cancel that is heard before the start sets ``course.stop`` instead.
    Raises ``EngineError``; what was made by then is found by ``finish``.
    """
    clock, engine = world.clock, world.engine
    world.observer.state_changed(check.name, "UPLOADING", f"{len(check.uploads)} file(s)")
    ticket = ticket_upload(build, build_id, check, begin=clock.now(), region=world.region)
    for upload in (*check.uploads, ticket):
        try:
            with course.making("object"):  # one by one, to know whether the first was written
                engine.upload((upload,))
        except EngineError:
            if not clock.is_cancelled():
                raise
            course.stop = Stop.CANCELLED  # a large one is broken off by a cancel
            return
    world.observer.state_changed(check.name, "CREATING", check.job_name)
    with course.making("job"):
        engine.create_job(check.request_at(clock.now()))
    if clock.is_cancelled():
        course.stop = Stop.CANCELLED
        return
    marker = world.new_marker()
    request = start_request(
        job_name=check.job_name, marker=marker, session_policy=check.session_policy
    )
    world.observer.state_changed(check.name, "SUBMITTING", SUBMITTING)
    with course.making("run"):
        course.run_id = engine.start_run(request)
