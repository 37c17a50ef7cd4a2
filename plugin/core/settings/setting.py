"""What one setting is: name, meaning, kind, default, whom it may come from, what else is read."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from plugin.core.settings.kinds import Text

if TYPE_CHECKING:
    from plugin.core.settings.kinds import Kind


class Origin(StrEnum):
    """Whom a setting may come from (design, section 6)."""

    ANYONE = ""
    BASE = "B"
    """From the configuration file only when the build is not of a fork."""
    OPERATOR = "O"
    """From flags and environment alone: the file belongs to the pull request."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One row of the table.  ``plain`` are the variables also read, strongest first."""

    name: str
    about: str
    kind: Kind
    default: object
    default_in_words: str
    origin: Origin
    plain: tuple[str, ...]
    is_secret: bool
    is_per_check: bool

    @property
    def flag(self) -> str:
        """The command-line flag: kebab case."""
        return "--" + self.name.replace("_", "-")


def setting(  # noqa: PLR0913 - a row of the table has as many columns
    about: str,
    kind: Kind,
    *,
    default: object = "",
    words: str = "",
    origin: Origin = Origin.ANYONE,
    plain: tuple[str, ...] = (),
    secret: bool = False,
) -> Any:  # noqa: ANN401 - as dataclasses.field: the annotation of the field is what counts
    """Return a dataclass field that is a row of the table.

    ``words`` say the default where the value does not; ``plain`` are variables also read.
    """
    metadata = {
        "about": about,
        "kind": kind,
        "words": words,
        "origin": origin,
        "plain": plain,
        "secret": secret,
    }
    if isinstance(default, dict):
        return field(default_factory=dict, repr=not secret, metadata=metadata)
    return field(default=default, repr=not secret, metadata=metadata)


def row_of(item: Any, *, is_per_check: bool) -> Setting:  # noqa: ANN401 - dataclasses.Field[Any]
    """Return the row that a field made by ``setting`` describes."""
    default = item.default_factory() if item.default is MISSING else item.default
    plainly = str(default).lower() if isinstance(default, bool) else str(default)
    told = item.metadata["words"] or f"`{plainly}`"
    return Setting(
        name=item.name,
        about=item.metadata["about"],
        kind=item.metadata["kind"],
        default=default,
        default_in_words=told,
        origin=item.metadata["origin"],
        plain=item.metadata["plain"],
        is_secret=item.metadata["secret"],
        is_per_check=is_per_check,
    )


TEXT = Text()
ARN = Text(pattern=r"arn:aws[a-z-]*:[a-z0-9-]+:.*", form="an ARN (arn:aws:…)")
ROLE = Text(
    pattern=r"arn:aws[a-z-]*:iam::[0-9]{12}:role/.+",
    form="the ARN of a role (arn:aws:iam::123456789012:role/NAME)",
)
BUCKET = Text(
    pattern=r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
    form="the name of a bucket (3 to 63 characters, no s3://, no path)",
)
TOPIC = Text(
    pattern=r"arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?",
    form="the ARN of a topic (arn:aws:sns:REGION:123456789012:NAME)",
)
WEBHOOK = Text(secret=True, pattern=r"https?://[^\s]+", form="a URL (https://…)")
API_URL = Text(
    pattern=r"https://[^\s@?#]+|http://(?:localhost|127(?:\.[0-9]{1,3}){3})(?::[0-9]+)?(?:/[^\s@?#]*)?",
    form="the address of GitHub's API (https://api.github.com, https://HOST/api/v3)",
)
SLUG = Text(pattern=r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", form="letters, digits, '.', '_' and '-'")
