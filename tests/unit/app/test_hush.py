"""An observer that is told to be silent hears nothing more from those who were left behind."""

from plugin.app.hush import Hush
from tests.doubles.recording import RecordingObserver


def test_hush__silent__hands_on_nothing_more():
    heard = RecordingObserver()
    hush = Hush(heard)
    hush.state_changed("a", "RUNNING", "")
    hush.log_lines("a", ("one",))

    hush.be_silent()
    hush.state_changed("a", "CLEANING", "")
    hush.log_lines("a", ("two",))

    assert heard.states == ["RUNNING"]
    assert len(heard.lines) == 1
