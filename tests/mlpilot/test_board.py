"""The board: what its rows say, and how they look."""

import story
from rich.cells import cell_len

from mlpilot import board
from mlpilot.layout import Layout


def build(experiments=story.EXPERIMENTS, best=14):
    return board.rows(experiments, best, False)


def lines(width, experiments=story.EXPERIMENTS):
    layout = Layout.for_scores(width, [item.score for item in experiments if item.score])
    return [layout.heading().plain, *(line.plain.rstrip() for row in build(experiments) for line in layout.lines(row))]


def test_trials_that_follow_one_another_share_a_row():
    rows = build()
    assert [row.numbers for row in rows] == ["1", "2", "3", "4", "5–13", "14"]
    tuned = rows[4]
    assert tuned.idea == "tuning #1" and tuned.score.value == 0.4162 and len(tuned.course) == 9
    assert tuned.notes == ("9 trials",) and tuned.standing == "no better"
    assert [row.is_best for row in rows] == [False] * 5 + [True]


def test_a_stretch_of_trials_takes_its_highest_standing_and_counts_failures():
    trials = [
        story.experiment(2, "forest", 0.40, "better", kind="tune", parent=1),
        story.experiment(3, "forest", None, kind="tune", parent=1),
        story.experiment(4, "svm", 0.39, "no better", kind="tune", parent=7),
    ]
    (row,) = build(trials, best=4)
    assert (row.numbers, row.idea, row.standing) == ("2–4", "tuning #1 and #7", "better")
    assert row.score.value == 0.39 and row.notes == ("3 trials", "1 of 3 failed") and row.is_best


def test_where_higher_is_better_the_course_rises():
    trials = [story.experiment(n, "x", value, kind="tune", parent=1) for n, value in enumerate((0.7, 0.9, 0.8), 2)]
    (row,) = board.rows(trials, None, True)
    assert row.course == (0.7, 0.9, 0.9) and row.score.value == 0.9


def test_notes_say_what_was_repaired_reused_or_failed():
    reused = story.experiment(1, "x", 0.4, reused=True)
    assert build()[2].notes == ("repaired: max_features='auto' is gone from scikit-learn",)
    assert build()[3].notes == ("fit() took longer than 30 s",)
    assert build([reused])[0].notes == ("found in the journal, not run again",)


def test_eighty_columns():
    assert lines(80) == [
        " #       idea                           score  95 % interval  vs best       took",
        " 1       scaled logistic regression     .4197    .410 – .430  first        1.1 s",
        " 2       gradient boosting, defaults    .4321    .422 – .442  worse        2.3 s",
        " 3       forest, 500 trees              .4266    .416 – .437  no better    7.8 s",
        "         repaired: max_features='auto' is gone from scikit-learn",
        " 4       k nearest neighbours               –                 failed        30 s",
        "         fit() took longer than 30 s",
        " 5–13    tuning #1                      .4162    .406 – .426  no better     21 s",
        "         ▇▆▅▄▃▂▁▁▁ · 9 trials",
        " 14      blend of 2, 3, 11              .4121    .402 – .422  better       0.2 s",
    ]


def test_wide_lines_carry_their_notes():
    assert lines(120)[3].endswith("7.8 s  repaired: max_features='auto' i…")
    assert len(lines(120)) == 7


def test_forty_columns_keep_what_matters():
    assert lines(40)[:3] == [
        " #       idea           score  vs best",
        " 1       scaled logi…   .4197  first",
        " 2       gradient bo…   .4321  worse",
    ]


def test_the_mark_of_a_model_fits_beside_any_name():
    ours = [story.experiment(n, "客户流失预测模型" * n, 156338.2, half=6000.0, by="model") for n in (1, 2, 9)]
    for width in range(44, 200, 3):
        shown = lines(width, ours)
        assert max(map(cell_len, shown)) <= width, (width, shown)
        assert "(model)" in shown[1] or "model's idea" in "".join(shown)


def test_every_width_fits_and_stays_aligned():
    wide = [story.experiment(n, "客户流失预测模型" * 4, 156338.2 / n, half=6000.0) for n in (1, 22, 333)]
    for experiments in (story.EXPERIMENTS, wide):
        for width in range(44, 200, 3):
            shown = lines(width, experiments)
            assert max(map(cell_len, shown)) <= width, (width, shown)


def test_a_number_wider_than_its_column_takes_room_from_the_idea():
    layout = Layout.for_scores(80, [])
    (row,) = build([story.experiment(1, "scaled ridge regression", 156338.2, half=6000.0)], None)
    (line,) = layout.lines(row)
    assert cell_len(line.plain) <= 80 and "156,338.2" in line.plain and line.plain.endswith("2.3 s")
