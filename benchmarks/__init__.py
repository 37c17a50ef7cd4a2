"""Measurements: they print what something takes, beside what it is held to; they judge nothing."""
