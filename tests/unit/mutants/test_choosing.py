"""Which tests a mutant must live through: near ones first, within the seconds allowed."""

from tests.mutants.choosing import Choice, Seen

NAME, OTHER = "plugin.core.naming.x_slug", "plugin.core.plan.x_plan"
NEAR = "tests/unit/core/test_naming.py::test_slug"
FAR = "tests/unit/core/test_plan.py::test_plan"


def seen(*functions: str, seconds: float = 1.0) -> Seen:
    return Seen(functions=frozenset(functions), seconds=seconds)


def test_tests__of_a_function__are_those_that_call_it():
    choice = Choice(seen={NEAR: seen(NAME), FAR: seen(OTHER)})

    assert choice.tests(NAME, seconds=10) == [NEAR]
    assert choice.tests("plugin.core.naming.x_other", seconds=10) == []


def test_tests__of_several_files__begin_with_the_files_named_like_the_module():
    tests = {f"{test}_{n}": seen(NAME) for test in (FAR, NEAR) for n in range(9)}

    found = Choice(seen=tests).tests(NAME, seconds=100)

    assert sum(test.startswith(NEAR) for test in found[:7]) >= 5
    assert sorted(found) == sorted(tests)


def test_tests__cases_of_one_test__take_turns_with_other_tests():
    tests = {f"{NEAR}[{n}]": seen(NAME) for n in range(5)} | {f"{NEAR}_more": seen(NAME)}

    assert f"{NEAR}_more" in Choice(seen=tests).tests(NAME, seconds=2)


def test_tests__one_takes_too_long__is_passed_over_unless_it_is_all_there_is():
    slow, quick = f"{NEAR}_a", f"{NEAR}_b"
    tests = {slow: seen(NAME, seconds=9), quick: seen(NAME, OTHER, seconds=1)}

    assert Choice(seen=tests).tests(NAME, seconds=2) == [slow]
    assert Choice(seen=tests).tests(OTHER, seconds=2) == [quick]


def test_tests__one_has_noticed_a_mutant__is_tried_first():
    tests = {f"{NEAR}_{n}": seen(NAME) for n in range(5)} | {FAR: seen(NAME)}
    choice = Choice(seen=tests)

    choice.learn(NAME, f"{NEAR}_3")
    choice.learn("plugin.core.naming.x_other", FAR)

    assert choice.tests(NAME, seconds=10)[:2] == [f"{NEAR}_3", FAR]
