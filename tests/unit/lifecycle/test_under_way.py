"""What is known of the checks that have begun."""

from plugin.core.watching.course import Course
from plugin.lifecycle.under_way import UnderWay
from tests.doubles.checks import check_of


def test_of__not_begun__is_none():
    assert UnderWay().of(check_of()) is None


def test_of__put_twice__tells_the_last_one():
    first, last = Course(started=1.0), Course(started=2.0)
    under_way = UnderWay()

    under_way.put(check_of(), first)
    under_way.put(check_of(), last)

    assert under_way.of(check_of()) is last
