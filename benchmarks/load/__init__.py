"""How the real commands bear much: many checks, jobs, log lines, leftovers, and large files.

A package, because each kind of load is laid out and told in its own way.  ``account`` is the AWS
that they meet, ``player`` starts a command and weighs it, ``cases`` are the kinds of load.
"""
