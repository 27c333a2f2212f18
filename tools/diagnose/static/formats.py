"""Findings for machines: plain JSON, and SARIF 2.1.0."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.static.report import SYNTAX, TOO_LARGE
from mlpilot.tools.diagnose.static.rules.every import RULES

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_OWN = {
    SYNTAX: ("does-not-parse", "error", "the file does not parse", "mend the syntax"),
    TOO_LARGE: ("cannot-be-read", "error", "the file cannot be checked", "leave the file out, or split it"),
}
"""Codes that no rule stands behind: (kind, severity, title, remedy)."""


def codes() -> list[str]:
    """Every code that a finding may have."""
    return [*(rule.code for rule in RULES), *_OWN]


def as_json(found: Sequence[Diagnosis]) -> list[dict[str, object]]:
    """One object for each finding."""
    return [
        {
            "path": one.path,
            "line": one.line,
            "column": one.column,
            "severity": one.severity,
            "code": one.code,
            "message": one.message,
            "fix": one.remedy,
        }
        for one in found
    ]


def as_sarif(found: Sequence[Diagnosis], version: str) -> dict[str, Any]:
    """A SARIF log of one run."""
    rules = [_rule(one.code, one.kind, one.severity, one.title, one.remedy) for one in RULES]
    rules += [_rule(code, *said) for code, said in _OWN.items()]
    places = {rule["id"]: index for index, rule in enumerate(rules)}
    driver = {"name": "mlpilot", "version": version, "rules": rules}
    results = [
        {
            "ruleId": one.code,
            "ruleIndex": places[one.code],
            "level": one.severity,
            "message": {"text": one.message + (f". {one.remedy}" if one.remedy else "")},
            "locations": [{"physicalLocation": _location(one)}],
        }
        for one in found
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str, kind: str, severity: str, title: str, remedy: str) -> dict[str, Any]:
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in kind.split("-")),
        "shortDescription": {"text": title},
        "help": {"text": remedy},
        "defaultConfiguration": {"level": severity},
    }


def _location(one: Diagnosis) -> dict[str, Any]:
    path = PurePath(one.path)
    uri = quote(path.as_posix())
    if path.is_absolute():
        uri = f"file://{uri}"
    return {
        "artifactLocation": {"uri": uri},
        "region": {"startLine": max(one.line or 1, 1), "startColumn": max(one.column or 1, 1)},
    }
