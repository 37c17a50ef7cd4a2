"""The child process as a real process, without Spark."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from tests.unit.runtime.child import frames, lines, run, started

BROKEN_TEXT = lines(
    "class Odd(Exception):", "    def __str__(self): raise ValueError('no')", "raise Odd"
)
DEEP = lines("def f(): return f()", "f()")
THREAD_THAT_STAYS = lines(
    "import threading, time",
    "threading.Thread(target=time.sleep, args=(600,)).start()",
    "raise KeyError('x')",
)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("raise KeyError('x')", "KeyError: 'x'"),
        ("import no_such_thing", "ModuleNotFoundError: No module named 'no_such_thing'"),
        ("import pydeequ", "ModuleNotFoundError: No module named 'pydeequ'"),
        ("\n\nif:\n", "SyntaxError: invalid syntax (flights.py, line 3)"),
        ("if 1:\npass\n", "IndentationError: expected an indented block after 'if' statement on line 1 (flights.py, line 2)"),
        ("assert False", "AssertionError"),
        ("raise ValueError('a\\nb')", "ValueError: a\nb"),
        ("raise ValueError('\\udc80')", "ValueError: \\udc80"),
        ("raise ValueError('€' * 9000)", None),
        ("raise BaseException('bare')", "BaseException: bare"),
        ("raise ExceptionGroup('two', [KeyError(1)])", "ExceptionGroup: two (1 sub-exception)"),
        (BROKEN_TEXT, "Odd: <no text: its __str__ failed>"),
        (DEEP, "RecursionError: maximum recursion depth exceeded"),
        (THREAD_THAT_STAYS, "KeyError: 'x'"),
        ("import sys; sys.exit(0)", "SystemExit: 0"),
        ("import sys; sys.exit()", "SystemExit: None"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("exit('so long')", "SystemExit: so long"),
        (
            lines("import sys", "from awsglue.utils import getResolvedOptions", "getResolvedOptions(sys.argv, ['JOB_NAME', 'source'])"),
            "GlueArgumentError: the following arguments are required: --source",
        ),
        ("from awsglue.utils import getResolvedOption", None),
        (b"\xff\xfe", None),
        (b"x = '\x00'", None),
    ],
)  # fmt: skip
def test_bootstrap__script_at_fault__failed_in_glues_words(tmp_path: Path, script, message):
    ended = run(tmp_path, script)

    assert (ended.code, ended.kind) == (1, "failed")
    assert message is None or ended.message == message
    assert 0 < len(ended.message) < 4100


@pytest.mark.parametrize(
    ("script", "named"),
    [
        ("import pandas", "module pandas, which Glue 5.1 (2.3.3) provides"),
        ("import pandas.core.frame", "module pandas"),
        (lines("try: import pyarrow", "except ImportError: raise SystemExit(1)"), "module pyarrow"),
        (lines("try: import pyarrow", "except ImportError as e: raise KeyError(1) from e"), "pyarrow"),
        ("import awsgluedq", "awsgluedq is a part of AWS Glue's library"),
        ("from awsgluedq.transforms import EvaluateDataQuality", "awsgluedq"),
        ("import awsglue.gluetypes", "awsglue.gluetypes is a part"),
        ("from awsglue.transforms import *; Relationalize.apply(frame=1)", "transform Relationalize"),
        (lines("from awsglue.transforms import Join", "try: Join.apply()", "except Exception: pass"), "transform Join"),
    ],
)  # fmt: skip
def test_bootstrap__local_engine_lacks_it__unsupported_by_name(tmp_path: Path, script, named):
    # aws-glue-libs#200: awsgluedq was missing, as if the script were wrong.
    ended = run(tmp_path, script)

    assert (ended.code, ended.kind) == (1, "unsupported")
    assert named in ended.message
    assert "engine glue" in ended.message


def test_bootstrap__library_fails_while_imported__unsupported(tmp_path: Path):
    (tmp_path / "py" / "seaborn").mkdir(parents=True)
    (tmp_path / "py" / "seaborn" / "__init__.py").write_text("import _seaborn_native")

    ended = run(tmp_path, "import seaborn")

    assert ended.kind == "unsupported"
    assert "seaborn" in ended.message


def test_bootstrap__script_misspells_a_librarys_name__failed(tmp_path: Path):
    ended = run(tmp_path, "from boto3 import clint")

    assert ended.kind == "failed"
    assert ended.message.startswith("ImportError: cannot import name 'clint' from 'boto3'")


@pytest.mark.parametrize("ending", ["", "raise SystemExit", "raise SystemExit(0)"])
def test_bootstrap__python_shell_ends_well__no_outcome(tmp_path: Path, ending):
    ended = run(tmp_path, f"print('hello')\n{ending}", job_type="pythonshell", glue_version="3.0")

    assert (ended.code, ended.outcome) == (0, None)
    assert ended.stdout == "hello\n"
    assert ended.stderr == ""


@pytest.mark.parametrize("ending", ["1", "'words'", "False or 2"])
def test_bootstrap__python_shell_exits_badly__failed(tmp_path: Path, ending):
    ended = run(tmp_path, f"raise SystemExit({ending})", job_type="pythonshell")

    assert (ended.code, ended.kind) == (1, "failed")


def test_bootstrap__traceback__shows_only_the_scripts_frames(tmp_path: Path):
    script = lines("def inner():", "    raise KeyError('x')", "", "inner()")

    ended = run(tmp_path, script)

    place = f'File "{tmp_path}/work/flights.py"'
    assert frames(ended.stderr) == [f"{place}, line 4, in <module>", f"{place}, line 2, in inner"]
    assert ended.stderr.startswith("Traceback (most recent call last):\n")
    assert "raise KeyError('x')" in ended.stderr


def test_bootstrap__syntax_error__says_the_line_and_prints_nothing_else(tmp_path: Path):
    ended = run(tmp_path, "print('never')\nx = = 1\n")

    assert ended.stdout == ""
    assert f'File "{tmp_path}/work/flights.py", line 2' in ended.stderr
    assert "bootstrap.py" not in ended.stderr


def test_bootstrap__script__is_the_main_module_with_glues_argv(tmp_path: Path):
    script = lines(
        "import sys, json, __main__",
        "x = 1",
        "print(json.dumps([__name__, __main__.x, __file__, sys.argv, sys.path[:2]]))",
    )

    ended = run(tmp_path, script, argv=["--JOB_NAME", "n", "--k", "v w"])

    name, x, file, argv, path = json.loads(ended.stdout)
    assert (name, x, file) == ("__main__", 1, f"{tmp_path}/work/flights.py")
    assert argv == [file, "--JOB_NAME", "n", "--k", "v w"]
    assert path == [f"{tmp_path}/work", f"{tmp_path}/py"]


@pytest.mark.parametrize(
    "closing", ["sys.stdout.close()", "sys.stdout = None", "sys.stdout = sys.stderr = 7", "os.close(1)"]
)  # fmt: skip
@pytest.mark.parametrize(("ending", "code"), [("pass", 0), ("raise KeyError(1)", 1)])
def test_bootstrap__script_closed_stdout__the_verdict_stands(tmp_path: Path, closing, ending, code):
    ended = run(tmp_path, f"import os, sys\n{closing}\n{ending}")

    assert ended.code == code
    assert ended.message == ("KeyError: 1" if code else "")


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_bootstrap__signals_while_the_script_prints_much__all_of_it_arrives(
    tmp_path: Path, name: str
):
    script = lines(
        "import signal, sys",
        "signal.signal(signal.SIGALRM, lambda *_: None)",
        "signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)",
        f"for _ in range(20): sys.{name}.write('y' * 1_000_000)",
        "signal.setitimer(signal.ITIMER_REAL, 0)",
    )

    ended = run(tmp_path, script)

    assert ended.code == 0
    assert len(getattr(ended, name)) == 20_000_000


def test_bootstrap__script_asks_how_its_output_is_open__hears_what_python_says(tmp_path: Path):
    ended = run(tmp_path, "import sys; print(sys.stdout.mode, sys.stderr.mode, sys.stdout.name)")

    assert ended.stdout == "w w <stdout>\n"


def test_bootstrap__exit_functions_and_threads__end_before_the_process(tmp_path: Path):
    script = lines(
        "import atexit, threading, time",
        "atexit.register(print, 'at exit')",
        "def late(): time.sleep(0.2); print('late')",
        "threading.Thread(target=late).start()",
    )

    ended = run(tmp_path, script)

    assert ended.stdout.split("\n") == ["late", "at exit", ""]
    assert ended.code == 0


def test_bootstrap__failed_script__runs_its_exit_functions(tmp_path: Path):
    ended = run(tmp_path, "import atexit\natexit.register(print, 'at exit')\n1/0")

    assert ended.stdout == "at exit\n"
    assert ended.message == "ZeroDivisionError: division by zero"


@pytest.mark.parametrize("code", [0, 7])
def test_bootstrap__script_leaves_by_os_exit__no_outcome_and_its_code(tmp_path: Path, code):
    ended = run(tmp_path, f"import os; os._exit({code})")

    assert (ended.code, ended.outcome) == (code, None)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_bootstrap__killed__ends_by_the_signal_without_an_outcome(tmp_path: Path, number):
    script = "print('up', flush=True)\nimport time; time.sleep(600)"

    with started(tmp_path, script) as child:
        assert child.process.stdout is not None
        child.process.stdout.readline()
        child.process.send_signal(number)
        code = child.process.wait(timeout=30)

    assert code == -number
    assert not (tmp_path / "outcome.json").exists()


def test_bootstrap__interrupted__ends_by_the_signal_and_says_so(tmp_path: Path):
    ended = run(tmp_path, "raise KeyboardInterrupt")

    assert ended.code == -signal.SIGINT
    assert ended.message == "KeyboardInterrupt"


def test_bootstrap__server_dies__child_and_grandchild_die(tmp_path: Path):
    script = lines(
        "import subprocess, time, sys",
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], process_group=0)",
        "print(child.pid, flush=True)",
        "time.sleep(600)",
    )

    with started(tmp_path, script) as child:
        assert child.process.stdout is not None
        grandchild = int(child.process.stdout.readline())
        os.dup2(child.process.stdout.fileno(), child.lifeline)  # closes the pipe's write end
        code = child.process.wait(timeout=30)

    assert code == -signal.SIGKILL
    assert _is_soon_gone(grandchild)


def _is_soon_gone(pid: int) -> bool:
    """Whether the process ends within 20 s: a signal was sent, the machine may be busy."""
    give_up = time.monotonic() + 20
    while not _is_gone(pid) and time.monotonic() < give_up:
        time.sleep(0.02)
    return _is_gone(pid)


def _is_gone(pid: int) -> bool:
    """Whether the process has ended; one that nobody waits for stays in the table as a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return True
    return stat.rpartition(")")[2].split()[0] in ("Z", "X")


def test_bootstrap__module_that_glue_should_install__checked_against_what_is_here(tmp_path: Path):
    modules = ["boto3>=1", "boto3==0.0.1", "pydeequ==1.4.0", "s3://b/my_lib-1.0-py3-none-any.whl"]

    ended = run(tmp_path, "print('never')", python_modules=modules)

    assert ended.kind == "unsupported"
    assert ended.stdout == ""
    assert "boto3>=1" not in ended.message
    for part in (
        "boto3==0.0.1 is not met",
        "pydeequ==1.4.0 is not installed",
        "my_lib==1.0 is not",
    ):
        assert part in ended.message


def test_bootstrap__syntax_error_and_a_missing_module__the_syntax_comes_first(tmp_path: Path):
    ended = run(tmp_path, "x = = 1", python_modules=["pydeequ"])

    assert ended.message.startswith("SyntaxError")


def test_bootstrap__python_shell_without_library_set__misses_what_glue_misses(tmp_path: Path):
    argv = ["--library-set", "none"]

    bare = run(
        tmp_path / "a", "import pandas", job_type="pythonshell", glue_version="3.0", argv=argv
    )
    full = run(tmp_path / "b", "import pandas", job_type="pythonshell", glue_version="3.0")

    assert (bare.kind, full.kind) == ("failed", "unsupported")


def test_bootstrap__module_that_only_this_machine_has__a_note_and_no_verdict(tmp_path: Path):
    script = "import yaml, json, boto3\nprint('done')"

    old = run(tmp_path / "old", script, glue_version="4.0")
    new = run(tmp_path / "new", script, glue_version="5.1")
    asked = run(tmp_path / "asked", script, python_modules=["pyyaml>=6"])

    assert (old.outcome, new.outcome, asked.outcome) == (None, None, None)
    assert (old.stderr, asked.stderr) == ("", "")
    assert "module yaml is installed here, but is not on the list" in new.stderr
    assert new.stderr.count("\n") == 1


def test_bootstrap__module_shipped_with_the_script__no_note(tmp_path: Path):
    (tmp_path / "py").mkdir()
    (tmp_path / "py" / "shipped.py").write_text("x = 1")

    assert run(tmp_path, "import shipped").stderr == ""


@pytest.mark.parametrize(
    "script",
    [
        "held = []\nwhile True: held.append(open('/dev/null'))",
        "import pathlib\npathlib.Path.write_text = None\nraise KeyError('x')",
        "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\nraise KeyError('x')",
    ],
)
def test_bootstrap__outcome_cannot_be_written__the_exit_code_still_tells(tmp_path: Path, script):
    ended = run(tmp_path, script, job_type="pythonshell")

    assert ended.code != 0


@pytest.mark.parametrize("ending", ["raise ValueError('child')", "import sys; sys.exit(3)"])
def test_bootstrap__fork_of_the_script_fails__does_not_speak_for_the_run(tmp_path: Path, ending):
    script = lines("import os", "pid = os.fork()", f"if pid == 0: {ending}", "os.waitpid(pid, 0)")

    ended = run(tmp_path, script, job_type="pythonshell")

    assert (ended.code, ended.kind) == (0, "")


@pytest.mark.parametrize("ending", ["pass", "raise KeyError('x')", "import sys; sys.exit(0)"])
def test_bootstrap__does_without_a_library_of_glues__nobody_knows(tmp_path: Path, ending):
    script = lines("try:", "    import numpy", "except ImportError:", "    numpy = None", ending)

    ended = run(tmp_path, script, job_type="pythonshell", glue_version="3.0")

    assert ended.kind == "unsupported"
    assert "module numpy, which Python shell 3.9 analytics" in ended.message


@pytest.mark.parametrize(
    "script",
    [
        "try: import simplejson_of_nobody\nexcept ImportError: pass",
        "def later():\n    import numpy\n",
    ],
)
def test_bootstrap__does_without_what_glue_lacks_too__is_well(tmp_path: Path, script):
    ended = run(tmp_path, script, job_type="pythonshell", glue_version="3.0")

    assert (ended.code, ended.kind) == (0, "")
