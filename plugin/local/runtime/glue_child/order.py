"""What the server orders: the content of run.json as a value.  Knows its keys and nothing else."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Order:
    """One script to run, as the server wants it run."""

    script: str
    job_type: str
    glue_version: str
    argv: tuple[str, ...]
    python_path: tuple[str, ...]
    python_modules: tuple[str, ...]
    outcome: str
    lifeline_fd: int | None

    @property
    def is_spark(self) -> bool:
        """Whether Glue would run this on Spark."""
        return self.job_type != "pythonshell"


def order_of(content: dict[str, Any]) -> Order:
    """Translate run.json's object; raises KeyError for a key that must be there."""
    return Order(
        script=content["script"],
        job_type=content["job_type"],
        glue_version=content["glue_version"],
        argv=tuple(content.get("argv", ())),
        python_path=tuple(content.get("python_path", ())),
        python_modules=tuple(content.get("python_modules", ())),
        outcome=content["outcome"],
        lifeline_fd=content.get("lifeline_fd"),
    )


def read_order(path: str) -> Order:
    """Read run.json; raises OSError, ValueError or KeyError, all of them the server's fault."""
    content: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    return order_of(content)
