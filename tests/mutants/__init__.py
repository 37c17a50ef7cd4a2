"""Breaks the pure parts of the product on purpose, and asks whether a test notices: `make mutants`.

mutmut makes the mutants.  It does not run them: its own runner collects the tests anew for each
mutant, which takes seconds with ten thousand tests.  Here pytest collects once, and each mutant
is a fork that runs the tests nearest to it.
"""
