"""How long a local check of the sample takes, beside the same script under plain spark-submit.

Held to: at most 1.5 × from command to verdict; 2 s for a script that cannot be imported or
compiled.  The plain run reads and writes folders instead of `s3://`, and takes the same `awsglue`,
because the script imports it.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Command, in_turn, print_table, seconds_of
from plugin.local.spark import java_home

ROOT = Path(__file__).parents[1]
SCRIPT = Path("examples/jobs/flights.py")
DATA = Path("examples/data")
RUNTIME = ROOT / "plugin" / "local" / "runtime"
BIN = Path(sys.executable).parent

HELPER = Path("examples/jobs/findings.py")
SOURCE = "s3://flights-raw/"

SCRIPT_FAILED = frozenset({1})


def environ_of(home: Path) -> dict[str, str]:
    """What every measured process is given."""
    java = java_home({"PATH": os.environ["PATH"]})
    return {
        "PATH": f"{java}/bin:{os.environ['PATH']}",
        "HOME": str(home),
        "JAVA_HOME": str(java),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
    }


def check(folder: Path, script: Path, expected: frozenset[int]) -> Command:
    """The health check of one script in a checkout."""
    return Command(
        words=(
            *(str(BIN / "glue-health-check"), "check", "--engine", "local"),
            *("--script", str(script), "--extra-py-files", str(HELPER)),
            *("--fixtures", f"{DATA}={SOURCE}", "--arguments", f"source={SOURCE}"),
        ),
        environ=environ_of(folder),
        folder=folder,
        expected=expected,
    )


def plain(folder: Path) -> Command:
    """The same script under spark-submit, on folders."""
    arguments = {
        "JOB_NAME": "plain",
        "TempDir": str(folder / "temp"),
        "is_health_check": "true",
        "source": str(folder / DATA),
    }
    return Command(
        words=(
            *(str(BIN / "spark-submit"), "--master", "local[*]"),
            *("--py-files", str(folder / HELPER), str(folder / SCRIPT)),
            *(word for key, value in arguments.items() for word in (f"--{key}", value)),
        ),
        environ={**environ_of(folder), "PYTHONPATH": str(RUNTIME)},
        folder=folder,
    )


def spark_submit(folder: Path) -> float:
    """Seconds of one plain run, beginning without an earlier one's result."""
    shutil.rmtree(folder / "temp", ignore_errors=True)
    return seconds_of(plain(folder))


def checkout(folder: Path) -> tuple[Path, Path]:
    """Lay out the sample; return a copy of it that cannot import, and one that cannot compile."""
    shutil.copytree(ROOT / "examples", folder / "examples")
    text = (folder / SCRIPT).read_text()
    imports, compiles = SCRIPT.with_name("no_import.py"), SCRIPT.with_name("no_compile.py")
    (folder / imports).write_text(f"import module_that_is_nowhere\n{text}")
    (folder / compiles).write_text(f"{text}\ndef broken(:\n")
    return imports, compiles


def measure(folder: Path, *, rounds: int) -> None:
    """Measure all in turn and print the table."""
    imports, compiles = checkout(folder)
    sample = check(folder, SCRIPT, frozenset({0}))
    medians = in_turn(
        {
            "spark-submit, plain": lambda: spark_submit(folder),
            "local check, passes": lambda: seconds_of(sample),
            "local check, cannot import": lambda: seconds_of(check(folder, imports, SCRIPT_FAILED)),
            "local check, cannot compile": lambda: seconds_of(
                check(folder, compiles, SCRIPT_FAILED)
            ),
        },
        rounds=rounds,
    )
    base, *_ = medians.values()
    held = ("", f"{1.5 * base:.1f}", "2.0", "2.0")
    rows = [
        (name, f"{seconds:.1f}", f"{seconds / base:.2f}", most)
        for (name, seconds), most in zip(medians.items(), held, strict=True)
    ]
    head = ("", "seconds", "ratio", "at most (s)")
    print_table(f"Local check of {SCRIPT}, medians of {rounds}", head, rows)


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder).resolve(), rounds=parser.parse_args().rounds)


if __name__ == "__main__":
    main()
