"""Asked of a run in plain words, without a model: errors, a fold's fate, another encoding; and large tables."""

import threading
from pathlib import Path

import numpy as np
import pytest
import story

from mlpilot.agent.overheard import Overheard, overheard
from mlpilot.agent.talk.errors import _groups, _welch, losses
from mlpilot.agent.talk.overview import overview
from mlpilot.agent.talk.tryings import target_encoding
from mlpilot.agent.talk.wishes import understand
from mlpilot.chat import reading
from mlpilot.sandbox.errors import UserError
from mlpilot.sandbox.protocol import Output


def test_what_is_asked_is_understood() -> None:
    asked = {
        "try a target encoding": ("try", ("target", "encoding")),
        "explain the errors on new customers": ("errors", ()),
        "why did fold 3 fail?": ("why", ("fold", "3")),
        "why did fold 2 of #7 fail?": ("why", ("7", "fold", "2")),
        "why did #7 fail?": ("why", ("7",)),
    }
    for text, (verb, words) in asked.items():
        (wish,) = understand(text)
        assert (wish.verb, wish.words) == (verb, words), text


def test_a_large_table_read_apart_is_the_same_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "churn.csv"
    table.write_text("fee,plan\n" + "".join(f"{row},{'Pro' if row % 3 else 'pro'}\n" for row in range(90)))
    monkeypatch.setattr(reading, "LARGE", 1)
    assert reading.look(str(table), threading.Event()) == overview(str(table))
    with pytest.raises(UserError, match="nothing"):
        broken = tmp_path / "nothing.csv"
        broken.write_text("\n")
        reading.look(str(broken), threading.Event())


def test_losses_are_of_each_row() -> None:
    loss, what = losses(np.array([0.0, 1.0]), np.array([[0.5, 0.5], [0.9, 0.1]]))
    assert what == "log loss" and loss == pytest.approx([np.log(2), np.log(10)])
    assert losses(np.array([1.0, 4.0]), np.array([1.5, 2.0]))[0].tolist() == [0.5, 2.0]


def test_groups_are_quarters_and_values() -> None:
    import pandas as pd

    names = [name for name, _ in _groups("fee", pd.Series(np.arange(200.0)))]
    assert len(names) == 4 and all(name.startswith("fee ") for name in names)
    towns = pd.Series(["a"] * 100 + ["b"] * 95 + ["rare"] * 5, dtype=object)
    assert {name for name, _ in _groups("town", towns)} == {"town = a", "town = b"}
    assert _welch(np.array([2.0, 3.0, 4.0]), np.array([0.0, 1.0, 2.0])) == pytest.approx(2.449, abs=1e-3)


def test_a_target_encoding_is_a_solution() -> None:
    from mlpilot.tools.contract import problem

    record = story.record()
    source = target_encoding(record)
    assert "'contract'" in source and "'customerID'" not in source and problem(source) is None


def test_last_words_of_a_cell_are_kept_and_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLPILOT_HOME", str(tmp_path))
    (tmp_path / "runs" / "brave-otter").mkdir(parents=True)
    heard = Overheard("brave-otter")
    hear = heard.about("#1, fold 1")
    assert overheard("brave-otter") == ("", "")
    hear(Output("stdout", "x" * 100_000))
    hear(Output("stdout", "the end"))
    heard.flush()
    title, said = overheard("brave-otter")
    assert title == "#1, fold 1" and said.endswith("xthe end") and len(said) == 16 * 1024
