"""The command: makes the tree of mutants, has pytest run them, and says which ones live.

    python -m tests.mutants [PATH ...] [--every N] [--seconds S] [--jobs N] [--again | --more]

It knows the order of the steps; making, choosing and running are others'.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from tests.mutants.making import Mutant, copy_tree, modules_of, mutate

ROOT = Path(__file__).parents[2]
PATHS = ("plugin/core", "plugin/lifecycle", "plugin/sweep")
TESTS = ("ci", "core", "lifecycle", "reporters", "test_supersede.py", "test_sweep*.py")
"""Below tests/unit: what keeps every branch of the pure parts covered."""

ALIVE = ("survived", "not reached")


def main(argv: list[str]) -> int:
    """Run what `argv` asks for; 0 when it ran, however many mutants live."""
    options = _options(argv)
    folder = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    mutants = _made(folder, options.paths or list(PATHS))
    fates = _still_true(folder, mutants)
    chosen = [m for m in mutants if _is_wanted(options, fates.get(m.name))]
    if options.every > 1:
        chosen = random.Random(options.seed).sample(chosen, len(chosen) // options.every)
    asked = {
        "mutants": [(m.name, m.function) for m in chosen],
        "seconds": options.seconds,
        "jobs": options.jobs,
    }
    (folder / "asked.json").write_text(json.dumps(asked), "utf-8")
    _forget(folder, mutants)
    code = _pytest(folder)
    fates = _read(folder / "fates.json")
    _print([m for m in chosen if m.name in fates], fates)
    (folder / "survivors.txt").write_text(_survivors(mutants, fates), "utf-8")
    print(f"The survivors are in {folder / 'survivors.txt'}")
    return code


def _is_wanted(options: argparse.Namespace, fate: str | None) -> bool:
    if options.again:
        return fate in ALIVE
    return fate is None or not options.more


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("paths", nargs="*", help="modules or folders; all pure parts if none")
    parser.add_argument("--every", type=int, default=1, help="a random one of so many mutants")
    parser.add_argument("--seed", type=int, default=1, help="of that choice")
    parser.add_argument("--seconds", type=float, default=4.0, help="of tests for each mutant")
    parser.add_argument("--jobs", type=int, default=1)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--again", action="store_true", help="only those that lived last time")
    which.add_argument("--more", action="store_true", help="only those not tried yet")
    parser.add_argument("--folder", type=Path, default=ROOT / ".mutants")
    return parser.parse_args(argv)


def _made(folder: Path, paths: list[str]) -> list[Mutant]:
    tree = folder / "tree"
    copy_tree(ROOT, tree)
    mutants = [m for path in modules_of(tree, paths) for m in mutate(tree, path)]
    (folder / "mutants.json").write_text(json.dumps([asdict(m) for m in mutants]), "utf-8")
    print(f"{len(mutants)} mutants", flush=True)
    return mutants


def _still_true(folder: Path, mutants: list[Mutant]) -> dict[str, str]:
    """Return the fates of mutants whose module is as it was, and forget the others."""
    now = {
        mutant.path: hashlib.sha256((ROOT / mutant.path).read_bytes()).hexdigest()
        for mutant in mutants
    }
    before, fates = _read(folder / "modules.json"), _read(folder / "fates.json")
    changed = {m.name for m in mutants if before.get(m.path) != now[m.path]}
    kept = {name: fate for name, fate in fates.items() if name not in changed}
    (folder / "fates.json").write_text(json.dumps(kept), "utf-8")
    (folder / "modules.json").write_text(json.dumps(before | now), "utf-8")
    return kept


def _forget(folder: Path, mutants: list[Mutant]) -> None:
    """Drop what was seen of tests that have changed; of all when other modules are mutated."""
    now = {
        path.relative_to(folder / "tree").as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (folder / "tree/tests/unit").rglob("*.py")
    }
    now["modules"] = " ".join(sorted({mutant.path for mutant in mutants}))
    before, seen = _read(folder / "files.json"), _read(folder / "seen.json")
    is_same = before.get("modules") == now["modules"]
    kept = {
        test: what
        for test, what in seen.items()
        if is_same and before.get(file := test.partition("::")[0]) == now.get(file)
    }
    (folder / "seen.json").write_text(json.dumps(kept), "utf-8")
    (folder / "files.json").write_text(json.dumps(now), "utf-8")


def _pytest(folder: Path) -> int:
    tests = [
        str(path) for name in TESTS for path in sorted((folder / "tree/tests/unit").glob(name))
    ]
    return subprocess.run(
        (
            *(sys.executable, "-m", "pytest", "-q", "--capture=no", "--tb=no", "--assert=plain"),
            *("-p", "tests.mutants.plugin", "-p", "no:randomly", "-p", "no:cacheprovider"),
            *("-p", "no:xdist", "--no-cov", "--hypothesis-profile=ci", "-m", "not slow"),
            *(f"--mutants={folder}", *tests),
        ),
        cwd=folder / "tree",
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
    ).returncode


def _read(file: Path) -> dict[str, str]:
    return json.loads(file.read_text("utf-8")) if file.exists() else {}


def _print(mutants: list[Mutant], fates: dict[str, str]) -> None:
    """A line for each module, and one for all."""
    rows: dict[str, Counter[str]] = {}
    for mutant in mutants:
        for row in (mutant.path, "all"):
            counts = rows.setdefault(row, Counter())
            counts["mutants"] += 1
            if fates.get(mutant.name) in ALIVE:
                counts[mutant.kind] += 1
    print(f"{'module':50} mutants killed  logic alive  words alive")
    for row in sorted(rows, key=lambda row: (row == "all", row)):
        counts = rows[row]
        killed = 1 - (counts["logic"] + counts["words"]) / counts["mutants"]
        alive = f"{counts['logic']:11}  {counts['words']:11}"
        print(f"{row:50} {counts['mutants']:7} {killed:6.1%}  {alive}")


def _survivors(mutants: list[Mutant], fates: dict[str, str]) -> str:
    alive = [m for m in mutants if fates.get(m.name) in ALIVE]
    alive.sort(key=lambda m: (m.kind, m.path))
    return "\n".join(f"{m.kind} {m.name} ({fates[m.name]})\n{m.diff}\n" for m in alive)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
