"""Every error has a message, a hint and the exit code of its cause."""

from importlib import import_module

import pytest

from plugin.core import errors
from plugin.core.errors import EngineError, Exit, PluginError, SettingsError, Unusable
from plugin.core.trouble import Trouble


def test_exit__no_code__is_78():
    assert 78 not in set(Exit)  # Drone would read it as a pass
    assert sorted(Exit) == [0, 1, 2, 3, 4, 130, 143]


@pytest.mark.parametrize("kind", [PluginError, *PluginError.__subclasses__()])
def test_plugin_error__each_class__has_the_exit_code_of_its_cause(kind):
    expected = Exit.WRONG_SETTINGS if kind in {SettingsError, Unusable} else Exit.ERRORED

    assert kind.exit_code is expected


def test_plugin_error__with_and_without_hint__is_one_line():
    assert str(PluginError("It broke.")) == "It broke."
    assert str(PluginError("It broke.", hint="Mend it.")) == "It broke. Mend it."


@pytest.mark.parametrize(
    ("told", "trouble"), [(None, Trouble.AWS_FAULT), (Trouble.EXPIRED, Trouble.EXPIRED)]
)
def test_engine_error__trouble_told_or_not__is_that_one_or_the_classs(told, trouble):
    error = EngineError("It broke.", trouble=told)

    assert (error.told, error.trouble) == (told, trouble)
    assert EngineError.trouble is Trouble.AWS_FAULT


def test_settings_error__several_problems__keeps_all():
    error = SettingsError(("One.", "Two."))

    assert error.problems == ("One.", "Two.")
    assert str(error) == "One.\nTwo."


def test_errors__the_tree_in_the_module__names_every_class():
    told = errors.__doc__ or ""
    import_module("plugin.clients.http")  # has one of its own

    everyone = {*PluginError.__subclasses__(), *EngineError.__subclasses__()}
    assert [kind.__name__ for kind in everyone if kind.__name__ not in told] == []
