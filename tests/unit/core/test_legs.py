"""Legs of a matrix under one commit status: whose word stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.forms.legs import LONGEST_LINK, Place, failure_beside, place_of, with_leg
from plugin.core.github import PostedStatus

LINK = "https://github.com/acme/etl/actions/runs/42"
A, B, C, D = (digit * 12 for digit in "abcd")


def link(leg, attempt=1, base=LINK):
    there = f"{base}/attempts/{attempt}" if attempt else base
    return f"{there}#leg-{leg}" if leg else there


def said(state, leg, attempt=1, base=LINK):
    return PostedStatus(state=state, target_url=link(leg, attempt, base))


def stands(leg, *posted, attempt=1, base=LINK):
    """What stands beside the pass of a leg; ``posted`` is in the order of time."""
    ours = said("success", leg, attempt, base)
    found = failure_beside(ours.target_url, (ours, *reversed(posted)))
    return found and (found.state, place_of(found.target_url).leg)


@pytest.mark.parametrize(
    ("before", "leg"),
    [
        ("", A),
        (f"{LINK}#step:3", A),
        (LINK, ""),
        (LINK, "A" * 12),
        (LINK, f"{A} "),
        ("https://ci.test/".ljust(LONGEST_LINK - 16, "a"), A),
    ],
)
def test_with_leg__no_place_for_it__is_the_link_itself(before, leg):
    assert with_leg(before, leg) == before


@pytest.mark.parametrize("before", [LINK, "https://ci.test/".ljust(LONGEST_LINK - 17, "a")])
def test_with_leg__a_link__has_it_as_its_fragment(before):
    assert with_leg(before, A) == f"{before}#leg-{A}"


@pytest.mark.parametrize(
    ("there", "place"),
    [
        ("", Place(build="")),
        (LINK, Place(build=LINK)),
        (link(A), Place(build=LINK, attempt=1, leg=A)),
        (link("", 12), Place(build=LINK, attempt=12)),
        (link(A, 0), Place(build=LINK, leg=A)),
        (f"{LINK}#leg-{A}x", Place(build=f"{LINK}#leg-{A}x")),
        (f"{LINK}#job", Place(build=f"{LINK}#job")),
        (f"{LINK}/attempts/1234567890", Place(build=f"{LINK}/attempts/1234567890")),
        ("a\nb", Place(build="a\nb")),
        ("x" * 5_000, Place(build="x" * 5_000)),
    ],
)
def test_place_of__any_link__is_its_build_attempt_and_leg(there, place):
    assert place_of(there) == place


@given(st.text())
def test_place_of__any_text__is_a_place(text):
    assert place_of(text).build in text


@pytest.mark.parametrize("state", ["failure", "error"])
@pytest.mark.parametrize("attempt", [0, 1])
def test_failure_beside__another_leg_did_not_pass__is_found_on_any_host(state, attempt):
    assert stands(B, said(state, A, attempt), attempt=attempt) == (state, A)


@pytest.mark.parametrize(
    "posted",
    [
        (),
        (said("pending", A), said("odd", A), said("", A)),
        (said("failure", B),),
        (said("failure", A), said("success", A)),
        (said("failure", A), said("success", A), said("pending", A)),
        (said("failure", A, base="https://github.com/acme/etl/actions/runs/41"),),
        (PostedStatus(state="failure"),),
    ],
)
def test_failure_beside__nothing_that_stands__is_none(posted):
    assert stands(B, *posted) is None


def test_failure_beside__several_legs__is_that_which_spoke_last():
    assert stands(C, said("error", A), said("failure", B), said("success", D)) == ("failure", B)


def test_failure_beside__a_pass_that_was_posted_before__does_not_hide_it():
    assert stands(B, said("success", A), said("failure", A), said("pending", A)) == ("failure", A)


def test_failure_beside__our_own_pass_is_not_listed_yet__our_older_failure_is_not_anothers():
    assert failure_beside(link(A), [said("failure", A)]) is None


def test_failure_beside__no_link__is_none():
    assert failure_beside("", [PostedStatus(state="failure", target_url=f"#leg-{A}")]) is None


# --- run again -----------------------------------------------------------------------------------


def test_failure_beside__one_of_two_that_failed_is_run_again__does_not_clear_the_other():
    assert stands(B, said("failure", A), said("failure", B), attempt=2) == ("failure", A)


def test_failure_beside__all_are_run_again__each_clears_its_own():
    before = (said("failure", A), said("error", B))

    assert stands(A, *before, attempt=2) == ("error", B)
    assert stands(B, *before, said("success", A, 2), attempt=2) is None


@pytest.mark.parametrize("attempt", [2, 3])
def test_failure_beside__its_settings_were_mended__the_old_leg_is_gone(attempt):
    again = (said("failure", C, 2),) if attempt == 3 else ()

    assert stands(C, said("failure", A), said("success", B), *again, attempt=attempt) is None


def test_failure_beside__settings_mended_twice__neither_old_leg_holds_it():
    assert stands(C, said("failure", A), said("failure", B, 2), attempt=3) is None


def test_failure_beside__two_were_mended_and_one_has_come__the_other_still_counts():
    before = (said("failure", A), said("error", B))

    assert stands(C, *before, attempt=2) == ("error", B)
    assert stands(D, *before, said("success", C, 2), attempt=2) is None


def test_failure_beside__a_later_attempt_has_a_new_leg__what_failed_beside_us_still_counts():
    assert stands(B, said("failure", A), said("success", C, 2)) == ("failure", A)


# --- refused before the leg was known ------------------------------------------------------------


def test_failure_beside__refused_in_this_attempt__stands():
    assert stands(A, said("error", "")) == ("error", "")


@pytest.mark.parametrize(("before", "now"), [(1, 2), (0, 0)])
def test_failure_beside__refused_before_it_was_run_again__is_none(before, now):
    assert stands(A, said("error", "", before), attempt=now) is None


@pytest.mark.parametrize(("length", "leg"), [(LONGEST_LINK, A), (LONGEST_LINK + 1, "")])
def test_place_of__a_link_of_any_length__is_read_up_to_a_bound(length, leg):
    end = f"#leg-{A}"
    link = f"https://ci.test/{'a' * (length - 16 - len(end))}{end}"

    place = place_of(link)

    assert place.leg == leg
    assert place.build == (link.removesuffix(end) if leg else link)
