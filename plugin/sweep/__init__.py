"""Removes what a killed process left: jobs that carry our tags, and objects below our prefixes.

``cleanup`` takes one build's, ``sweep`` any build's that is old enough, ``supersede`` what older
builds of a pull request left or run.  ``choice`` says what that is, ``removal`` removes it.
"""

from plugin.sweep.choice import Overdue, Removal, kept_by, of_age, of_build, of_older
from plugin.sweep.removal import Swept, remove, supersede

__all__ = [
    "Overdue",
    "Removal",
    "Swept",
    "kept_by",
    "of_age",
    "of_build",
    "of_older",
    "remove",
    "supersede",
]
