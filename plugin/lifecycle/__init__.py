"""One check from begin to end: begin · watch · finish.

Three functions, because the event-driven mode calls them from three processes; ``run_check`` is
their sum with a ``finally``.  Knows the ports only.
"""

from plugin.lifecycle.begin import begin
from plugin.lifecycle.blocking import run_check
from plugin.lifecycle.finish import finish
from plugin.lifecycle.stand_in import give_up, stand_in
from plugin.lifecycle.watch import watch
from plugin.lifecycle.world import World

__all__ = ["World", "begin", "finish", "give_up", "run_check", "stand_in", "watch"]
