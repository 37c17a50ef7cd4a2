"""Removes what a killed process left: jobs that carry our tags, and objects below our prefixes.

``cleanup`` takes one build's, ``sweep`` any build's that is old enough, ``supersede`` what older
builds of a pull request left or run.  ``choice`` says what that is, ``owner`` whose it is,
``removal`` removes it.
"""

from plugin.sweep.choice import Overdue, Removal, Traces, of_age, of_build, of_older
from plugin.sweep.owner import Owner
from plugin.sweep.removal import Swept, remove, supersede

__all__ = [
    "Overdue",
    "Owner",
    "Removal",
    "Swept",
    "Traces",
    "of_age",
    "of_build",
    "of_older",
    "remove",
    "supersede",
]
