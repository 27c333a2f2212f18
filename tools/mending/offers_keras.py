"""Of what `check` finds in Keras and TensorFlow: the edits to try, and what a run must show; see `offers`."""

from mlpilot.tools.mending import rows_alike
from mlpilot.tools.mending.claims import NO_LOSS, SCORE, Claim
from mlpilot.tools.mending.keras import ends as keras_ends
from mlpilot.tools.mending.keras import fits as keras_edits
from mlpilot.tools.mending.keras import given, imports, made, pipes, prepared, tapes
from mlpilot.tools.mending.keras import graphs as keras_graphs
from mlpilot.tools.mending.keras import layers as keras_layers
from mlpilot.tools.mending.keras import parts as keras_parts
from mlpilot.tools.mending.keras import slips as keras_slips
from mlpilot.tools.mending.offered import RATE, SCALED, Entry
from mlpilot.tools.mending.torch import parts as torch_parts
from mlpilot.tools.mending.torch import results as torch_results
from mlpilot.tools.mending.torch import slips

_GIVEN = (Claim("callbacks that fit is given", "kept"),)
_WATCHED = Claim("said Can save best model only", also=_GIVEN)
_WATCHED_BY_STOPPING = Claim("said which is not available", also=_GIVEN)
_WEIGHTS = Claim(
    "variables of layers that Keras does not know", also=(Claim("tensors that fits are to train", "more"),)
)
_COMPILED = Claim(
    "fits of models changed since they were compiled", also=(Claim("tensors that fits are to train", "same"),)
)
_APPLIED = Claim("gradients that are never applied", also=(Claim("gradients that are taken", "kept"),))
_COLUMN = Claim("differences of a column and a row", also=(Claim("differences of tensors", "kept"),))

_TWICE = (Claim("data sets that are read twice", "kept"), Claim("rows that data sets give", "kept"))
_SAME = Claim("data sets that are the same in each pass", "fewer", also=_TWICE)
_BATCHES = Claim("data sets whose batches come again whole", also=_TWICE)
_BOTH_PARTS = Claim("rows that come into both parts", also=(Claim("rows of both parts", "kept"),))
_PASSES = Claim("most passes over all rows in an epoch", "fewer", also=(Claim("fits of models", "kept"),))
_MORE_WEIGHTS = Claim("tensors that fits are to train", "more", also=(Claim("fits of models", "kept"),))
_BEST = Claim(
    "callbacks that keep the worst",
    also=(Claim("callbacks that keep the best", "kept"), Claim("fits of models", "kept")),
)
_RAN_OUT = Claim("said ran out of data", also=(Claim("fits of models", "kept"),))

_ENDS_SEEN = (Claim("fits whose ends are seen", "kept"), Claim("tensors that fits are to train", "no less"))
_RAW = Claim("fits of raw outputs taken for probabilities", also=_ENDS_SEEN)
_APART = Claim("fits of classes that do not sum to one", also=_ENDS_SEEN)
_SQUASHED = Claim("fits of probabilities taken for raw outputs", also=_ENDS_SEEN)
_ALL_ALIKE = Claim("fits whose outputs are all alike", also=_ENDS_SEEN)
_ONE_LABEL = Claim(
    "fits of one label by a loss of several",
    also=_ENDS_SEEN,
    words=(("binary_accuracy", "categorical_accuracy"),),
)
_BEYOND = Claim("fits of targets beyond what outputs reach", also=_ENDS_SEEN)

_ANEW = Claim("fits that go on from an earlier one", also=(Claim("rows that fit is given", "kept"),))
_OF_VALUES = Claim(
    "fits of values by a loss of yes or no",
    also=(
        *_ENDS_SEEN,
        Claim("targets beyond 0 and 1 that fits are given", "kept"),
        Claim("fits of targets beyond what outputs reach", "absent"),
    ),
    words=((keras_parts.ACCURACY, keras_parts.R2),),
)

KERAS: dict[str, tuple[Entry, ...]] = {
    "API001": ((imports.moved_imports, ()),),
    "METRIC012": ((keras_layers.whole_epochs, (_BEST, SCORE)),),
    "KERAS001": ((keras_ends.sigmoid_for_one, (_ALL_ALIKE, SCORE)),),
    "KERAS002": ((keras_ends.last_activation("fitting"), (_APART, _RAW, SCORE)),),
    "KERAS003": ((keras_ends.one_label_each, (_ONE_LABEL, NO_LOSS)),),
    "KERAS004": ((keras_edits.other_labels, (NO_LOSS,)),),
    "KERAS005": ((keras_ends.raw_or_told, (_RAW, NO_LOSS)),),
    "KERAS006": ((keras_ends.probabilities_given, (_SQUASHED, NO_LOSS)),),
    "KERAS007": (
        (keras_ends.loss_for_probabilities, (NO_LOSS,)),
        (keras_ends.last_activation("fitting"), (_BEYOND, SCORE)),
    ),
    "KERAS008": ((keras_ends.sigmoid_and_its_loss, (NO_LOSS,)),),
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
    "KERAS011": ((given.as_values, (_OF_VALUES,)),),
    "KERAS012": ((given.compiled_first, ()),),
    "KERAS013": ((keras_layers.compiled_again, (_COMPILED,)), (keras_parts.frozen_first, (_COMPILED,))),
    "KERAS014": ((RATE, (SCORE,)), (torch_parts.owner_of_rates, (SCORE,))),
    "KERAS019": ((keras_ends.sigmoid_and_its_loss, (NO_LOSS,)),),
    "KERAS016": ((keras_slips.labels_for_loss, ()),),
    "KERAS017": ((pipes.generator_in_order, (SCORE,)),),
    "KERAS018": ((pipes.generator_of_its_own, (SCORE,)),),
    "KERAS020": ((keras_layers.class_of_one, (SCORE,)),),
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
    "KERAS025": ((keras_edits.monitored, (_WATCHED, _WATCHED_BY_STOPPING)),),
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
    "KERAS031": ((tapes.within_the_tape, (NO_LOSS,)),),
    "KERAS032": ((keras_layers.applied, (_APPLIED,)),),
    "KERAS033": ((keras_layers.lighter, (NO_LOSS,)),),
    "KERAS030": ((keras_layers.bounded_logarithm, (SCORE,)),),
    "KERAS034": ((given.in_batches, ()),),
    "KERAS035": ((pipes.generators_scale, (SCORE,)),),
    "KERAS036": ((keras_ends.raw_for_tensorflow, (SCORE,)),),
    "KERAS037": ((pipes.sigmoid_loss, (NO_LOSS,)),),
    "KERAS038": ((keras_ends.sigmoid_and_its_loss, (NO_LOSS,)),),
    "KERAS039": ((SCALED, (SCORE,)),),
    "KERAS040": ((pipes.judge_frozen, (SCORE,)),),
    "KERAS041": ((keras_slips.size_of_model, ()),),
    "KERAS042": ((given.labels_alike, ()),),
    "KERAS043": ((SCALED, (SCORE,)),),
    "KERAS045": ((slips.without_threshold, (NO_LOSS,)), (tapes.of_tensors, (NO_LOSS,))),
    "KERAS046": ((keras_layers.as_labels, (NO_LOSS,)),),
    "KERAS047": ((keras_layers.one_for_the_row, (SCORE,)),),
    "KERAS048": ((keras_layers.zero_and_one, (NO_LOSS,)),),
    "KERAS049": ((pipes.generators_scale, (SCORE,)),),
    "KERAS050": ((keras_layers.divided_pixels, (SCORE,)),),
    "KERAS051": ((keras_layers.fewer_steps, (SCORE,)),),
    "KERAS052": ((pipes.steps_of_batches, (_RAN_OUT, _PASSES)),),
    "KERAS053": ((keras_ends.raw_or_told, (NO_LOSS,)),),
    "KERAS054": ((keras_ends.probabilities_given, (NO_LOSS,)),),
    "KERAS055": ((keras_layers.class_of_one, (SCORE,)),),
    "KERAS056": ((pipes.set_before, (SCORE,)),),
    "KERAS057": ((pipes.true_labels, (NO_LOSS,)),),
    "KERAS058": ((keras_layers.classes_compared, (SCORE,)),),
    "KERAS060": ((keras_graphs.counted_in_the_graph, (SCORE,)),),
    "KERAS061": ((tapes.of_tensors, (NO_LOSS,)),),
    "KERAS062": ((keras_graphs.as_weights, (_WEIGHTS,)),),
    "KERAS064": ((tapes.within_the_tape, (NO_LOSS,)),),
    "KERAS065": ((keras_graphs.one_order, (SCORE,)),),
    "KERAS066": ((pipes.shuffled_once, (_BOTH_PARTS,)),),
    "KERAS067": ((keras_graphs.kept, (SCORE,)),),
    "KERAS068": ((pipes.cached_first, (_SAME,)),),
    "KERAS069": (
        (
            keras_graphs.without_end,
            (Claim("said ran out of data", also=(Claim("batches that fits ask for", "kept"),)),),
        ),
    ),
    "KERAS070": ((rows_alike.squeezed, (_COLUMN, NO_LOSS)),),
    "KERAS071": ((given.step_is_run, (SCORE,)),),
    "KERAS072": ((torch_results.class_of_each_row, (SCORE,)),),
    "KERAS073": ((pipes.in_their_places, (NO_LOSS,)),),
    "KERAS074": ((torch_results.divided_once, (SCORE,)),),
    "KERAS075": ((given.with_comma, ()),),
    "KERAS076": ((torch_results.last_ones_learn, (Claim("tensors that fits are to train", "more"),)),),
    "KERAS077": ((pipes.rows_shuffled, (_BATCHES,)),),
    "KERAS078": ((given.epochs_end, ()),),
    "KERAS079": ((given.parts_of_pipeline, ()),),
    "KERAS080": ((made.masked, (SCORE,)),),
    "KERAS081": ((made.of_keras, (SCORE,)),),
    "KERAS082": ((made.made_once, (_MORE_WEIGHTS, SCORE)),),
    "KERAS083": ((made.named_alone, (SCORE,)),),
    "KERAS084": ((made.layer_of_its_own, (_MORE_WEIGHTS, SCORE)),),
    "KERAS085": ((made.adapted, (SCORE,)),),
    "KERAS086": ((made.rate_always, (SCORE,)),),
    "KERAS087": ((made.middle_of_raw, (SCORE,)),),
    "KERAS088": ((made.labels_within, (SCORE,)),),
    "KERAS089": ((given.ends_once_read, ()), (given.validation_ends, ())),
    "KERAS090": ((made.names_of_outputs, (SCORE,)),),
    "KERAS091": ((made.own_weights, (SCORE,)),),
    "KERAS092": ((made.persistent, (SCORE,)),),
    "KERAS093": ((prepared.statistics_first, (Claim("judgements on another scale"), SCORE)),),
    "KERAS094": ((prepared.learnt_once, (Claim("judgements on another scale"), SCORE)),),
    "KERAS095": ((keras_slips.made_within, (_ANEW,)),),
    "KERAS097": ((keras_slips.of_its_own, (_ANEW, _MORE_WEIGHTS)),),
    "KERAS098": ((keras_slips.base_first, ()),),
    "KERAS099": ((keras_slips.steps_of_epochs, (SCORE,)),),
    "KERAS101": ((keras_edits.sequences, ()),),
    "KERAS103": ((keras_layers.bent, (SCORE,)),),
    "KERAS104": ((keras_layers.divided_pixels, (SCORE,)),),
    "KERAS105": ((torch_parts.usual_dropout, (SCORE,)),),
    "KERAS106": ((keras_ends.dropout_before, (SCORE,)), (keras_edits.dropout_before, (SCORE,))),
    "KERAS107": ((keras_layers.usual_start, (SCORE,)),),
    "KERAS111": ((keras_layers.relu_in_hidden, (SCORE,)),),
    "KERAS112": ((keras_layers.kernel_in_one, (SCORE,)),),
    "KERAS114": ((keras_layers.wider, (SCORE,)),),
    "KERAS115": ((keras_layers.stride_of_one, (SCORE,)),),
    "KERAS116": ((keras_layers.one_activation, (SCORE,)),),
    "KERAS117": ((keras_layers.relu_in_hidden, (SCORE,)),),
    "KERAS118": ((keras_layers.one_more_word, ()),),
    "KERAS119": ((keras_layers.usual_start, (SCORE,)),),
    "KERAS121": ((keras_slips.shortcut_added, (SCORE,)),),
    "KERAS122": ((keras_slips.mask_too, (SCORE,)),),
    "KERAS123": ((keras_slips.words_kept, (SCORE,)),),
    "KERAS124": ((keras_slips.divided_in_parts, (SCORE,)),),
    "KERAS128": ((keras_slips.drawn_alike, (SCORE,)),),
    "KERAS129": ((keras_slips.classes_from_zero, (SCORE,)),),
    "KERAS125": ((keras_slips.scaled_alike, (Claim("judgements on another scale"), SCORE)),),
}
"""Code of a finding → (maker of edits, claims of which one must be borne out), the likeliest first."""
