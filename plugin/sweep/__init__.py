"""Removes what a killed process left: jobs that carry our tags, and objects below our prefixes.

``cleanup`` takes one build's, ``sweep`` any build's that is old enough, ``supersede`` what older
builds of a pull request left or run.  ``choice``, ``overdue`` and ``lonely`` say what that is,
``owner`` whose it is, ``unlisted`` what may be left when Glue does not tell; ``foresight`` tells
what would be done, ``removal`` does it, with ``stopping`` and ``logs``.
"""

from plugin.sweep.choice import Removal, Traces, of_build, of_older
from plugin.sweep.foresight import foresee
from plugin.sweep.lonely import Orphans, orphans
from plugin.sweep.overdue import Portion, our_jobs, overdue_jobs
from plugin.sweep.owner import Owner
from plugin.sweep.removal import CLEANUP, SUPERSEDE, SWEEP, Bounds, Stopped, Swept, remove
from plugin.sweep.unlisted import unlisted

__all__ = [
    "CLEANUP",
    "SUPERSEDE",
    "SWEEP",
    "Bounds",
    "Orphans",
    "Owner",
    "Portion",
    "Removal",
    "Stopped",
    "Swept",
    "Traces",
    "foresee",
    "of_build",
    "of_older",
    "orphans",
    "our_jobs",
    "overdue_jobs",
    "remove",
    "unlisted",
]
