"""CI hosts: from an environment (and an event) to a ``Build``.

Everything here is pure.  What only GitHub's API knows is left as a question in the build;
``app`` asks it and passes what it heard to ``answer``.
"""
