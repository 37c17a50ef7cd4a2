"""Faults on purpose: seeded plays of strikes and blows through the real commands."""
