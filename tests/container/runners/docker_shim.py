"""The ``docker`` of a pretended CodeBuild machine: the real one, in that machine's network.

A container reaches AWS through this machine's loopback, and the link-local address from which it
gets its keys is a server on loopback too.  Everything else is passed on as it is: only a container
that was given AWS_CONTAINER_CREDENTIALS_RELATIVE_URI gets keys.
"""

import os
import shutil
import sys
from pathlib import Path

RELATIVE = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI"


def main() -> None:
    docker = shutil.which("docker", path=os.environ["SHIM_PATH"])
    if docker is None:
        sys.exit("there is no docker on this machine")
    words = sys.argv[1:]
    if words[:1] == ["run"]:
        names = os.environ["SHIM_PASS"].split(",")
        passed = [word for name in names for word in ("-e", name)]
        own = ["--network", "host", "--label", os.environ["SHIM_LABEL"], *passed]
        words = ["run", *own, *(translated(word) for word in words[1:])]
    os.environ[FULL] = os.environ["SHIM_CREDENTIALS"] + os.environ[RELATIVE]
    os.execv(docker, [docker, *words])


def translated(word: str) -> str:
    """A word of the command line that names the address, or a file that does, with the other name."""
    path = Path(word)
    if word == RELATIVE:
        return FULL
    if not path.is_file() or path.name != "passed-on":
        return word
    copy = path.with_suffix(".loopback")
    copy.write_text(path.read_text().replace(RELATIVE, FULL))
    return str(copy)


if __name__ == "__main__":
    main()
