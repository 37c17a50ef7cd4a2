"""Harness CI, whose plugin steps carry Drone's variables beside its own.

Knows where Harness fills them otherwise than Drone: a tag in DRONE_BRANCH, a shortened commit on
Bitbucket (which is then none: it names no commit for certain), nothing at all in a pipeline
without a codebase.  A fork is not told, as on Drone.  Source: Harness' page "CI environment
variables reference".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plugin.ci.drone import pipeline_of
from plugin.ci.questions import with_questions
from plugin.ci.values import digits_of
from plugin.core.build import Host
from plugin.core.pull_request import ref_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.ci.event import Event
    from plugin.ci.git import GitFacts
    from plugin.core.build import Build


def build_of(environ: Mapping[str, str], event: Event | None, git: GitFacts) -> Build:
    """Return the build of an execution; ``number`` is its number within the pipeline."""
    _ = event, git
    build = pipeline_of(environ, Host.HARNESS)
    prefixes = ("refs/tags/", "refs/heads/")
    prefix = next((one for one in prefixes if build.branch.startswith(one)), "")
    number = digits_of(environ.get("HARNESS_BUILD_ID", ""))
    build = replace(
        build,
        branch=build.branch.removeprefix(prefix),
        workflow=ref_of(environ.get("HARNESS_PIPELINE_ID", "")),
        job=ref_of(environ.get("HARNESS_STAGE_ID", "")),
        number=number or build.number,
    )
    return with_questions(build)
