"""The session policy: a JSON file that narrows the job's role for one run.

Source: Glue's model, ``ExecutionRoleSessionPolicy`` (2 to 2,048 characters).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from plugin.core.errors import Unusable

if TYPE_CHECKING:
    from plugin.core.ports import Checkout

LONGEST = 2048


def policy_text(path: str, checkout: Checkout) -> tuple[str, tuple[str, ...]]:
    """Return the policy without needless blanks, and what is wrong with it.

    No path is no policy: an empty text.
    """
    if not path:
        return "", ()
    try:
        policy = json.loads(checkout.read(path).decode("utf-8"))
        text = json.dumps(policy, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        text.encode()  # half a surrogate pair is no text
    except Unusable as error:
        return "", (f"session_policy: {error}",)
    except (ValueError, RecursionError):
        return "", (f"session_policy: {path} is not JSON.",)
    if not isinstance(policy, dict) or "Statement" not in policy:
        return "", (f"session_policy: {path} is not a policy: it has no Statement.",)
    if len(text) > LONGEST:
        return "", (f"session_policy: {path} has {len(text)} characters; Glue takes {LONGEST}.",)
    return text, ()
