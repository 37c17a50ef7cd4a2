"""Seeds: the same makes the same, and all that there is occurs."""

import signal
from collections import Counter

from tests.chaos.pools import BELATABLE, POOLS, STALE_ABLE
from tests.chaos.schedule import Command, End, Fate
from tests.chaos.seeds import of_seed

MANY = tuple(of_seed(seed) for seed in range(1, 2001))


def test_of_seed__twice__makes_the_same():
    assert [of_seed(seed) for seed in range(1, 50)] == list(MANY[:49])


def test_of_seed__another__makes_another():
    assert len({repr(schedule) for schedule in MANY}) == 2000


def test_of_seed__2000_of_them__hold_every_fate_in_every_command():
    met = {(strike.at.command, strike.fate) for one in MANY for strike in one.strikes}

    of_a_day_ago = {(Command.SWEEP, Fate.STALE)}  # nothing lags so long
    assert met == {(command, fate) for command in Command for fate in Fate} - of_a_day_ago


def test_of_seed__2000_of_them__strike_every_request():
    met = {
        (strike.at.command, f"{strike.at.service} {strike.at.operation}")
        for one in MANY
        for strike in one.strikes
    }

    assert met == {(command, name) for command, pool in POOLS.items() for name in pool}


def test_of_seed__2000_of_them__hold_every_end_kind_and_signal():
    ends = {check.run.end for one in MANY for check in one.checks}
    kinds = {check.job_type for one in MANY for check in one.checks}
    signals = {(blow.command, blow.signal) for one in MANY for blow in one.blows}
    again = {again.signal for one in MANY for blow in one.blows for again in blow.again}

    assert ends == {*End}
    assert kinds == {"pythonshell", "glueetl"}
    three = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
    assert signals == {(command, number) for command in Command for number in three}
    assert again == {*three}
    assert any(check.run.is_deleted for one in MANY for check in one.checks)


def test_of_seed__2000_of_them__are_a_third_each_without_with_and_killed():
    def kind(schedule):
        if not schedule.blows:
            return "none"
        return "killed" if schedule.blows[-1].signal is signal.SIGKILL else "told"

    counted = Counter(map(kind, MANY))

    assert all(600 < number < 740 for number in counted.values())
    assert len(counted) == 3


def test_of_seed__2000_of_them__have_up_to_four_strikes_and_some_that_last():
    counted = Counter(len(one.strikes) for one in MANY)
    lasting = [strike for one in MANY for strike in one.strikes if strike.is_lasting]

    assert sorted(counted) == [0, 1, 2, 3, 4]
    assert min(counted.values()) > 100
    assert len(lasting) > 100
    assert {strike.fate for strike in lasting} == {Fate.REFUSED}


def test_of_seed__a_fate__meets_only_what_it_can_meet():
    names = {
        (strike.fate, f"{strike.at.service} {strike.at.operation}")
        for one in MANY
        for strike in one.strikes
    }

    assert {name for fate, name in names if fate is Fate.STALE} <= STALE_ABLE
    assert {name for fate, name in names if fate is Fate.BELATED} <= BELATABLE


def test_of_seed__findings__are_required_where_they_are_printed():
    for one in MANY:
        prints = any("GLUE_HEALTH_CHECK" in line for c in one.checks for line in c.run.lines)
        required = dict(one.settings).get("GLUE_HEALTH_CHECK_REQUIRE_FINDINGS")

        assert required == ("2" if prints else None)
