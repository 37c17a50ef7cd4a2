"""What many plays come to."""

from tests.chaos.tally import Row, so_far, table


def row(seed, *laws, kind="none"):
    return Row(
        seed=seed,
        kind=kind,
        requests=10,
        fates=("stale", "refused"),
        killed=int(kind == "SIGKILL"),
        verdicts=("passed",),
        broken=tuple((law, "so it was") for law in laws),
        cpu_seconds=0.5,
    )


def test_so_far__broken_seeds__are_named():
    rows = [row(7, "a law", "another"), row(2, kind="SIGKILL"), row(3, "a law")]

    said = so_far(rows, of=200, seconds=61.4)

    assert said == "3 of 200 after 61 s: 30 requests, 6 struck, 1 killed, 2 broken: 3 7"


def test_so_far__nothing_broken__names_nothing():
    said = so_far([row(1)], of=1, seconds=0.2)

    assert said == "1 of 1 after 0 s: 10 requests, 2 struck, 0 killed, 0 broken"


def test_table__plays_of_each_kind__sums_them():
    lines = [*table([row(1), row(2, "a law"), row(3, kind="SIGKILL")])]

    none, stopped, killed, whole = (line.split()[-6:] for line in lines[1:5])
    assert none == ["2", "20", "4", "0", "1", "0.50"]
    assert stopped == ["0", "0", "0", "0", "0", "0.00"]
    assert killed == ["1", "10", "2", "1", "0", "0.50"]
    assert whole == ["3", "30", "6", "1", "1", "0.50"]
    assert lines[5:] == [
        "struck: stale 3, refused 3",
        "verdicts: passed 3, failed 0, errored 0, cancelled 0, no report 0",
    ]
