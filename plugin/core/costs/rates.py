"""What Glue costs: every figure that we know, in one place, with its source.  Data alone.

In USD per DPU hour (M-DPU hour for R and Z workers) of ``REGION``, as of ``AS_OF``.

Sources:
* 0.44 (Spark and Python shell) and 0.29 (Flex), up to Glue 5.1: AWS's Glue pricing page, in many
  copies.
* Glue 6.0 is 30 % less for Spark since 2026-08-21: AWS's announcement, by second hand; that Python
  shell is not: nobody says otherwise.
* 0.52 per M-DPU hour: by second hand.  So are the absolute figures of Glue 6.0.
* Dearer regions: AWS's price list, as PerfKitBenchmarker keeps it (``aws_dpb_glue_prices.py``).
"""

from __future__ import annotations

from decimal import Decimal

AS_OF = "2026-08-21"
REGION = "us-east-1"

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

DEARER_REGIONS = {
    "af-south-1": Decimal("0.524"),
    "eu-south-1": Decimal("0.52"),
    "me-south-1": Decimal("0.59"),
    "sa-east-1": Decimal("0.69"),
}
"""What ``*/STANDARD`` is where it is more than in ``REGION``."""

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
