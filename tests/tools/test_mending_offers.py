"""Edits against what `check` finds, and the claims of which a probed run must bear one out."""

import numpy as np
import pytest

from mlpilot.tools.diagnose.dynamic.facts import Point, Training
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.static.report import check_source
from mlpilot.tools.mending.claims import NO_LOSS, SCORE, Claim, proven
from mlpilot.tools.mending.ended.raised import mend_raised
from mlpilot.tools.mending.offers import OFFERS, offers
from mlpilot.tools.mending.probing import Seen, frameworks, scores_of, skeleton, with_seeds
from mlpilot.tools.mending.running import Ended, Told, facts_of
from mlpilot.tools.mending.scores import fallen

TORCH = """import torch
from torch import nn, optim
import torch.nn.functional as F
net = nn.Sequential(nn.Linear(4, 8),   # wide
                    nn.ReLU(), nn.Linear(8, 2))
opt = optim.Adam(net.parameters(), lr=0.01)
loss_fn = nn.CrossEntropyLoss()
x, y = torch.rand(50, 4), torch.randint(0, 2, (50,))
for epoch in range(3):
"""
MULTIPLIED = "mat1 and mat2 shapes cannot be multiplied (16x108 and 300x40)"
SPLIT = """import pandas as pd
from sklearn.model_selection import train_test_split, cross_val_score
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
df = pd.read_csv('a.csv')
X, y = df[['a', 'b']], df['c']
"""


def offered(source, code):
    """The edits against the first finding of this code."""
    found = [one for one in check_source(source) if one.code == code]
    assert found, check_source(source)
    return [text for text, _, _ in offers(source, found[0], silent=True)]


@pytest.mark.parametrize(
    ("code", "source", "old", "new"),
    [
        (
            "TORCH001",
            TORCH + "\tout = net(x)\n\tloss = loss_fn(out, y)  # ü\n\tloss.backward()\n\topt.step()\n",
            "\tloss.backward()",
            "\topt.zero_grad()\n\tloss.backward()",
        ),
        (
            "TORCH003",
            TORCH + "    opt.zero_grad()\n    loss = loss_fn(net(x), y)\n    loss.backward()   # back\n",
            "    loss.backward()   # back",
            "    loss.backward()   # back\n    opt.step()",
        ),
        (
            "TORCH101",
            TORCH + "    opt.zero_grad()\n    loss = loss_fn(F.softmax( net( x ), dim=1 ), y)\n"
            "    loss.backward()\n    opt.step()\n",
            "F.softmax( net( x ), dim=1 )",
            "net( x )",
        ),
        (
            "LEAK008",
            SPLIT + "A, B, c, d = train_test_split(X, y, random_state=0)\ns = StandardScaler()\n"
            "A = s.fit_transform(A)\nB = s.fit_transform(\n    B  # the test\n)\n"
            "print(SVC().fit(A, c).score(B, d))\n",
            "B = s.fit_transform(\n    B  # the test",
            "B = s.transform(\n    B  # the test",
        ),
        (
            "LEAK010",
            SPLIT + "A, B, c, d = train_test_split(X, y, random_state=0)\nm = SVC()\nm.fit( X , y )\n"
            "print(m.score(B, d))\n",
            "m.fit( X , y )",
            "m.fit( A , c )",
        ),
    ],
)  # fmt: skip
def test_an_edit_changes_what_is_wrong_and_nothing_else(code, source, old, new):
    assert source.count(old) == 1
    assert source.replace(old, new) in offered(source, code)


def test_what_was_fitted_on_all_rows_becomes_a_step_in_the_folds():
    source = SPLIT + "Z = StandardScaler().fit_transform(X)  # scaled\nprint(cross_val_score(SVC(), Z, y))\n"
    (text,) = offered(source, "LEAK007")
    assert "cross_val_score(make_pipeline(StandardScaler(), SVC()), X, y)" in text and "fit_transform" not in text


@pytest.mark.parametrize(
    ("source", "evidence", "mended"),
    [
        ("m = Linear(12 * 5 * 5, 40)\n", MULTIPLIED, "Linear(108, 40)"),
        ("m = Input(shape=(8,))\n", "expected shape=(None, 8), found shape=(32, 13)", "Input(shape=(13,))"),
        ("m = Input(shape=(8,))\n", "expected axis -1 of input shape to have value 8, but received input with shape "
         "(None, 13)", "Input(shape=(13,))"),
        ("m = Dense(1)\n", "Received a label value of 2 which is outside the valid range of [0, 1).", "Dense(3)"),
        ("m = Linear(n, 40)\n", MULTIPLIED, None),
    ],
)  # fmt: skip
def test_a_size_becomes_the_one_that_the_error_names(source, evidence, mended):
    texts = [text for text, _ in mend_raised(source, Diagnosis("", "", evidence, 1))]
    assert [mended in text for text in texts] == ([True] if mended else [])


def test_every_edit_has_a_maker_and_what_ends_no_script_has_a_claim():
    for code, entries in OFFERS.items():
        assert all(callable(maker) for maker, _ in entries), code
        known = ("API001", "API002", "KERAS010", "SPLIT008", "SPLIT016", "METRIC016", "TORCH322", "KERAS098")
        known += tuple(f"KERAS0{number}" for number in (12, 16, 34, 41, 42, 75, 78, 79, 89))
        ends = code in known or code.startswith(("TORCH1", "TORCH2", "KERAS1"))
        assert all(claims for _, claims in entries) or ends, code


def seen(printed="", status="ok", warnings=(), stderr="", **facts):
    return Seen(
        Ended(status, printed, stderr, None, warnings), printed, {k.replace("_", " "): v for k, v in facts.items()}
    )


def test_a_fact_is_believed_only_where_it_was_there_and_is_gone():
    gone = (Claim("faults"),)
    assert proven(gone, [seen(faults=3)], [seen(faults=0)])[0].before == "3"
    for before, after in [(seen(faults=0), seen(faults=0)), (seen(faults=3), seen(faults=1)), (seen(), seen(faults=0))]:
        assert proven(gone, [before], [after])[0] is None
    assert proven((Claim("fits of", "fewer"),), [seen(fits_of_PCA=2)], [seen(fits_of_PCA=1)])[0].what == "fits of PCA"


def printed(*values, name="accuracy", more="loss 1.0"):
    return [seen(f"{name} {value}\n{more}") for value in values]


BEFORE = printed(0.5, 0.6, 0.7, 0.55, 0.65)


@pytest.mark.parametrize(
    ("before", "after", "held"),
    [
        (BEFORE, printed(0.9, 0.9, 0.95, 0.8, 0.9), True),
        (BEFORE, printed(0.6, 0.65, 0.75, 0.7, 0.8), False),  # each seed is better, as noise is once in 32 times
        (BEFORE, printed(0.9, 0.9, 0.95, 0.8, 0.9, more="loss 2.0"), False),  # another number is worse
        (BEFORE, printed(0.9, 0.9), False),  # it did not end every time
        (BEFORE, [seen(one.printed, judged_rows=20) for one in printed(0.9, 0.9, 0.95, 0.8, 0.9)], True),
        ([seen(one.printed, judged_rows=50) for one in BEFORE],
         [seen(one.printed, judged_rows=20) for one in printed(0.9, 0.9, 0.95, 0.8, 0.9)], False),  # of fewer
        (printed(0.8, 0.8, 0.8), printed(0.82, 0.82, 0.82), False),  # one number, and a tenth of what was missing
        (printed(0.8, 0.8, 0.8), printed(0.88, 0.88, 0.88), True),
        (printed(0.5, 0.6, 0.7, name="train accuracy", more="test accuracy 0.7"),
         printed(0.9, 0.9, 0.9, name="train accuracy", more="test accuracy 0.7"), False),
        (printed(0.5, 0.6, 0.7, name="accuracy gap"), printed(0.9, 0.9, 0.9, name="accuracy gap"), False),
    ],
)  # fmt: skip
def test_a_score_is_believed_only_beyond_luck_and_of_what_is_held_out(before, after, held):
    assert (proven((SCORE,), before, after)[0] is not None) == held


def test_the_numbers_of_another_loss_are_not_compared():
    before, after = (
        printed(1, 2, 3, name="loss", more="accuracy 0.5"),
        printed(9, 9, 9, name="loss", more="accuracy 0.9"),
    )
    assert proven((SCORE,), before, after)[0] is None and "accuracy" in proven((NO_LOSS,), before, after)[0].what
    assert proven((NO_LOSS,), after, printed(1, 2, 3, name="loss", more="accuracy 0.9"))[0] is None


def test_an_edit_that_does_nothing_is_hardly_ever_taken_for_a_repair():
    luck = np.random.default_rng(0)
    cases = [
        (printed(*luck.normal(0.8, 0.1, 5), more=""), printed(*luck.normal(0.8, 0.1, 5), more="")) for _ in range(2000)
    ]
    proofs = sum(proven((SCORE,), before, after)[0] is not None for before, after in cases)
    assert proofs <= 20  # one in 252, and not one in eight


def test_a_fault_that_no_longer_shows_since_nothing_is_trained_is_not_mended():
    before, after = seen(steps=9, losses=9, steps_in_evaluation_mode=9), seen(steps=0, losses=0)
    assert proven((Claim("steps in evaluation mode"),), [before], [after]) == (None, "less was trained than before")
    judged = {"judged rows that were fitted": 9}
    assert proven((Claim(*judged),), [seen(**judged)], [seen(other=1)])[0] is None


@pytest.mark.parametrize(
    "after",
    [
        seen("accuracy: 0.9\nmore", faults=0),
        seen("accuracy: 0.9", faults=0, steps_in_evaluation_mode=2),
        seen("accuracy: 0.9", faults=0, status="error"),
        seen("accuracy: 0.9", faults=0, warnings=(Told("ConvergenceWarning", "", 1, "SVC", 5),)),
        seen("accuracy: 0.9", faults=0, stderr="/a/b.py:3: RuntimeWarning: overflow in exp\n  np.exp(x)\n"),
    ],
    ids=["prints more", "another fault", "breaks", "another warning", "a warning that is shown only"],
)
def test_an_edit_that_brings_something_else_is_not_believed(after):
    assert proven((Claim("faults"),), [seen("accuracy: 0.5", faults=3)], [after])[0] is None


def test_an_honest_score_that_is_lower_is_said():
    assert fallen("test accuracy 0.99", "test accuracy 0.6").endswith("lower: test accuracy 0.99 → 0.6")
    assert fallen("test accuracy 0.6", "test accuracy 0.6") == ""


def test_scores_are_read_where_their_words_say_which_way_is_better():
    printed = "epoch 3 loss: 0.5\nepoch 4 loss: 0.25 accuracy 91%\nrows 12\nF1 of fraud: nan"
    assert scores_of(printed)["loss"] == 0.25 and "rows" not in scores_of(printed)
    assert scores_of("R2 0.5\nF1 of fraud: 0.25") == {"R2": 0.5, "F1 of fraud": 0.25}
    assert skeleton("a 1 [2. 3.]\n\nb nan") == ["a", "b"] and skeleton("loss 1e-05") == skeleton("loss 0.5")


def test_other_seeds_are_other_numbers_where_the_script_writes_its_own():
    source = "import numpy as np\nr = np.random.default_rng(3)\nSEED = 4\nf(random_state=0)  # 7\n"
    assert with_seeds(source, 2) == source.replace("(3)", "(5)").replace("= 4", "= 6").replace("=0", "=2")
    assert with_seeds(source, 0) == source


def test_keras_is_not_watched_before_it_is_told_its_backend():
    source = "import sklearn\nimport os\nos.environ['KERAS_BACKEND'] = 'torch'\nimport keras\n"
    assert frameworks(source) == ("sklearn",) and "keras" in frameworks("import keras\n")
    assert frameworks(source.replace("'torch'", "'tensorflow'")) == ("sklearn", "keras")  # which is the usual one


@pytest.mark.parametrize("said", ["no", "[1]", '{"a": -1}', '{"a": "b"}', '{"a": [1]}', "[" * 9000, "[" * 90000])
def test_what_a_probe_says_is_taken_only_as_far_as_it_has_the_form(said):
    assert facts_of(said.encode()) == {} == facts_of(b"\xff")
    assert facts_of(b'{"a": 2, "b": ["c"]}') == {"a": 2, "b": ["c"]}


def test_losses_that_are_as_good_as_gone_are_not_worse_though_one_is_lower():
    points = tuple(Point(step, 2.0 * 0.5**step) for step in range(40))
    training = Training("torch", losses=points, steps=40)

    def trained(loss, score):
        ended = Ended("ok", text := f"loss {loss}\naccuracy {score}", "", None, trainings=(training,))
        return Seen(ended, text, {"steps": 1})

    before = [trained(1e-6, 0.8 + 0.01 * seed) for seed in range(5)]
    after = [trained(3e-4, 0.9 + 0.01 * seed) for seed in range(5)]
    proof, why = proven((SCORE,), before, after)
    assert proof is not None and "accuracy" in proof.what, why
    high = [trained(0.3, 0.9 + 0.01 * seed) for seed in range(5)]
    assert proven((SCORE,), before, high)[0] is None
