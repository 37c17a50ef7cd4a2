"""``junit.xml`` in the report folder, for Jenkins and every other reader of test results."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from plugin.core.forms.junit import Outcome, suite_of

if TYPE_CHECKING:
    from plugin.core.forms.junit import Case, Suite
    from plugin.core.result import Report
    from plugin.reporters.folder import Folder

JUNIT = "junit.xml"


class JUnitFile:
    """Writes the file."""

    name = "junit"

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def report(self, report: Report) -> None:
        """Write it.  Raises ``PluginError`` with what to change."""
        file = io.BytesIO()
        _document(suite_of(report)).write(file)
        self._folder.write(JUNIT, file.getvalue().decode())

    def forget(self) -> None:
        """Remove the file: it is an earlier build's, until this one has a report.

        Jenkins takes what it finds, and refuses what is older than its build.
        """
        self._folder.remove(JUNIT)


def _document(suite: Suite) -> Any:  # noqa: ANN401 - the package has types in parts only
    api = _junitparser()
    element = api.TestSuite(suite.name)
    element.timestamp = suite.timestamp
    for name, value in suite.properties:
        element.add_property(name, value)
    element.extend(_element(case, api) for case in suite.cases)
    document = api.JUnitXml(suite.name)
    document.append(element)  # add_testsuite compares and merges, which takes long for many cases
    element.update_statistics()
    for count in ("tests", "failures", "errors"):  # Jenkins' own schema knows no others there
        setattr(document, count, getattr(element, count))
    element.time = document.time = suite.seconds  # wall time; checks run side by side
    return document


def _junitparser() -> Any:  # noqa: ANN401 - as above
    import junitparser  # only where a report is written

    return junitparser


def _element(case: Case, api: Any) -> Any:  # noqa: ANN401 - as above
    element = _placed(case)
    if case.outcome is not Outcome.PASSED:
        element.append(_result(case, api))
    if case.output:
        element.system_out = case.output
    return element


def _placed(case: Case) -> Any:  # noqa: ANN401 - as above
    """Return a case with its place, which the format lacks: GitLab and others link to it.

    Jenkins' step ``junit`` passes over it.
    """
    from junitparser import Attr, IntAttr, TestCase  # as above

    class PlacedCase(TestCase):
        file = Attr()
        line = IntAttr()

    element = PlacedCase(case.name, case.classname, case.seconds)
    if case.file:
        element.file, element.line = case.file, case.line
    return element


def _result(case: Case, api: Any) -> Any:  # noqa: ANN401 - as above
    kinds = {Outcome.FAILED: "Failure", Outcome.ERRORED: "Error", Outcome.SKIPPED: "Skipped"}
    result = getattr(api, kinds[case.outcome])(case.message, case.kind)
    if case.detail:
        result.text = case.detail
    return result
