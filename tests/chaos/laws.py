"""All laws: what must hold after every play, whatever was scheduled.

A law is a function from a play to the promises that were broken, in words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.chaos import laws_of_others as others
from tests.chaos import laws_of_things as things
from tests.chaos import laws_of_time as time
from tests.chaos import laws_of_words as words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.chaos.played import Played

    Law = Callable[[Played], Iterator[str]]

LAWS: tuple[Law, ...] = (
    things.nothing_is_left_in_the_end,
    things.a_clean_up_that_is_content_has_removed_all,
    things.a_clean_up_that_nothing_keeps_from_it_is_content,
    things.cleanup_knows_of_what_check_made,
    things.what_a_clean_up_leaves_is_named,
    things.check_removes_what_it_made,
    things.what_check_leaves_is_named_with_its_command,
    things.no_run_goes_on_without_its_job,
    things.no_run_is_started_twice,
    things.a_run_is_asked_to_stop_after_a_signal,
    others.foreign_things_are_as_they_were,
    others.no_request_names_foreign_things,
    others.writes_below_our_prefix_only,
    others.what_is_kept_stays,
    words.the_verdict_is_the_truth_or_errored,
    words.a_verdict_is_what_the_run_came_to,
    words.a_report_is_whole,
    words.whoever_did_not_pass_is_told_why,
    words.the_outputs_agree,
    words.check_writes_a_report,
    words.the_exit_code_agrees,
    words.every_exit_code_is_a_documented_one,
    words.a_clean_up_says_what_it_could_not_do,
    words.the_last_status_is_final,
    words.a_status_agrees_with_the_report,
    words.there_is_one_comment,
    words.there_is_no_traceback,
    words.there_is_no_secret,
    time.every_process_ends,
    time.a_check_ends_soon_after_a_signal,
    time.a_clean_up_ends_soon_after_a_signal,
)


def in_words(law: Law) -> str:
    """Return a law's name as a sentence."""
    return law.__name__.replace("_", " ")


def broken(played: Played) -> tuple[tuple[str, str], ...]:
    """Return each broken promise: the law, and what happened."""
    return tuple((in_words(law), told) for law in LAWS for told in law(played))
