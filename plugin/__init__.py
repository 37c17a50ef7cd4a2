"""glue-health-check: does this AWS Glue script still run on Glue?"""

__version__ = "0.1.0"
