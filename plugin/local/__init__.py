"""The Glue on this machine: one server that answers as AWS does, and runs scripts for real.

`plugin.local.server` has `LocalGlue`.  Nothing is imported here: a command that needs no local
Glue must not pay for one.
"""
