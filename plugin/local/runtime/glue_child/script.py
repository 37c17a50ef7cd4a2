"""The user's script: syntax first, then run as ``__main__`` the way Glue runs it.

Knows compiling, paths and the main module.  Refuses to know what an ending means.
"""

import os
import sys
import types
from pathlib import Path

from glue_child import misses, nameless
from glue_child.order import Order

RUNTIME = str(Path(__file__).resolve().parent.parent)


def arrange_paths(order: Order) -> None:
    """Let the script and Spark's Python workers import what Glue would let them import."""
    home = os.path.dirname(order.script)  # noqa: PTH120 - text in, text out
    rest = [entry for entry in sys.path if entry not in ("", RUNTIME)]
    sys.path[:] = [home, *order.python_path, RUNTIME, *rest]
    # The JVM hands this variable to the workers, which run user functions.
    os.environ["PYTHONPATH"] = os.pathsep.join([home, *order.python_path, RUNTIME])
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)


def compiled(path: str) -> types.CodeType:
    """Compile the script; raises SyntaxError and whatever else a compiler raises."""
    return compile(Path(path).read_bytes(), path, "exec", dont_inherit=True, optimize=0)


def execute(code: types.CodeType, order: Order) -> None:
    """Run ``code`` as the main module with Glue's ``sys.argv``; lets everything it raises out."""
    main = types.ModuleType("__main__")
    main.__file__ = order.script
    main.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = main
    sys.argv[:] = [order.script, *order.argv]
    if order.is_spark and nameless.is_nameless():
        nameless.tell_spark()
    misses.listen()
    exec(code, main.__dict__)
