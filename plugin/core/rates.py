"""What Glue costs, in USD per DPU hour (or M-DPU hour), us-east-1, as of 2026-08-21.

Sources: the AWS Glue pricing page (0.44 and 0.29 for versions up to 5.1; Glue 6.0 is 30 % less
since 2026-08-21); M-DPU rates from secondary sources.  Regions differ: ``price_overrides``.
"""

from __future__ import annotations

from decimal import Decimal

USD_PER_HOUR = {
    "*/STANDARD": Decimal("0.44"),
    "*/FLEX": Decimal("0.29"),
    "*/MEMORY": Decimal("0.52"),
    "*/pythonshell": Decimal("0.44"),
    "6.0/STANDARD": Decimal("0.308"),
    "6.0/FLEX": Decimal("0.203"),
    "6.0/MEMORY": Decimal("0.364"),
}
"""By ``version/class``; ``*`` is any other version.  MEMORY are the R and Z workers."""

DPU_OF_WORKER = {
    "G.025X": Decimal("0.25"),
    "G.1X": Decimal(1),
    "G.2X": Decimal(2),
    "G.4X": Decimal(4),
    "G.8X": Decimal(8),
    "G.12X": Decimal(12),
    "G.16X": Decimal(16),
    "R.1X": Decimal(1),
    "R.2X": Decimal(2),
    "R.4X": Decimal(4),
    "R.8X": Decimal(8),
    "Z.2X": Decimal(2),
    "Standard": Decimal(1),
}
"""DPU of one worker; M-DPU for R and Z.  Source: botocore's Glue model, ``WorkerType``."""

MINIMUM_SECONDS = 60
"""Billing is per second with a minimum of one minute (Glue 2.0 and later)."""
