"""What ended a script and what `check` finds by reading are told once where they are one fault, and twice where not."""

import pytest

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.static.formats import as_json, as_sarif
from mlpilot.tools.mending.once_told import told_once

SOURCE = "a = f(\n    sparse=1,\n)\nb = (np.NaN, np.Inf)\nc = 3\n"


def run(line, evidence):
    return Diagnosis("type-error", "it raised", evidence, line, "", "s.py", 1, code="RUN001", confidence=0.9)


def read(line, code, message, column=5, severity="error"):
    return Diagnosis("removed", message, "", line, "write it so", "s.py", column, severity, code, 0.8)


NAN, INF = read(4, "API003", "np.NaN is gone"), read(4, "API003", "np.Inf is gone", 13)
SPARSE = read(2, "API005", "f knows no sparse= any more")


@pytest.mark.parametrize(
    ("found", "met", "codes"),
    [
        ([NAN], [(run(4, "AttributeError: `np.NaN` was removed"), None)], ["API003"]),
        ([SPARSE], [(run(1, "TypeError: f() got an unexpected keyword argument 'sparse'"), None)], ["API005"]),
        ([NAN, INF], [(run(4, "AttributeError: `np.Inf` was removed"), None)], ["API003", "API003"]),
        ([NAN], [(run(4, "TypeError: 'b' is no number"), None)], ["API003", "RUN001"]),
        ([NAN], [(run(5, "AttributeError: `np.NaN` was removed"), None)], ["API003", "RUN001"]),
        ([NAN], [(run(5, "ValueError: whatever"), NAN)], ["API003"]),
        ([NAN], [(run(4, "`np.NaN` is gone"), None), (run(4, "`np.NaN` is gone"), None)], ["API003", "RUN001"]),
        ([read(4, "LEAK001", "NaN", severity="warning")], [(run(4, "`np.NaN` is gone"), None)], ["LEAK001", "RUN001"]),
    ],
)  # fmt: skip
def test_one_fault_is_told_once_and_two_are_told_twice(found, met, codes):
    assert sorted(one.code for one in told_once(SOURCE, found, met)) == codes


def test_what_is_kept_has_the_remedy_and_the_evidence_of_both_in_every_format():
    met = run(4, "AttributeError: `np.Inf` was removed")
    nan, inf = told_once(SOURCE, [NAN, INF], [(met, None)])
    assert nan == NAN  # the other one of the line is as it was
    assert (inf.column, inf.remedy, inf.confidence) == (13, "write it so", 1.0)
    assert met.evidence in inf.evidence and inf.message.endswith("it ends the script: " + met.evidence)
    assert [one["message"] for one in as_json([nan, inf])] == [nan.message, inf.message]
    results = as_sarif([nan, inf], "1")["runs"][0]["results"]
    assert len(results) == 2 and inf.message in results[1]["message"]["text"]


def test_a_fault_whose_mend_cured_an_error_elsewhere_says_where():
    (one,) = told_once(SOURCE, [NAN], [(run(5, "ValueError: no"), NAN)])
    assert (one.line, one.message) == (4, "np.NaN is gone; it ends the script at line 5: ValueError: no")
