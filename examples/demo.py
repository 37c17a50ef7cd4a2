"""The demo: a sample job is checked on the local Glue, then a broken copy of it.

Runs the command ``glue-health-check`` as a user would, in a copy of ``examples/`` in a temporary
folder.  Ends with 0 when the first check passes and the second fails in the line that was broken,
with 130 after a Ctrl-C.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EXAMPLES = Path(__file__).parent
COMMAND = Path(sys.executable).with_name("glue-health-check")
SCRIPT = Path("examples/jobs/flights.py")
GOOD_LINE = '    return flights.where(F.col("departed_at").isNotNull())'
BROKEN_LINE = '    return flights.where(F.col("departure").isNotNull())  # broken on purpose'
REPORTS = Path("glue-health-check-report")
INTERRUPTED = 130


def main() -> int:
    """Check the sample and the broken copy; return 0 when both verdicts are as they should be."""
    reports = Path.cwd() / REPORTS
    shutil.rmtree(reports, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="glue-health-check-demo-") as folder:
        checkout = Path(folder)
        shutil.copytree(EXAMPLES, checkout / "examples")
        print("== 1 of 2: examples/jobs/flights.py, as it is", flush=True)
        passed = check(checkout, reports / "good")
        line = break_script(checkout / SCRIPT)
        print(f"\n== 2 of 2: the same with line {line} broken on purpose", flush=True)
        failed = check(checkout, reports / "broken")
    problems = [*differences(passed, "passed", 0), *differences(failed, "failed", 1)]
    place = failed.get("place") or {}
    if place != {"file": SCRIPT.as_posix(), "line": line}:
        problems.append(f"the broken copy is reported at {place}, not at {SCRIPT}:{line}")
    return tell(problems, reports, line)


def check(checkout: Path, report_dir: Path) -> dict[str, object]:
    """Run the command in ``checkout``; return the check's result, exit code and seconds.

    Raises KeyboardInterrupt as ``to_its_end`` does.
    """
    options = ("--engine", "local", "--config", "examples/.glue-health-check.yml")
    since = time.monotonic()
    code = to_its_end((COMMAND, "check", *options, "--report-dir", report_dir), checkout)
    seconds = time.monotonic() - since
    try:
        report = json.loads((report_dir / "report.json").read_text(encoding="utf-8"))
    except OSError:
        return {"exit": code, "seconds": seconds, "verdict": "no report"}
    return {**report["results"][0], "exit": code, "seconds": seconds}


def to_its_end(command: tuple[str | Path, ...], folder: Path) -> int:
    """Run a command in ``folder`` and return its exit code.

    After a Ctrl-C, which the terminal sends to the command as well, it is waited for all the same:
    it stops its run and removes what it made.  Then KeyboardInterrupt is raised.
    """
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: pressed.append(number))
    try:
        code = subprocess.run(command, cwd=folder, check=False).returncode
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt
    return code


def break_script(script: Path) -> int:
    """Name a column that is not there; return the number of the line."""
    lines = script.read_text(encoding="utf-8").splitlines()
    number = lines.index(GOOD_LINE) + 1
    lines[number - 1] = BROKEN_LINE
    script.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return number


def differences(result: dict[str, object], verdict: str, code: int) -> list[str]:
    """Say what is not as it should be."""
    found = (result.get("verdict"), result["exit"])
    if found == (verdict, code):
        return []
    return [f"expected {verdict} and exit {code}, got {found[0]} and exit {found[1]}"]


def tell(problems: list[str], reports: Path, line: int) -> int:
    """Print the ending; return the exit code."""
    print("\n== The demo")
    for problem in problems:
        print(f"  NOT as it should be: {problem}")
    if not problems:
        print("  The sample passed; the broken copy failed, as it should.")
    print(f"  Read what a pull request would say: {reports / 'good' / 'report.md'}")
    print(f"  and, with {SCRIPT}:{line} named: {reports / 'broken' / 'report.md'}")
    return 1 if problems else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\n== The demo was interrupted.")
        sys.exit(INTERRUPTED)
