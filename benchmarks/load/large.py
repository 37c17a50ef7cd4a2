"""The cases of one check with much in it: a log of 100,000 lines, a zip of 64 MB."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from benchmarks.load.account import Account, Course
from benchmarks.load.figures import figures_of
from benchmarks.load.player import play
from plugin.checkout import LARGEST_FILE

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.load.figures import Figures

LINES = 100_000
FINDING_EVERY = 1000
ZIPS = 2
_SHELL = ("check", "--script", "a.py", "--job-type", "pythonshell")


def line_of(number: int) -> str:
    """One line of the log, with its end."""
    if number % FINDING_EVERY == 0:
        return f'GLUE_HEALTH_CHECK {{"name": "rows of part {number}", "ok": true}}\n'
    return f"26/03/01 09:30:00 part {number}: read 4711 rows from s3://acme-raw/in/{number}.csv\n"


def many_lines(folder: Path) -> list[Figures]:
    """Play a check without a line, and one with many, which all come at the end of the run."""
    rows = []
    for lines in (0, LINES):
        place = _checkout(folder / f"lines-{lines}")
        with Account(course=Course(lines=lines, line_of=line_of)) as account:
            played = play(account, place, *_SHELL)
        played.held_to(0)
        told = played.out.count("read 4711 rows")
        rows.append(
            figures_of(
                f"check, {lines:,} lines",
                account,
                played,
                held_to="10 s, 100 MB more than without" if lines else "",
                note=f"{told:,} lines shown" if lines else "",
            )
        )
    return rows


def large_zip(folder: Path) -> list[Figures]:
    """Play a check that ships nothing, and ones that ship packages as large as may be."""
    rows = []
    for count in range(ZIPS + 1):
        place = _checkout(folder / f"zips-{count}")
        names = [f"package_{number}.zip" for number in range(count)]
        for name in names:
            _fill(place / name, LARGEST_FILE)
        more = ("--extra-py-files", ",".join(names)) if names else ()
        with Account() as account:
            played = play(account, place, *_SHELL, *more)
        played.held_to(0)
        megabytes = count * LARGEST_FILE // 2**20
        rows.append(figures_of(f"check, zips of {megabytes} MB", account, played))
    return rows


def _fill(path: Path, size: int) -> None:
    """Write random bytes: each file others."""
    piece = 2**20
    with path.open("wb") as file:
        for _ in range(size // piece):
            file.write(os.urandom(piece))


def _checkout(folder: Path) -> Path:
    folder.mkdir()
    (folder / "a.py").write_text("print('fine')\n")
    return folder
