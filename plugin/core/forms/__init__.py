"""The report in the form that each reader expects, one module for each.

Pure: what a form may hold and how long it may be is known here, who sends it is not.
"""
