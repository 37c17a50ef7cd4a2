"""The history of a branch: anything may be read, little is kept, nothing is compared wrongly."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.core.build import Build, Fork, Host
from plugin.core.forms.history import (
    MOST_CHECKS,
    MOST_RUNS,
    MOST_VARIANTS,
    PREFIX,
    TEXT_LIMIT,
    History,
    OtherVersion,
    Unreadable,
    base_branch,
    compared,
    expected_seconds,
    history_key,
    merged,
    own_branch,
    report_key,
)
from plugin.core.forms.history_json import MOST_BYTES, parse, written
from plugin.core.naming import ROOT
from plugin.core.render import markdown
from plugin.core.result import CheckResult, Finding, PastRun, Place, Report
from plugin.core.verdict import Verdict
from tests.unit.reporters.samples import COST, HOSTILE_TOKENS, PASSED
from tests.unit.reporters.samples import report_of as page_of

WHERE = {"context": "glue-health-check"}
VARIANT = {"glue_version": "5.1", "capacity": "G.1X × 2"}
RESULT = CheckResult(name="flights", script="flights.py", verdict=Verdict.PASSED, seconds=60.0)
FINDING = Finding(name="rows", ok=True, value="3", place=Place(file="a.py", line=3))
ANY_TEXT = st.text(st.characters(exclude_categories=()))


def build_of(**facts):
    return Build(**{"host": Host.GITHUB, "repository": "acme/etl", "branch": "main", **facts})


def report_of(*results, n=1, build=None, **facts):
    return Report(
        build=build or build_of(commit=f"{n:040x}"),
        build_id=f"{n:012x}",
        engine="glue",
        started_at=f"2026-03-01T{n // 60:02}:{n % 60:02}:00Z",
        seconds=1.0,
        results=results or (RESULT,),
        **facts,
    )


def history_of(*verdicts):
    history = History()
    for n, verdict in enumerate(verdicts):
        result = replace(RESULT, verdict=verdict, findings=(replace(FINDING, value=str(n)),))
        history = merged(history, report_of(result, n=n))
    return history


def document(**facts):
    run = {"verdict": "passed", "started_at": "2026-03-01T00:00:00Z", **facts}
    return json.dumps({"version": "1", "checks": {"flights": [run]}}).encode()


# --- reading ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"x", b"\xff", b"[]", b"1", b"{}", b"[" * 100_000, b'{"version":"1"}'),
        b'{"version":"1","checks":[]}',
        b'{"version":"1","checks":{"a":[{}]}}',
        b'{"version":"1","checks":{"":[]}}',
        document(verdict="odd"),
        document(started_at="x" * 301),
        document(started_at=1),
        document(glue_version="x" * 301),
        document(capacity=2),
        document(seconds=-1),
        document(seconds=float("nan")),
        document(seconds=float("inf")),
        document(cost_usd="NaN"),
        document(cost_usd="-1"),
        document(cost_usd="1e999999"),
        document(cost_usd=10**9 + 1),
        document(seconds=10**7 + 1),
        document(build_id="x" * 301),
        document(findings=[{"name": "x", "ok": True, "value": "x" * 301}]),
        document(findings=[{"name": "x", "ok": True}] * 51),
        document(findings=[{"name": "x", "ok": True, "place": {"file": "a", "line": 10**30}}]),
        json.dumps({"version": "1", "checks": {str(n): [] for n in range(201)}}).encode(),
        json.dumps(
            {"version": "1", "checks": {"a": [{"verdict": "passed", "started_at": ""}] * 101}}
        ).encode(),
        b" " * (MOST_BYTES + 1),
    ],
)
def test_parse__no_history__is_unreadable(body):
    with pytest.raises(Unreadable) as caught:
        parse(body)

    assert not isinstance(caught.value, OtherVersion)
    assert str(caught.value).startswith("it is ")


@pytest.mark.parametrize("version", ["2", 1, None, {}])
def test_parse__another_version__is_told_apart(version):
    with pytest.raises(OtherVersion, match="another version of glue-health-check wrote it"):
        parse(json.dumps({"version": version, "checks": {}}).encode())


@pytest.mark.parametrize(
    ("text", "usd"),
    [
        ("1E-999999", "0"),
        ("0." + "0" * 100_000 + "1", "0"),
        ("1e-9", "0.000000001"),
        ("0.9999999999e-9", "0"),
        ("0.0123456789012345678", "0.012345678901"),
        ("1e9", "1000000000"),
    ],
)
def test_parse__an_amount_that_nobody_can_mean__is_rounded(text, usd):
    ((run,),) = parse(document(cost_usd=text)).checks.values()

    assert run.cost_usd == Decimal(usd)


def test_merged__a_time_that_nobody_can_mean__can_be_read_back():
    long = merged(History(), report_of(replace(RESULT, seconds=1e12)))

    assert parse(written(long)) == long


NUMBERS = st.one_of(
    st.floats(),
    st.integers(),
    st.decimals().map(str),
    st.integers(-(10**6), 10**6).map("1E{}".format),
)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.sampled_from(HOSTILE_TOKENS) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
A_FINDING = st.fixed_dictionaries(
    {"name": st.sampled_from(["rows", *HOSTILE_TOKENS]), "ok": st.booleans()},
    optional={"value": NUMBERS.map(str) | st.sampled_from(HOSTILE_TOKENS), "place": JSON},
)
A_RUN = st.fixed_dictionaries(
    {
        "verdict": st.sampled_from(Verdict),
        "started_at": st.sampled_from(["", "9", *HOSTILE_TOKENS]),
    },
    optional={
        "seconds": st.floats(0, 10**7) | NUMBERS,
        "cost_usd": NUMBERS,
        "commit": st.sampled_from(HOSTILE_TOKENS),
        "findings": st.lists(A_FINDING, max_size=2),
        "glue_version": st.sampled_from(["4.0", *HOSTILE_TOKENS]),
        "capacity": st.sampled_from(HOSTILE_TOKENS),
        "more": JSON,
    },
)


@given(runs=st.lists(A_RUN, max_size=5) | JSON, usd=st.decimals(0, 100, allow_nan=False))
@settings(max_examples=100)
def test_parse__any_json_compared_and_shown__never_raises_and_stays_small(runs, usd):
    document = {"version": "1", "checks": {PASSED.name: runs}}
    try:
        history = parse(json.dumps(document, default=str).encode())
    except Unreadable:
        history = History()
    now = replace(PASSED, cost=replace(COST, usd=usd))

    page = markdown(page_of(compared(now, history, "main")))

    assert len(page) < 30_000


@given(st.binary(max_size=200))
@settings(max_examples=50)
def test_parse__any_bytes__are_a_history_or_unreadable(body):
    try:
        parse(body)
    except Unreadable:
        return


def test_parse__a_later_version_1_with_more_keys__is_read():
    body = json.dumps({"version": "1", "more": 1, "checks": {}}).encode()

    assert parse(body) == History()


def test_written__whole_runs__are_read_back_as_they_were():
    run = PastRun(
        verdict=Verdict.FAILED,
        started_at="2026-03-01T00:00:00Z",
        commit="a" * 40,
        seconds=1.5,
        run_seconds=1.0,
        cost_usd=Decimal("0.0147"),
        findings=(FINDING, replace(FINDING, place=None)),
        glue_version="5.1",
        capacity="G.1X × 2",
    )
    history = History(checks={"flights": (run,)})

    assert parse(written(history)) == history


@given(name=ANY_TEXT, text=ANY_TEXT, seconds=st.floats(0, 10**7))
@settings(max_examples=50)
def test_written__any_text__is_read_back_and_added_once(name, text, seconds):
    finding = Finding(name=text, ok=True, value=text * 400, place=Place(file=text, line=1))
    result = replace(RESULT, name=f"a{name}", seconds=seconds, findings=(finding,) * 60)
    result = replace(result, glue_version=text, capacity=name * 400)
    report = report_of(result, build=build_of(commit=text))
    report = replace(report, started_at=text)

    history = parse(written(merged(History(), report)))

    assert merged(history, report) == history
    ((run,),) = history.checks.values()
    assert len(run.findings) == 50


# --- adding ----------------------------------------------------------------------------------------


def test_merged__a_run__is_kept_with_all_that_it_is_compared_by():
    result = replace(on("5.1"), cost=COST, execution_seconds=41, findings=(FINDING,))

    history = merged(History(), report_of(result))

    kept = PastRun(
        verdict=Verdict.PASSED,
        started_at="2026-03-01T00:01:00Z",
        commit=f"{1:040x}",
        build_id=f"{1:012x}",
        seconds=60.0,
        run_seconds=41.0,
        cost_usd=COST.usd,
        findings=(FINDING,),
        glue_version="5.1",
        capacity="G.1X × 2",
    )
    assert history == History(checks={"flights": (kept,)})


def test_merged__more_than_twenty_runs__keeps_the_newest_with_their_findings():
    history = history_of(*[Verdict.PASSED] * 30)

    runs = history.checks["flights"]
    assert [run.commit for run in runs] == [f"{n:040x}" for n in range(10, 30)]
    assert [len(run.findings) for run in runs] == [0] * 19 + [1]


@pytest.mark.parametrize("errors", [20, 25])
def test_merged__twenty_errors_after_a_pass__keeps_the_pass_to_compare_with(errors):
    history = history_of(Verdict.PASSED, *[Verdict.ERRORED] * errors)

    runs = history.checks["flights"]
    assert len(runs) == MOST_RUNS
    assert [run.verdict for run in runs] == [Verdict.PASSED] + [Verdict.ERRORED] * 19
    assert runs[0].findings[0].value == "0"


def test_merged__older_build_that_ends_late__takes_its_place():
    history = merged(merged(History(), report_of(n=2)), report_of(n=1))

    assert [run.commit[-1] for run in history.checks["flights"]] == ["1", "2"]


def test_merged__skipped__is_no_run():
    skipped = replace(RESULT, verdict=Verdict.SKIPPED)

    assert merged(History(), report_of(skipped)) == History()


def test_merged__more_checks_than_200__keeps_those_that_ran_last():
    many = [replace(RESULT, name=f"c{n:03}") for n in range(MOST_CHECKS)]
    history = merged(merged(History(), report_of(n=1)), report_of(*many, n=2))

    assert set(history.checks) == {one.name for one in many}
    assert parse(written(history)) == history


def test_written__too_large__goes_without_findings():
    history = history_of(Verdict.PASSED, Verdict.FAILED)
    whole = written(history)

    small = parse(written(history, limit=len(whole) - 1))

    assert parse(written(history, limit=len(whole))) == history
    assert [run.verdict for run in small.checks["flights"]] == [Verdict.PASSED, Verdict.FAILED]
    assert not any(run.findings for run in small.checks["flights"])


@pytest.mark.untraced
def test_written__200_checks_of_twenty_runs_of_five_variants__are_read_back():
    run = PastRun(verdict=Verdict.PASSED, started_at="2026-03-01T00:00:00Z", commit="a" * 40)
    runs = tuple(
        replace(run, seconds=float(n), glue_version=str(variant), capacity="G.1X × 2 to 10")
        for variant in range(MOST_VARIANTS)
        for n in range(MOST_RUNS)
    )
    history = History(checks={f"{n:03}" + "é" * 252: runs for n in range(MOST_CHECKS)})

    body = written(history)

    assert len(body) < MOST_BYTES / 2
    assert parse(body) == history


# --- comparing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("verdicts", [[], [Verdict.ERRORED], [Verdict.CANCELLED] * 3])
def test_compared__nothing_finished__is_the_same(verdicts):
    assert compared(RESULT, history_of(*verdicts), "main") == RESULT


def test_compared__a_name_without_end__is_found_again():
    history = runs_of({"name": "n" * 400, "execution_seconds": 100})

    assert compared(replace(RESULT, name="n" * 400), history, "main").comparison
    assert expected_seconds(history, "n" * 400, **VARIANT) == 100


def test_compared__skipped__is_the_same():
    skipped = replace(RESULT, verdict=Verdict.SKIPPED)

    assert compared(skipped, history_of(Verdict.PASSED), "main") == skipped


def test_compared__errors_in_between__are_left_out():
    history = history_of(Verdict.PASSED, Verdict.ERRORED, Verdict.FAILED, Verdict.CANCELLED)

    comparison = compared(RESULT, history, "main").comparison

    assert comparison is not None
    assert comparison.branch == "main"
    assert [run.verdict for run in comparison.runs] == [Verdict.PASSED, Verdict.FAILED]
    assert comparison.runs[-1].findings[0].value == "2"


# --- variants of a check ---------------------------------------------------------------------------


def on(version, verdict=Verdict.PASSED, capacity="G.1X × 2"):
    return replace(RESULT, verdict=verdict, glue_version=version, capacity=capacity)


def ran(*results):
    """The history of builds that ran one after the other, a minute apart."""
    history = History()
    for n, result in enumerate(results):
        history = merged(history, report_of(result, n=n))
    return history


def variants(history):
    return [(run.glue_version, run.capacity) for run in history.checks["flights"]]


def compared_versions(result, history):
    comparison = compared(result, history, "main").comparison
    assert comparison
    return [run.glue_version for run in comparison.runs]


def test_compared__runs_of_its_variant_and_newer_others__are_its_own():
    history = ran(on("4.0"), on("4.0", Verdict.FAILED), on("5.1"), on("5.1"), on("5.1"))

    assert compared_versions(on("4.0"), history) == ["4.0", "4.0"]
    assert compared_versions(on("5.1"), history) == ["5.1"] * 3


@pytest.mark.parametrize(
    "result",
    [on("5.1"), on("5.0", capacity="G.2X × 2"), on(""), replace(on("5.1"), capacity="")],
)
def test_compared__a_variant_that_never_finished__is_the_one_that_finished_last(result):
    history = ran(on("4.0"), on("5.0"), on("4.0"), on("5.0"), on("5.1", Verdict.ERRORED))

    assert compared_versions(result, history) == ["5.0", "5.0"]


def test_compared__a_variant_with_odd_names__is_found_again():
    odd = on("5\ud800" * 300, capacity="\ud800")
    history = parse(written(ran(odd, on("5.1"))))

    (version,) = compared_versions(odd, history)
    assert version.startswith("5\\ud800")


def test_merged__legs_of_one_build__are_kept_beside_each_other_once():
    legs = [report_of(on(version), n=7) for version in ("5.1", "4.0", "5.0")]
    history = History()
    for leg in (*legs, *legs):
        history = merged(history, leg)

    assert [version for version, _ in variants(history)] == ["4.0", "5.0", "5.1"]
    assert parse(written(history)) == history


def test_merged__legs_of_one_second_with_other_arguments__are_kept_beside_each_other_once():
    legs = [replace(report_of(RESULT, n=7), build_id=build_id) for build_id in ("b", "a")]
    history = History()
    for leg in (*legs, *legs):
        history = merged(history, leg)

    assert [run.build_id for run in history.checks["flights"]] == ["a", "b"]


def test_merged__more_than_five_variants__lose_the_one_that_finished_longest_ago():
    history = ran(*(on(str(n)) for n in range(5)), on("0"), on("5"))

    assert [version for version, _ in variants(history)] == ["0", "2", "3", "4", "0", "5"]


def test_merged__many_variants_that_never_finish__cost_none_that_did():
    finished = [on(str(n)) for n in range(4)]
    history = ran(*finished, *(on(f"e{n}", Verdict.ERRORED) for n in range(9)))

    assert [version for version, _ in variants(history)] == ["0", "1", "2", "3", "e8"]


def test_merged__only_variants_that_never_finished__lose_the_one_that_ran_longest_ago():
    errors = [on(f"e{n}", Verdict.ERRORED) for n in range(6)]
    history = ran(*errors[:5], errors[0], errors[5])

    assert [version for version, _ in variants(history)] == ["e0", "e2", "e3", "e4", "e0", "e5"]


def test_merged__more_than_twenty_runs_of_two_variants__keeps_twenty_of_each_with_findings():
    finding = {"findings": (FINDING,)}
    history = ran(*(replace(on(str(n % 2)), **finding) for n in range(50)))

    runs = history.checks["flights"]
    assert [run.commit for run in runs] == [f"{n:040x}" for n in range(10, 50)]
    assert [len(run.findings) for run in runs] == [0] * 38 + [1, 1]


def test_merged__another_variant__does_not_shorten_the_twenty():
    history = ran(on("4.0"), *[on("5.1")] * 30)

    assert compared_versions(on("4.0"), history) == ["4.0"]
    assert compared_versions(on("5.1"), history) == ["5.1"] * MOST_RUNS


# --- where -----------------------------------------------------------------------------------------


def test_prefix__of_what_is_kept__is_not_what_is_swept():
    assert not f"{PREFIX}/".startswith(f"{ROOT}/")


def test_history_key__a_plain_repository__can_be_found_by_eye():
    key = history_key(build_of(), "feature/flights", **WHERE)

    assert key.startswith("glue-health-check-reports/acme/etl/glue-health-check-")
    assert "/feature-flights-" in key


@pytest.mark.parametrize(
    ("repository", "branch", "folders"),
    [
        ("a/b", "", ("a/b", "e3b0c44298fc")),
        ("acme/..", "漢", ("acme/5ec1f7e700f3", "fc9f0d61dd80")),
        ("n" * 100, ".a" * 40, ("n" * 100, f"{'a.' * 30}-f8522a6112f8")),
        ("n" * 101, "main", (f"{'n' * 60}-1c2ffa742d61", "main-0d6e4079e367")),
        ("", "main", ("e3b0c44298fc", "main-0d6e4079e367")),
    ],
)
def test_history_key__any_version_of_ours__looks_in_the_same_place(repository, branch, folders):
    key = history_key(build_of(repository=repository), branch, **WHERE)

    first, last = folders
    assert key == f"{PREFIX}/{first}/glue-health-check-6e424e249536/{last}/history.json"


def test_keys__another_leg__has_the_same_folder():
    one, other = (report_of(leg=leg) for leg in ("0a", "1b"))

    assert report_key(one) == report_key(other)


def test_history_key__names_that_look_alike__are_told_apart():
    branches = ["a/b", "a-b", "A-b", "a b", "a--b", "", "a\ud800", "a" * 300, "a" * 301]
    keys = {history_key(build_of(), branch, **WHERE).lower() for branch in branches}
    keys |= {
        history_key(build_of(repository=name), "x", **WHERE) for name in ("a b/c", "a-b/c", "")
    }
    keys |= {history_key(build_of(), "main", context=context) for context in ("a b", "a-b", "")}

    assert len(keys) == len(branches) + 3 + 3


@given(repository=ANY_TEXT, branch=ANY_TEXT, context=ANY_TEXT, number=st.integers(1))
@settings(max_examples=100)
def test_keys__any_text__are_plain_and_below_our_prefix(repository, branch, context, number):
    build = build_of(repository=repository, branch=branch)
    report = replace(report_of(build=build), context=context, started_at=branch)
    keys = (
        history_key(build, branch, context=context),
        report_key(report),
        report_key(replace(report, build=replace(build, pull_request=number))),
    )

    for key in keys:
        folders = key.split("/")
        assert folders[0] == PREFIX
        assert key.isascii()
        assert not {"", ".", ".."} & set(folders)


@given(repository=st.text("abcé/-. ", max_size=900))
@settings(max_examples=50)
def test_keys__a_long_repository__fits_into_s3(repository):
    assert len(history_key(build_of(repository=repository), "main", **WHERE)) <= 1024


@pytest.mark.parametrize(
    ("facts", "folder"),
    [({"pull_request": 7}, "pr-7"), ({}, "main-"), ({"branch": ""}, "local")],
)
def test_report_key__by_build__lies_in_its_own_folder(facts, folder):
    key = report_key(report_of(build=build_of(**facts)))

    assert f"/{folder}" in key
    assert key.endswith("/reports/2026-03-01T000100Z-000000000001.json")


@pytest.mark.parametrize(
    ("facts", "base", "own"),
    [
        ({}, "main", "main"),
        ({"branch": ""}, "", ""),
        ({"pull_request": 7, "target_branch": "main", "branch": "x"}, "main", ""),
        ({"pull_request": 7, "target_branch": "main", "branch": "main"}, "main", ""),
        ({"pull_request": 7, "target_branch": "", "branch": "x"}, "", ""),
        ({"target_branch": "main", "branch": "queue/7"}, "main", ""),
        ({"target_branch": "main", "branch": "main"}, "main", "main"),
        ({"fork": Fork.UNKNOWN}, "main", ""),
        ({"is_dependabot": True}, "main", ""),
        ({"is_tag": True, "branch": "main"}, "", ""),
    ],
)
def test_branches__by_build__a_proposal_reads_its_target_and_writes_nothing(facts, base, own):
    build = build_of(**facts)

    assert (base_branch(build), own_branch(build)) == (base, own)


# --- how long a run probably takes -----------------------------------------------------------------


def runs_of(*results):
    history = History()
    for n, result in enumerate(results):
        history = merged(history, report_of(replace(RESULT, **{**VARIANT, **result}), n=n))
    return parse(written(history))


@pytest.mark.parametrize(
    ("results", "seconds"),
    [
        ([], None),
        ([{"execution_seconds": 100}], 100),
        ([{"execution_seconds": took} for took in (900, 100, 120)], 120),
        ([{"execution_seconds": 100}, {"execution_seconds": 120}], 110),
        ([{"execution_seconds": 100}, {"execution_seconds": 7, "verdict": Verdict.FAILED}], 100),
        ([{"execution_seconds": 100}, {"execution_seconds": 7, "verdict": Verdict.ERRORED}], 100),
        ([{"execution_seconds": 100}, {"execution_seconds": 7, "glue_version": "4.0"}], 100),
        ([{"execution_seconds": 100}, {"execution_seconds": 7, "capacity": "G.2X × 2"}], 100),
        ([{"execution_seconds": 100}, {"execution_seconds": 7, "name": "airports"}], 100),
        ([{"execution_seconds": 0}], None),
        ([{"execution_seconds": 10**9}], 10**7),
    ],
)
def test_expected_seconds__by_what_is_kept__is_the_median_of_runs_like_it(results, seconds):
    assert expected_seconds(runs_of(*results), "flights", **VARIANT) == seconds


def test_expected_seconds__an_older_document__is_unknown():
    old = b'{"version": "1", "checks": {"flights": [{"verdict": "passed", "started_at": "2026"}]}}'

    assert expected_seconds(parse(old), "flights", glue_version="", capacity="") is None


def test_merged__a_finding_without_end__is_cut_in_all_its_parts():
    long = "x" * (TEXT_LIMIT + 1)
    finding = Finding(
        name=long, ok=False, value=long, expected=long, message=long, place=Place(file=long, line=3)
    )

    history = merged(History(), report_of(replace(RESULT, findings=(finding, FINDING))))

    ((cut, kept),) = (run.findings for run in history.checks["flights"])
    assert cut.place is not None
    parts = (cut.name, cut.value, cut.expected, cut.message, cut.place.file)
    assert {len(part) for part in parts} == {TEXT_LIMIT}
    assert (cut.ok, cut.place.line) == (False, 3)
    assert kept == FINDING


def test_written__a_history__has_no_byte_too_much():
    assert b" " not in written(history_of(Verdict.PASSED))
