"""What the local ``awsglue`` says on stderr: each note once, in the form of a log line."""

import sys
import time

_SAID: set[str] = set()


def log_line(level: str, text: object, *, name: str = "GlueLogger") -> None:
    """Print one line as Spark's log does: time, level, logger, text."""
    moment = time.strftime("%y/%m/%d %H:%M:%S")
    print(f"{moment} {level} {name}: {text}", file=sys.stderr, flush=True)


def note_once(text: str) -> None:
    """Say ``text`` unless it was said already."""
    if text not in _SAID:
        _SAID.add(text)
        log_line("WARN", text, name="LocalGlue")


class GlueLogger:
    """What ``GlueContext.get_logger()`` returns."""

    def info(self, msg: object) -> None:
        """Log at level INFO."""
        log_line("INFO", msg)

    def warn(self, msg: object) -> None:
        """Log at level WARN."""
        log_line("WARN", msg)

    def error(self, msg: object) -> None:
        """Log at level ERROR."""
        log_line("ERROR", msg)

    def debug(self, msg: object) -> None:
        """Log nothing: Glue's loggers start at INFO."""
