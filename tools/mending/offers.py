"""For each code of `check`: the edits to try, and what a run must show for one to stay.

An entry says by what facts of a probed run (see claims.py) an edit is believed. A code without claims is only mended
where it ends the script, and its proof is that the script then runs to its end.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.mending import (
    chosen_edits,
    drawn_first,
    folds_edits,
    keras_edits,
    keras_parts,
    loop_edits,
    part_edits,
    row_claims,
    row_edits,
    split_edits,
    table_edits,
    torch_edits,
    torch_parts,
)
from mlpilot.tools.mending import training_start as start
from mlpilot.tools.mending.claims import NO_LOSS, SCORE, SHARE, Claim
from mlpilot.tools.mending.forms import Maker

_RAW = Claim("losses of probabilities that are taken for raw outputs")
_JUDGED = (Claim("judged rows that were fitted"), Claim("judgements of rows held out", "more"))
_HELD = Claim("tensors that no optimiser holds")
_SHAPES = Claim("losses of different shapes")
_NO_GRADIENT = Claim("steps without a gradient")
_UNCLIPPED = Claim("steps on gradients that were not clipped")

_STACKED = Claim("tables stacked that share rows and no column", also=(Claim("tables put together", "kept"),))
_BEYOND = Claim("most rows of a fit beyond those for training", "more")
_MADE_LATER = Claim("most rows split", "fewer", (_BEYOND, Claim("judgements of rows held out", "present")))
_COPIED_LATER = Claim("most rows split", "fewer", (_BEYOND, Claim("judgements of rows held out", "more")))
_SAME_STEPS = Claim("most rows split", "fewer", (Claim("steps", "kept"),))

Entry = tuple[Maker, tuple[Claim, ...]]


def of_training(edits: Callable[[str, ast.Module], list[tuple[str, str]]]) -> Maker:
    """The maker of an edit that is tried on trainings, too, whatever was found."""
    return lambda source, tree, _: iter(edits(source, tree))


def filled(what: str, more: str) -> Claim:
    """Statistics of the rows for training alone, and as much done with them."""
    return Claim(f"{what} from other rows than those for training", also=(Claim(more, "kept"),))


_SCALED = of_training(start.scaled)
_BY_HAND = Claim(
    "splits of rows that were scaled together",
    also=(
        Claim("fits on rows scaled by themselves", "present"),
        Claim("judged rows scaled by themselves", "absent"),
        Claim("most rows of a fit", "kept"),
        Claim("judgements of rows held out", "present"),
    ),
)

_DRAWN: Entry = (drawn_first.learnt_from_training, row_claims.LEARNT)
_CHOICES: tuple[Entry, ...] = (
    (table_edits.chosen_on_validation, (row_claims.CHOSEN,)),
    (
        chosen_edits.chosen_by_folds,
        (row_claims.JUDGED_ONCE, row_claims.ONE_JUDGED, replace(row_claims.CHOSEN, words_of_data=True)),
    ),
)
_FOLDED: tuple[Entry, ...] = (
    (folds_edits.steps_in_the_folds, row_claims.FEWER_ROWS),
    (folds_edits.fitted_in_each_fold, row_claims.FEWER_ROWS),
)

OFFERS: dict[str, tuple[Entry, ...]] = {
    "API002": ((keras_parts.as_version_one, ()),),
    "LEAK001": (
        (split_edits.scaled_after_split, (_BY_HAND,)),
        (split_edits.scaled_in_the_folds, (_BY_HAND,)),
        (split_edits.fitted_on_its_part, (filled("fits of transformers", "fits of transformers"),)),
        (drawn_first.learnt_from_training, (*row_claims.LEARNT, replace(_BY_HAND, words_of_data=True))),
        *_FOLDED,
    ),
    "LEAK002": ((table_edits.filled_after_split, (filled("fills", "gaps that are filled"),)), _DRAWN, *_FOLDED),
    "LEAK003": ((split_edits.selected_after_split, (Claim("most rows of", "fewer"),)), _DRAWN, *_FOLDED),
    "LEAK004": (
        (row_edits.made_after_split, (_MADE_LATER,)),
        (table_edits.split_first, (_COPIED_LATER,)),
        (table_edits.side_by_side, (_STACKED,)),
        (table_edits.copies_after_split, (_SAME_STEPS,)),
    ),
    "LEAK005": (_DRAWN, *_FOLDED),
    "LEAK006": ((table_edits.means_of_training, (filled("means by group", "means by group"),)), _DRAWN),
    "LEAK007": (
        (row_edits.in_the_folds, row_claims.FEWER_ROWS),
        (table_edits.column_by_column, row_claims.FEWER_ROWS),
        *_FOLDED,
    ),
    "LEAK008": ((row_edits.transformed_only, (Claim("fits of", "fewer"),)),),
    "LEAK009": ((part_edits.transformed_alike, (row_claims.ALIKE, SCORE)),),
    "LEAK010": ((row_edits.fitted_on_training, _JUDGED), (row_edits.not_put_back, _JUDGED)),
    "LEAK014": ((part_edits.without_target, row_claims.TARGET),),
    "LEAK022": ((part_edits.without_target, row_claims.TARGET),),
    "LEAK011": ((row_edits.judged_on_test, _JUDGED),),
    "LEAK012": _CHOICES,
    "LEAK013": (
        (keras_edits.own_validation, (Claim("validation rows that are judged"),)),
        (chosen_edits.stopped_by_validation, (row_claims.STOPS,)),
    ),
    "LEAK016": _CHOICES,
    "LEAK017": ((row_edits.not_put_back, _JUDGED), (row_edits.fitted_on_training, _JUDGED)),
    "LEAK033": _CHOICES,
    "LEAK021": ((row_edits.crossed_answers, (Claim("columns of answers to rows that were fitted"),)),),
    "LEAK023": (
        (
            table_edits.rows_before,
            (Claim("columns that are not from rows before", also=(Claim("columns that are moved", "kept"),)),),
        ),
    ),
    "LEAK024": ((keras_edits.divided_alike, (Claim("judgements on another scale"),)),),
    "LEAK029": (
        (
            keras_parts.anew_in_each_fold,
            (Claim("fits that go on from an earlier one", also=(Claim("rows that fit is given", "kept"),)),),
        ),
    ),
    "LEAK031": (
        (
            split_edits.values_before,
            (Claim("gaps filled from rows after", also=(Claim("gaps filled from rows before", "more"),)),),
        ),
    ),
    "SPLIT002": ((row_edits.in_time, (Claim("splits out of order"),)),),
    "MODEL008": ((split_edits.kept_answers, (SCORE,)),),
    "SPLIT003": ((split_edits.parts_in_order, (SCORE,)),),
    "SPLIT005": ((split_edits.shuffled_folds, (SCORE,)),),
    "SPLIT007": ((split_edits.shuffled_by_one_order, (SCORE,)),),
    "SPLIT011": ((split_edits.one_seed, (SCORE,)),),
    "SPLIT013": ((row_edits.in_time, (Claim("splits out of order"),)),),
    "SPLIT014": ((row_edits.shuffled_together, (SCORE,)),),
    "METRIC001": ((row_edits.truth_first, (Claim("answers taken for the truth", "fewer"),)),),
    "METRIC004": ((row_edits.probabilities, (Claim("most different scores of an AUC", "more"),)),),
    "METRIC009": ((row_edits.losses_are_less, (SCORE,)),),
    "METRIC011": (
        (
            table_edits.same_group_score,
            (
                Claim(
                    "cluster numbers that are compared with classes",
                    also=(Claim("groupings that are compared", "more"), Claim("rows that judge last", "kept")),
                ),
            ),
        ),
    ),
    "METRIC013": ((split_edits.other_class, (SCORE,)),),
    "METRIC015": ((torch_parts.share_of_rows, (SHARE,)),),
    "DATA004": ((keras_parts.shuffled_arrays, (SCORE,)),),
    "DATA003": ((row_edits.scaled, (SCORE,)),),
    "NUMPY001": ((row_edits.whole_numbers, (SCORE,)),),
    "PANDAS001": ((part_edits.assigned_by_loc, (row_claims.LOST,)),),
    "PANDAS002": ((part_edits.kept_result, (SCORE,)),),
    "PANDAS007": ((part_edits.same_labels, (row_claims.SIDE_BY_SIDE,)),),
    "TORCH001": ((loop_edits.cleared, (Claim("steps on gradients that were never cleared"),)),),
    "TORCH002": ((loop_edits.taken_back, (_NO_GRADIENT,)),),
    "TORCH003": ((loop_edits.stepped, (Claim("steps", "more"),)),),
    "TORCH004": ((loop_edits.in_order, (_NO_GRADIENT,)),),
    "TORCH005": ((loop_edits.in_order, (_NO_GRADIENT, SCORE)),),
    "TORCH006": ((loop_edits.number_alone, (Claim("sums that keep their graphs", "fewer"),)),),
    "TORCH007": ((loop_edits.judged_in_eval, (Claim("predictions in training mode"),)),),
    "TORCH009": ((loop_edits.trained_in_train, (Claim("steps in evaluation mode"),)),),
    "TORCH013": ((loop_edits.in_order, (_UNCLIPPED,)),),
    "TORCH014": ((loop_edits.not_detached, (Claim("steps without a gradient", "fewer"),)),),
    "TORCH015": ((loop_edits.judged_in_eval, (Claim("predictions in training mode"),)),),
    "TORCH016": ((loop_edits.counted_up, (SHARE,)),),
    "TORCH018": (
        (
            torch_parts.scheduled,
            (Claim("schedulers' steps between those of optimisers", "more", (Claim("steps", "kept"),)),),
        ),
    ),
    "TORCH023": ((torch_parts.step_for_each_batch, (Claim("steps", "more", (Claim("losses", "kept"),)),)),),
    "TORCH101": ((torch_edits.raw_outputs("softmax", "log_softmax"), (_RAW,)),),
    "TORCH102": (
        (
            torch_edits.renamed_loss(
                "BCEWithLogitsLoss", "BCELoss", "binary_cross_entropy_with_logits", "binary_cross_entropy"
            ),
            (_RAW,),
        ),
        (torch_edits.raw_outputs("sigmoid"), (_RAW,)),
    ),
    "TORCH103": (
        (
            torch_edits.renamed_loss(
                "BCELoss", "BCEWithLogitsLoss", "binary_cross_entropy", "binary_cross_entropy_with_logits"
            ),
            (NO_LOSS,),
        ),
    ),
    "TORCH104": ((torch_edits.renamed_loss("NLLLoss", "CrossEntropyLoss", "nll_loss", "cross_entropy"), (NO_LOSS,)),),
    "TORCH105": ((torch_edits.raw_outputs("relu", "sigmoid"), (SCORE,)),),
    "TORCH108": ((torch_edits.labels_as("long"), ()), (torch_edits.labels_as("float"), ())),
    "TORCH111": ((torch_edits.one_shape, (_SHAPES,)),),
    "TORCH112": ((torch_parts.softmax_of_each_row, (SCORE,)),),
    "TORCH113": ((torch_edits.averaged, ()),),
    "TORCH118": ((torch_edits.over_the_classes, (SCORE,)),),
    "TORCH119": ((torch_edits.one_shape_compared, (Claim("comparisons of different shapes"),)),),
    "TORCH120": ((torch_edits.log_probabilities, (Claim("divergences of what is no logarithm"),)),),
    "TORCH121": ((torch_edits.log_softmax, (SCORE,)),),
    "TORCH122": ((torch_edits.raw_outputs("relu"), (SCORE,)),),
    "TORCH123": ((torch_edits.float_one_hot, ()),),
    "TORCH125": ((torch_parts.above_zero, (SCORE,)),),
    "TORCH203": ((torch_edits.in_a_module_list, (Claim("most tensors that are trained", "more"),)),),
    "TORCH205": ((torch_parts.bent_between, (SCORE,)),),
    "TORCH207": ((loop_edits.optimiser_last, (_HELD,)),),
    "TORCH211": ((torch_parts.shuffled_rows, (SCORE,)),),
    "TORCH213": ((torch_parts.usual_dropout, (SCORE,)),),
    "TORCH218": ((torch_edits.batch_first, (SCORE,)),),
    "TORCH223": ((loop_edits.copied_state, (Claim("weights that were restored from themselves"),)),),
    "TORCH224": ((loop_edits.without_prefix, (Claim("tensors that were not loaded"),)),),
    "TORCH225": ((torch_edits.not_in_place, ()),),
    "TORCH226": (
        (
            torch_edits.batch_size,
            (Claim("most rows at once", "more", (Claim("rows in training", "kept"),), instead=("steps", "losses")),),
        ),
    ),
    "TORCH227": ((torch_edits.weight_decay, (SCORE,)),),
    "TORCH228": (
        (
            torch_edits.causal,
            (Claim("models whose places see those after", also=(Claim("models of places", "kept"),)),),
        ),
    ),
    "TORCH230": ((torch_parts.weights_of_both, (_HELD,)),),
    "TORCH235": ((torch_edits.one_more_word, ()),),
    "KERAS001": ((keras_edits.sigmoid_for_one, (SCORE,)),),
    "KERAS002": ((keras_parts.last_activation("fitting"), (SCORE,)),),
    "KERAS003": ((keras_parts.loss_of("sparse_categorical_crossentropy", "categorical_crossentropy"), (NO_LOSS,)),),
    "KERAS004": ((keras_edits.other_labels, (NO_LOSS,)),),
    "KERAS005": ((keras_edits.from_logits, (NO_LOSS,)),),
    "KERAS006": ((keras_parts.probabilities_given, (NO_LOSS,)),),
    "KERAS007": ((keras_parts.last_activation("fitting"), (SCORE,)),),
    "KERAS009": (
        (
            keras_parts.measured_as_values,
            (
                Claim(
                    "accuracies of values",
                    also=(Claim("numbers that are measured", "kept"),),
                    words=((keras_parts.ACCURACY, keras_parts.R2),),
                ),
            ),
        ),
    ),
    "KERAS010": ((keras_parts.as_many_outputs, ()),),
    "KERAS013": ((keras_parts.frozen_first, (SCORE,)),),
    "KERAS019": ((keras_parts.sigmoid_and_its_loss, (NO_LOSS,)),),
    "KERAS020": ((keras_edits.one_column, (SCORE,)),),
    "KERAS021": (
        (
            keras_edits.training_flag("True"),
            (
                Claim(
                    "steps of models with modes outside of training",
                    also=(Claim("steps of models with modes", "kept"),),
                ),
                SCORE,
            ),
        ),
    ),
    "KERAS022": (
        (
            keras_edits.training_flag("False"),
            (
                Claim(
                    "predictions of models with modes as in training",
                    also=(Claim("predictions of models with modes", "kept"),),
                ),
                SCORE,
            ),
        ),
    ),
    "KERAS023": (
        (
            keras_parts.traced_once,
            (Claim("most traces of a function", "fewer", (Claim("functions that are traced", "kept"),)),),
        ),
    ),
    "KERAS024": (
        (
            keras_parts.without_state,
            (Claim("judgements that begin with a state left over", also=(Claim("rows that Keras judges", "kept"),)),),
        ),
    ),
    "KERAS025": ((keras_edits.monitored, (Claim("said Can save best model only"),)),),
    "KERAS026": ((keras_edits.shuffled_whole, (SCORE,)),),
    "KERAS027": ((keras_edits.truth_first, (NO_LOSS,)),),
    "KERAS028": (
        (
            keras_parts.reset_each_epoch,
            (
                Claim(
                    "most results of a metric without a reset",
                    "fewer",
                    (Claim("results of metrics", "kept"), Claim("rows of the first results", "kept")),
                ),
            ),
        ),
    ),
    "KERAS029": (
        (
            keras_parts.called_back,
            (Claim("callbacks that fit is given", "more", (Claim("rows that fit is given", "kept"),)),),
        ),
    ),
    "KERAS033": ((keras_parts.light_penalty, (NO_LOSS,)),),
    "KERAS038": ((keras_parts.sigmoid_and_its_loss, (NO_LOSS,)),),
    "KERAS039": ((_SCALED, (SCORE,)),),
    "KERAS043": ((_SCALED, (SCORE,)),),
    "KERAS101": ((keras_edits.sequences, ()),),
    "KERAS103": ((keras_parts.bent, (SCORE,)),),
    "KERAS105": ((torch_parts.usual_dropout, (SCORE,)),),
    "KERAS106": ((keras_edits.dropout_before, (SCORE,)),),
    "KERAS107": ((keras_edits.random_start, (SCORE,)),),
    "TRAIN001": ((torch_parts.owner_of_rates, (SCORE,)),),
    "TRAIN005": ((keras_parts.values_without_activation, (SCORE,)), (torch_parts.owner_of_rates, (SCORE,))),
    "TRAIN010": ((_SCALED, (SCORE,)),),
    "TRAIN012": ((keras_parts.values_without_activation, (SCORE,)),),
}
"""Code of a finding → (maker of edits, claims of which one must be borne out), the likeliest first."""


def offers(source: str, found: Diagnosis, silent: bool) -> Iterator[tuple[str, str, tuple[Claim, ...]]]:
    """(text, what was changed, claims) of the edits against a finding; `silent` where no error ended the script."""
    for maker, claims in OFFERS.get(found.code, ()):
        if silent and not claims:
            continue
        for text, what in maker(source, ast.parse(source), found):
            try:
                ast.parse(text)
            except SyntaxError:
                continue
            if text != source:
                yield text, what, claims
