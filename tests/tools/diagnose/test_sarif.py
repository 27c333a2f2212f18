"""What is written as SARIF is what the standard's own schema asks for."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft4Validator

from mlpilot.tools.diagnose.static.formats import as_sarif
from mlpilot.tools.diagnose.static.report import check_source

SCHEMA = Path(__file__).parent / "schemas" / "sarif-2.1.0-rtm.5.json"
LEAK = "X = StandardScaler().fit_transform(X)\nX_train, X_test = train_test_split(X)\n"
PROGRAMS = {
    "nothing found": ("x = 1\n", "a.py"),
    "findings of each level": (LEAK + "import numpy as np\nnp.float(3)\n", "some folder/é.py"),
    "an absolute path": (LEAK, "/tmp/with space/a.py"),
    "a file that does not parse": ("def broken(:\n", "b.py"),
}


@pytest.fixture(scope="module")
def validator() -> Draft4Validator:
    return Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


@pytest.mark.parametrize(("program", "path"), PROGRAMS.values(), ids=PROGRAMS)
def test_the_log_is_valid(validator: Draft4Validator, program: str, path: str) -> None:
    log = json.loads(json.dumps(as_sarif(check_source(program, path), "1.2.3")))
    assert [f"{list(one.absolute_path)}: {one.message}" for one in validator.iter_errors(log)] == []


def test_the_schema_would_say_so(validator: Draft4Validator) -> None:
    log = as_sarif(check_source(LEAK, "a.py"), "1.2.3")
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not validator.is_valid(log)
