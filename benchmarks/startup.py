"""How long a command takes to start, beside PyPI's awscli, against the same local Glue.

Held to: the answer of the first AWS call at most 1.3 × what one whole `aws glue get-jobs` takes,
`--help` at most half of it.  `make bench` installs awscli into an environment of its own.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import Command, in_turn, print_table, seconds_of
from benchmarks.relay import Relay
from plugin.local.server import LocalGlue

OURS = Path(sys.executable).with_name("glue-health-check")
FIRST_CALL = ("sweep", "--dry-run")
"""Our command that begins with an AWS call: it asks for the jobs that carry our tag."""


def environ_for(local: LocalGlue, endpoint_url: str, home: Path) -> dict[str, str]:
    """What both commands are given: the local Glue through the relay, an empty home."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_REGION": local.region,
        "AWS_DEFAULT_REGION": local.region,
        "AWS_ACCESS_KEY_ID": local.access_key_id,
        "AWS_SECRET_ACCESS_KEY": local.secret_access_key,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
    }


def to_first_answer(command: Command, relay: Relay) -> float:
    """Seconds from a command's start to the first answer that the relay passes back."""
    relay.forget()
    start = time.perf_counter()
    seconds_of(command)
    return relay.first_answer() - start


def measure(local: LocalGlue, relay: Relay, *, aws: Path, home: Path, rounds: int) -> None:
    """Measure the commands in turn and print the table."""
    environ = environ_for(local, relay.endpoint_url, home)

    def command(*words: str) -> Command:
        return Command(words=words, environ=environ, folder=home)

    get_jobs = command(str(aws), "glue", "get-jobs")
    first_call = command(str(OURS), *FIRST_CALL)
    show_help = command(str(OURS), "--help")
    medians = in_turn(
        {
            "aws glue get-jobs, whole": lambda: seconds_of(get_jobs),
            f"{' '.join(FIRST_CALL)}, first answer": lambda: to_first_answer(first_call, relay),
            "--help, whole": lambda: seconds_of(show_help),
        },
        rounds=rounds,
    )
    (base_name, base), *others = medians.items()
    rows = [(base_name, f"{base:.3f}", "1.00", "")]
    rows += [
        (name, f"{seconds:.3f}", f"{seconds / base:.2f}", held)
        for (name, seconds), held in zip(others, ("1.30", "0.50"), strict=True)
    ]
    print_table(f"Start-up, medians of {rounds}", ("", "seconds", "ratio", "at most"), rows)


def main() -> None:
    """Read the arguments, start the local Glue and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--aws", type=Path, default=Path(".bench/bin/aws"), help="PyPI's awscli")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    if not options.aws.exists():
        sys.exit(f"There is no {options.aws}; `make bench` installs it.")
    with (
        tempfile.TemporaryDirectory() as home,
        LocalGlue.start(environ={"PATH": os.environ["PATH"]}, work_dir=None) as local,
        Relay(local.endpoint_url) as relay,
    ):
        aws = options.aws.absolute()
        measure(local, relay, aws=aws, home=Path(home), rounds=options.rounds)


if __name__ == "__main__":
    main()
