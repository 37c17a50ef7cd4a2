"""Glue's jobs and runs: made, started once, looked at, found, stopped, deleted."""
