"""Tracebacks as Pythons of several years print them, of groups, chains and crashes, and of those who mean harm."""

import multiprocessing
import re

import pytest

from mlpilot.sandbox.protocol import CellError
from mlpilot.tools.diagnose import Diagnosis, diagnose
from mlpilot.tools.diagnose.read import SIGNS, own_line
from mlpilot.tools.diagnose.signs.families import FAMILIES

SOURCE = "\n" * 40


def found(type: str, message: str, traceback: str = "", source: str = SOURCE) -> Diagnosis:
    return diagnose("error", CellError(type, message, traceback), "", "", source)


STYLES = {
    "3.8, without carets": (
        "Traceback (most recent call last):\n"
        '  File "solution.py", line 12, in <module>\n    main()\n'
        '  File "solution.py", line 7, in main\n    return a["x"]["y"]\n'
        "TypeError: 'NoneType' object is not subscriptable"
    ),
    "3.11, carets": (
        "Traceback (most recent call last):\n"
        '  File "solution.py", line 12, in <module>\n    main()\n'
        '  File "solution.py", line 7, in main\n    return a["x"]["y"]\n           ~~~~~~^^^^^\n'
        "TypeError: 'NoneType' object is not subscriptable"
    ),
    "3.13, repeated calls folded": (
        "Traceback (most recent call last):\n"
        '  File "solution.py", line 12, in <module>\n    main()\n    ~~~~^^\n'
        '  File "solution.py", line 7, in main\n    return main()\n  [Previous line repeated 996 more times]\n'
        "RecursionError: maximum recursion depth exceeded"
    ),
    "3.14, coloured": (
        '  File \x1b[35m"solution.py"\x1b[0m, line \x1b[35m12\x1b[0m, in \x1b[35m<module>\x1b[0m\n    main()\n'
        '  File \x1b[35m"solution.py"\x1b[0m, line \x1b[35m7\x1b[0m, in \x1b[35mmain\x1b[0m\n'
        '    return a[\x1b[31m"x"\x1b[0m]["y"]\n'
    ),
    "3.11, a block of several lines": (
        '  File "solution.py", line 7, in main\n    model.fit(\n    ^^^^^^^^^^\n    ...<3 lines>...\n    )\n    ^\n'
        '  File "/lib/site-packages/sklearn/base.py", line 1365, in wrapper\n    return fit_method(\n'
    ),
    "another path, and a library that was called back from": (
        '  File "/home/me/a project/solution.py", line 7, in main\n'
        '  File "/lib/site-packages/pandas/core/frame.py", line 99, in apply\n'
    ),
    "notebook": (
        "Cell In[3], line 2\nFile solution.py:12, in run(x)\n     11 def run(x):\n---> 12     main()\n"
        "File solution.py:7, in main()\n"
    ),
}


@pytest.mark.parametrize("traceback", STYLES.values(), ids=STYLES.keys())
def test_the_own_line_in_each_style(traceback: str) -> None:
    assert own_line(traceback, SOURCE) == 7


CHAIN = (
    "Traceback (most recent call last):\n"
    '  File "solution.py", line 3, in load\n    return cache[name]\n'
    "KeyError: 'model'\n\n"
    "During handling of the above exception, another exception occurred:\n\n"
    "Traceback (most recent call last):\n"
    '  File "solution.py", line 20, in <module>\n    load("model")\n'
    '  File "solution.py", line 5, in load\n    return joblib.load(path)\n'
    '  File "/lib/site-packages/joblib/numpy_pickle.py", line 650, in load\n    with open(filename, "rb") as f:\n'
    "FileNotFoundError: [Errno 2] No such file or directory: 'model'\n\n"
    "During handling of the above exception, another exception occurred:\n\n"
    "Traceback (most recent call last):\n"
    '  File "solution.py", line 22, in <module>\n    model.fit(X)\n'
    "NameError: name 'model' is not defined"
)


def test_of_nested_chains_the_last_exception_is_what_ended_it() -> None:
    told = found("NameError", "name 'model' is not defined", CHAIN)
    assert (told.kind, told.line) == ("missing-name", 22)


GROUP = (
    "  + Exception Group Traceback (most recent call last):\n"
    '  |   File "solution.py", line 30, in <module>\n'
    "  |     raise ExceptionGroup('several', errors)\n"
    "  | ExceptionGroup: several (2 sub-exceptions)\n"
    "  +-+---------------- 1 ----------------\n"
    "    | Exception Group Traceback (most recent call last):\n"
    '    |   File "solution.py", line 20, in inner\n'
    "    | ExceptionGroup: inner (1 sub-exception)\n"
    "    +-+---------------- 1 ----------------\n"
    "      | Traceback (most recent call last):\n"
    '      |   File "solution.py", line 9, in job\n'
    '      |   File "/lib/site-packages/torch/nn/modules/linear.py", line 134, in forward\n'
    "      | RuntimeError: mat1 and mat2 shapes cannot be multiplied (3x5 and 4x2)\n"
    "      +------------------------------------\n"
    "    +---------------- 2 ----------------\n"
    "    | Traceback (most recent call last):\n"
    '    |   File "solution.py", line 15, in other\n'
    "    | ValueError: another\n"
    "    +------------------------------------\n"
)


def test_of_a_group_the_first_exception_that_is_none_itself_is_told() -> None:
    told = found("ExceptionGroup", "several (2 sub-exceptions)", GROUP)
    assert (told.kind, told.line) == ("layer-size", 9)
    assert "3x5 and 4x2" in told.message and "group of exceptions" in told.message
    alone = found("ExceptionGroup", "several (2 sub-exceptions)", '  |   File "solution.py", line 30, in <module>\n')
    assert (alone.kind, alone.line) == ("exception-group", 30)


FAULT = (
    "epoch 1\nFatal Python error: Segmentation fault\n\n"
    "Thread 0x00007f1 (most recent call first):\n"
    '  File "/lib/python3/threading.py", line 359 in wait\n  File "solution.py", line 31 in watch\n\n'
    "Current thread 0x00007f2 (most recent call first):\n"
    '  File "/lib/site-packages/torch/nn/functional.py", line 9 in conv2d\n'
    '  File "solution.py", line 12 in forward\n  File "solution.py", line 20 in <module>\n\n'
    "Extension modules: numpy.core (total: 20)\n"
)


def test_a_crash_of_native_code_has_the_innermost_line_of_the_thread_that_crashed() -> None:
    told = diagnose("killed", None, "", FAULT, SOURCE)
    assert (told.kind, told.line) == ("crashed", 12)
    assert "segmentation fault" in told.message
    aborted = diagnose("killed", None, "", "Fatal Python error: Aborted\n", SOURCE)
    assert (aborted.kind, aborted.line) == ("crashed", None)


def test_a_kernel_that_was_killed_without_a_word_is_no_crash() -> None:
    assert diagnose("killed", None, "", "Segmentation? fault? no", SOURCE).kind == "killed"


def test_one_that_was_killed_for_memory_is_told_so_whatever_it_wrote() -> None:
    told = diagnose("out_of_memory", None, "", FAULT, SOURCE)
    assert (told.kind, told.line) == ("out-of-memory", None)


def test_what_keras_says_first_is_not_what_was_wrong() -> None:
    message = "Exception encountered when calling Odd.call().\n\n\x1b[1mThe moon is full.\x1b[0m\n\nArguments received"
    assert found("OddError", message).message == "OddError: The moon is full."


def test_an_attribute_of_a_class_of_ones_own_is_no_librarys_affair() -> None:
    source = "class Net(nn.Module):\n    def forward(self, x):\n        return self.fc(x)\n"
    told = found(
        "AttributeError", "'Net' object has no attribute 'fc'", '  File "solution.py", line 3, in forward', source
    )
    assert (told.kind, told.line) == ("missing-attribute", 3)
    assert "'fc'" in told.message
    assert found("AttributeError", "'DataFrame' object has no attribute 'ix'", "", source).kind == "removed-attribute"


def test_an_own_raise_is_told_in_its_own_words_alone() -> None:
    traceback = '  File "solution.py", line 2, in f'
    own = found("ValueError", "the shape must be round", traceback, "def f():\n    raise ValueError('...')\n")
    assert (own.kind, own.remedy) == ("value-error", "")
    words = "the times must be sorted"
    assert found("ValueError", words, traceback, "def f():\n    raise ValueError('...')\n").kind == "value-error"
    assert found("ValueError", words, traceback, "def f():\n    library.call()\n").kind == "not-sorted"
    library = found("ValueError", "the shape must be round", traceback, "def f():\n    library.call()\n")
    assert (library.kind, library.confidence) == ("shape-mismatch", 0.5)


# Those who mean harm


def test_ten_megabytes_of_frames_end_in_the_last_line_that_is_there() -> None:
    frames = '  File "solution.py", line 12, in f\n' * 150_000 + '  File "solution.py", line 99999, in f\n' * 150_000
    assert len(frames) > 10_000_000
    assert own_line(frames, SOURCE) == 12
    assert own_line('  File "' + "a/" * 5_000_000 + 'solution.py", line 3', SOURCE) is None


def test_a_message_of_ten_megabytes_is_cut_and_its_end_is_still_read() -> None:
    told = found("InvalidArgumentError", "x" * 10_000_000 + " Matrix size-incompatible: In[0]: [2,3]")
    assert told.kind == "shape-mismatch"
    assert len(told.evidence) <= 1000 and len(told.message) <= 300


def test_escapes_do_not_come_out_of_a_message() -> None:
    told = found("OddError", "\x1b[31mred\x1b[0m and \x1b[1mbold\x1b[0m")
    assert "\x1b" not in told.message + told.evidence
    assert told.message == "OddError: red and bold"


def _try_all(texts: list[str]) -> None:
    for sign in (*SIGNS, *FAMILIES):
        for text in texts:
            sign.pattern.search(text)


def test_no_pattern_runs_away_on_text_that_is_made_of_its_own_words() -> None:
    """A pattern that repeats within a repetition would take longer than the age of the world; the process is ended."""
    words = [
        re.sub(r"\\[bBwWdsSZ]|[()|?*+^$\[\]{}\\.]", " ", sign.pattern.pattern) or " " for sign in (*SIGNS, *FAMILIES)
    ]
    texts = [(word * 2000)[:2000] for word in words] + ["a" * 2000, " " * 2000, "'" * 2000, "a: " * 600, "(1x" * 600]
    process = multiprocessing.get_context("fork").Process(target=_try_all, args=(texts,))
    process.start()
    process.join(timeout=120)
    alive = process.is_alive()
    process.kill()
    assert not alive and process.exitcode == 0


WORKER = (
    "Caught IndexError in DataLoader worker process 0.\nOriginal Traceback (most recent call last):\n"
    '  File "/lib/torch/utils/data/_utils/worker.py", line 358, in _worker_loop\n    data = fetcher.fetch(index)\n'
    '  File "solution.py", line 8, in __getitem__\n    return self.rows[i]\nIndexError: list index out of range\n'
)
ALL_FAILED = (
    "\nAll the 4 fits failed.\nIt is very likely that your model is misconfigured.\n\n"
    "Below are more details about the failures:\n------\n4 fits failed with the following error:\n"
    'Traceback (most recent call last):\n  File "/lib/x.py", line 1, in fit\n'
    "sklearn.utils._param_validation.InvalidParameterError: The 'max_iter' parameter of LogisticRegression "
    "must be an int in the range [0, inf). Got 1.5 instead.\n"
)


@pytest.mark.parametrize(
    ("type", "message", "kind", "line", "remedy"),
    [
        ("IndexError", WORKER, "beyond-the-end", 8, "indices count from 0"),
        ("ValueError", ALL_FAILED, "removed-value", 30, "max_iter is an int in the range [0, inf)"),
        (
            "TorchRuntimeError",
            "RuntimeError when making fake tensor call\n  Explanation: ... got RuntimeError('a and b must have same "
            "reduction dim, but got [2, 3] X [2, 3].')\n\nfrom user code:\n",
            "layer-size",
            30,
            "in_features",
        ),
    ],
    ids=["a worker's", "of all fits", "of a compiled function"],
)
def test_an_error_that_tells_of_another_is_that_one(type: str, message: str, kind: str, line: int, remedy: str) -> None:
    told = found(type, message, f'  File "solution.py", line 30, in <module>\n{type}: {message}')
    assert (told.kind, told.line) == (kind, line)
    assert remedy in told.remedy


def test_what_a_program_raises_from_another_error_is_told_with_its_cause() -> None:
    source = (
        "def parse(text):\n    try:\n        return int(text)\n"
        "    except ValueError as e:\n        raise RowError('x') from e\n"
    )
    traceback = (
        'Traceback (most recent call last):\n  File "solution.py", line 3, in parse\n'
        "ValueError: invalid literal for int() with base 10: 'x'\n\n"
        "The above exception was the direct cause of the following exception:\n\n"
        'Traceback (most recent call last):\n  File "solution.py", line 5, in parse\nRowError: row 3 cannot be read'
    )
    told = found("RowError", "row 3 cannot be read", traceback, source)
    assert (told.kind, told.line) == ("text-as-number", 5)
    assert told.message.startswith("RowError: row 3 cannot be read (line 5), for ")
    assert told.remedy


@pytest.mark.parametrize(
    ("code", "traceback", "kind"),
    [
        ('os.environ["TOKEN"]', "", "environment-missing"),
        ("torch.load(path)", '  File "/lib/torch/serialization.py", line 3, in load\n', "unreadable-file"),
        ("frame.loc[5]", '  File "/lib/pandas/core/indexes/base.py", line 3, in get_loc\n', "missing-label"),
        ("settings[5]", "", "missing-key"),
    ],
)
def test_a_missing_key_means_what_it_means_where_it_is_raised(code: str, traceback: str, kind: str) -> None:
    told = found("KeyError", "5", f'  File "solution.py", line 1, in <module>\n{traceback}', f"{code}\n")
    assert (told.kind, told.line) == (kind, 1)


def test_what_the_message_asks_for_is_the_remedy_with_the_argument_that_it_names() -> None:
    source = "import library\nmodel = library.fit(X, patience=0)\n"
    frame = '  File "solution.py", line 2, in <module>'
    told = found("ValueError", "`patience` must be at least 1.", frame, source)
    assert told.remedy == "change patience=0: `patience` must be at least 1."
    told = found("ValueError", "No luck today. Please call warm_up() first.", frame, source)
    assert told.remedy == "the message says what to do: No luck today. Please call warm_up() first."
    assert told.confidence == 0.5


def test_a_remedy_that_quotes_is_one_line_without_controls_and_short() -> None:
    for message in (
        "you must \x1b[31m\u202e\x07 call x() first",
        "Please use " + "y" * 10_000,
        "use y\nPlease, use z now",
    ):
        remedy = found("ValueError", message).remedy
        assert remedy.isprintable() and len(remedy) < 600


def test_fits_of_a_search_that_failed_are_told() -> None:
    stderr = f"FitFailedWarning: \n2 fits failed out of a total of 4.\n{ALL_FAILED}"
    told = diagnose("ok", None, "", stderr, SOURCE)
    assert told.kind == "fits-failed" and "2 of 4 fits" in told.message and "max_iter" in told.message


def test_of_a_crash_told_of_one_thread_alone_the_line_is_found() -> None:
    dump = 'Fatal Python error: Aborted\n\nStack (most recent call first):\n  File "solution.py", line 3 in stop\n'
    told = diagnose("killed", None, "", dump, SOURCE)
    assert (told.kind, told.line) == ("crashed", 3)
