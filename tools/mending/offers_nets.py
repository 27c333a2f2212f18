"""Of what `check` finds in PyTorch and Keras: the edits to try, and what a run must show; see `offers`."""

import ast
from collections.abc import Callable

from mlpilot.tools.mending import rows_alike
from mlpilot.tools.mending.claims import NO_LOSS, SCORE, SHARE, Claim
from mlpilot.tools.mending.forms import Maker
from mlpilot.tools.mending.keras import ends as keras_ends
from mlpilot.tools.mending.keras import fits as keras_edits
from mlpilot.tools.mending.keras import graphs as keras_graphs
from mlpilot.tools.mending.keras import layers as keras_layers
from mlpilot.tools.mending.keras import parts as keras_parts
from mlpilot.tools.mending.torch import ends as torch_ends
from mlpilot.tools.mending.torch import layers as torch_layers
from mlpilot.tools.mending.torch import loops as loop_edits
from mlpilot.tools.mending.torch import losses as torch_edits
from mlpilot.tools.mending.torch import modes as torch_modes
from mlpilot.tools.mending.torch import parts as torch_parts
from mlpilot.tools.mending.torch import results as torch_results
from mlpilot.tools.mending.torch import rows as torch_rows
from mlpilot.tools.mending.training import start
from mlpilot.tools.mending.training.layers import activations
from mlpilot.tools.mending.training.rate import rates

_RAW = Claim("losses of probabilities that are taken for raw outputs")
_REACHED = Claim("tensors that no gradient reached", also=(Claim("most tensors that are trained", "kept"),))
_STEPS = Claim("recurrent layers that take rows for steps", also=(Claim("calls of recurrent layers", "kept"),))
_HELD = Claim("tensors that no optimiser holds")
_SHAPES = Claim("losses of different shapes")
_NO_GRADIENT = Claim("steps without a gradient")
_UNCLIPPED = Claim("steps on gradients that were not clipped")
_MORE = (Claim("most tensors that are trained", "more"),)
_UNKNOWN = Claim("calls of layers that their model does not know", also=_MORE)
_BEFORE = Claim(
    "schedulers' steps before any of an optimiser",
    "fewer",
    also=(Claim("schedulers' steps between those of optimisers", "kept"),),
)
_RATES = Claim(
    "steps at a thousandth of the first learning rate",
    also=(Claim("changes of the learning rate", "present"),),
)
_APPLIED = Claim("gradients that are never applied", also=(Claim("gradients that are taken", "kept"),))
_CHANGED = Claim("batches that change their data set", also=(Claim("batches that are not as they are kept", "kept"),))
_APART = Claim(
    "rows that parts share",
    also=(Claim("rows of all parts", "kept"), Claim("rows of the smallest part", "kept")),
    instead=("steps", "losses"),
)
_COLUMN = Claim("differences of a column and a row", also=(Claim("differences of tensors", "kept"),))
_TARGETS = Claim("columns that are the target", also=(Claim("rows that are learnt from", "kept"),))
_GIVEN = (Claim("callbacks that fit is given", "kept"),)
_WATCHED = Claim("said Can save best model only", also=_GIVEN)
_WATCHED_BY_STOPPING = Claim("said which is not available", also=_GIVEN)
_WEIGHTS = Claim(
    "variables of layers that Keras does not know", also=(Claim("tensors that fits are to train", "more"),)
)
_WEIGHTED = Claim(
    "weights of classes that grow with their rows",
    also=(Claim("weights of classes that fall with their rows", "more"),),
)
_COMPILED = Claim(
    "fits of models changed since they were compiled", also=(Claim("tensors that fits are to train", "same"),)
)
_ONE_OPTIMISER = Claim(
    "optimisers that step", "fewer", (Claim("steps", "kept"), Claim("tensors that no optimiser holds", "absent"))
)
_CALLED = (
    Claim("steps", "more"),
    Claim("steps on gradients that were never cleared"),
    _NO_GRADIENT,
    Claim("predictions in training mode"),
    Claim("steps in evaluation mode"),
)

Entry = tuple[Maker, tuple[Claim, ...]]


def of_training(edits: Callable[[str, ast.Module], list[tuple[str, str]]]) -> Maker:
    """The maker of an edit that is tried on trainings, too, whatever was found."""
    return lambda source, tree, _: iter(edits(source, tree))


_SCALED = of_training(start.scaled)
_INITIALISED = of_training(start.initialised)
_RATE = of_training(rates)
_BENT = of_training(lambda source, tree: activations(source, tree, ("sigmoid", "tanh"), "relu"))

NETS: dict[str, tuple[Entry, ...]] = {
    "DATA021": ((rows_alike.rare_ones_count, (_WEIGHTED, SCORE)),),
    "DATA022": ((rows_alike.window_before, (_TARGETS,)),),
    "DATA023": ((rows_alike.one_order, (SCORE,)),),
    "DATA024": ((rows_alike.prepared, (Claim("judgements on another scale"), SCORE)),),
    "METRIC021": ((torch_results.best_kept, (SCORE,)),),
    "METRIC022": ((torch_results.beatable, (SCORE,)),),
    "TORCH001": ((loop_edits.cleared, (Claim("steps on gradients that were never cleared"),)),),
    "TORCH002": ((loop_edits.taken_back, (_NO_GRADIENT,)),),
    "TORCH003": ((loop_edits.stepped, (Claim("steps", "more"),)),),
    "TORCH004": ((loop_edits.in_order, (_NO_GRADIENT,)),),
    "TORCH005": ((loop_edits.in_order, (_NO_GRADIENT, SCORE)),),
    "TORCH006": ((loop_edits.number_alone, (Claim("sums that keep their graphs", "fewer"),)),),
    "TORCH007": (
        (torch_modes.judged_and_trained, (Claim("predictions in training mode"),)),
        (loop_edits.judged_in_eval, (Claim("predictions in training mode"),)),
    ),
    "TORCH009": ((torch_modes.trained_in_train, (Claim("steps in evaluation mode"),)),),
    "TORCH010": ((torch_modes.schedule_last, (_BEFORE,)),),
    "TORCH011": ((torch_modes.parentheses, _CALLED),),
    "TORCH013": ((loop_edits.in_order, (_UNCLIPPED,)),),
    "TORCH014": ((loop_edits.not_detached, (Claim("steps without a gradient", "fewer"), _REACHED)),),
    "TORCH015": ((loop_edits.judged_in_eval, (Claim("predictions in training mode"),)),),
    "TORCH016": ((loop_edits.counted_up, (SHARE,)),),
    "TORCH017": ((torch_modes.schedule_by_kind, (_RATES, SCORE)),),
    "TORCH018": (
        (
            torch_parts.scheduled,
            (Claim("schedulers' steps between those of optimisers", "more", (Claim("steps", "kept"),)),),
        ),
    ),
    "TORCH021": ((torch_modes.judged_once_loaded, (Claim("predictions in training mode"),)),),
    "TORCH023": ((torch_parts.step_for_each_batch, (Claim("steps", "more", (Claim("losses", "kept"),)),)),),
    "TORCH101": (
        (torch_ends.without_last("softmax", "log_softmax", "sigmoid"), (_RAW, SCORE)),
        (torch_ends.before_the_loss("softmax", "log_softmax", "sigmoid"), (_RAW, SCORE)),
        (torch_edits.raw_outputs("softmax", "log_softmax"), (_RAW,)),
    ),
    "TORCH102": (
        (
            torch_edits.renamed_loss(
                "BCEWithLogitsLoss", "BCELoss", "binary_cross_entropy_with_logits", "binary_cross_entropy"
            ),
            (_RAW,),
        ),
        (torch_ends.without_last("sigmoid"), (_RAW,)),
        (torch_ends.before_the_loss("sigmoid"), (_RAW,)),
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
    "TORCH105": (
        (torch_ends.without_last("relu", "sigmoid", "tanh"), (SCORE,)),
        (torch_edits.raw_outputs("relu", "sigmoid"), (SCORE,)),
    ),
    "TORCH108": ((torch_edits.labels_as("long"), ()), (torch_edits.labels_as("float"), ())),
    "TORCH109": ((torch_ends.yes_or_no, (NO_LOSS,)),),
    "TORCH111": ((torch_edits.one_shape, (_SHAPES,)),),
    "TORCH112": ((torch_parts.softmax_of_each_row, (SCORE,)),),
    "TORCH113": ((torch_edits.averaged, ()),),
    "TORCH114": ((torch_ends.classes_not_values, (NO_LOSS,)),),
    "TORCH115": ((torch_ends.not_cut, (_REACHED,)),),
    "TORCH118": ((torch_edits.over_the_classes, (SCORE,)),),
    "TORCH119": ((torch_edits.one_shape_compared, (Claim("comparisons of different shapes"),)),),
    "TORCH120": ((torch_edits.log_probabilities, (Claim("divergences of what is no logarithm"),)),),
    "TORCH121": ((torch_edits.log_softmax, (SCORE,)), (keras_layers.bounded_logarithm, (SCORE,))),
    "TORCH122": (
        (torch_ends.without_last("relu", "sigmoid", "tanh"), (SCORE,)),
        (torch_edits.raw_outputs("relu"), (SCORE,)),
    ),
    "TORCH123": ((torch_edits.float_one_hot, ()),),
    "TORCH124": ((torch_ends.reconnected, (_NO_GRADIENT,)),),
    "TORCH125": ((torch_parts.above_zero, (SCORE,)),),
    "TORCH203": ((torch_edits.in_a_module_list, (_UNKNOWN,)),),
    "TORCH205": ((torch_layers.bent_between, (SCORE,)),),
    "TORCH206": ((torch_layers.given_the_model, (_HELD,)),),
    "TORCH207": ((loop_edits.optimiser_last, (_HELD,)),),
    "TORCH209": (
        (
            torch_modes.dropout_in_training,
            (Claim("dropouts while rows are judged", also=(Claim("dropouts in training", "kept"),)),),
        ),
    ),
    "TORCH210": ((_RATE, (SCORE,)), (torch_parts.owner_of_rates, (SCORE,))),
    "TORCH211": ((torch_parts.shuffled_rows, (SCORE,)),),
    "TORCH213": ((torch_parts.usual_dropout, (SCORE,)),),
    "TORCH214": ((torch_ends.without_last("dropout"), (SCORE,)),),
    "TORCH216": ((torch_layers.made_in_init, (_UNKNOWN,)),),
    "TORCH218": ((torch_edits.batch_first, (_STEPS, SCORE)),),
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
    "TORCH229": ((torch_ends.last_step, (SCORE,)),),
    "TORCH230": ((torch_parts.weights_of_both, (_HELD,)),),
    "TORCH233": ((_INITIALISED, (SCORE,)),),
    "TORCH235": ((torch_edits.one_more_word, ()),),
    "TORCH236": ((torch_ends.moved_axes, (SCORE,)),),
    "TORCH237": ((torch_layers.one_for_each, (Claim("layers that stand several times in a list", also=_MORE),)),),
    "TORCH238": ((_BENT, (SCORE,)),),
    "TORCH239": ((torch_modes.made_once, (_ONE_OPTIMISER,)),),
    "TORCH241": ((torch_layers.parameters, (Claim("tensors to learn that their model does not know", also=_MORE),)),),
    "TORCH246": ((torch_modes.made_once, (_ONE_OPTIMISER,)),),
    "TORCH247": ((_SCALED, (SCORE,)),),
    "TORCH249": ((torch_layers.bent_between, (SCORE,)),),
    "TORCH253": ((torch_ends.sigmoid_for_one, (SCORE,)),),
    "TORCH256": ((torch_rows.uphill, (NO_LOSS,)),),
    "TORCH257": ((torch_rows.uphill, (NO_LOSS,)),),
    "TORCH258": ((torch_rows.rows_copied, (_CHANGED,)),),
    "TORCH260": ((torch_rows.parts_apart, (_APART,)),),
    "TORCH261": ((torch_rows.drawn_anew, (Claim("steps", "more"), SCORE)),),
    "TORCH264": ((torch_rows.in_their_order, (SCORE,)),),
    "TORCH265": ((torch_edits.one_shape_compared, (Claim("comparisons of different shapes"),)),),
    "TORCH267": ((torch_rows.root_of_more, (SCORE,)),),
    "TORCH268": ((torch_results.kept, (SCORE,)),),
    "TORCH269": ((torch_results.chained, (SCORE,)),),
    "TORCH271": ((torch_results.listed, (_MORE[0], SCORE)),),
    "TORCH272": ((torch_results.slower_decay, (_RATES, SCORE)),),
    "TORCH273": ((torch_rows.uphill, (NO_LOSS,)),),
    "TORCH274": ((torch_results.downhill, (NO_LOSS,)),),
    "TORCH276": ((torch_results.cut_target, (SCORE,)),),
    "TORCH278": ((loop_edits.cleared, (Claim("steps on gradients that were never cleared"),)),),
    "KERAS001": ((keras_ends.sigmoid_for_one, (SCORE,)),),
    "KERAS002": ((keras_ends.last_activation("fitting"), (SCORE,)),),
    "KERAS003": ((keras_ends.loss_of("sparse_categorical_crossentropy", "categorical_crossentropy"), (NO_LOSS,)),),
    "KERAS004": ((keras_edits.other_labels, (NO_LOSS,)),),
    "KERAS005": ((keras_ends.raw_or_told, (NO_LOSS,)),),
    "KERAS006": ((keras_ends.probabilities_given, (NO_LOSS,)),),
    "KERAS007": (
        (keras_ends.loss_for_probabilities, (NO_LOSS,)),
        (keras_ends.last_activation("fitting"), (SCORE,)),
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
    "KERAS013": ((keras_layers.compiled_again, (_COMPILED,)), (keras_parts.frozen_first, (_COMPILED,))),
    "KERAS014": ((_RATE, (SCORE,)), (torch_parts.owner_of_rates, (SCORE,))),
    "KERAS019": ((keras_ends.sigmoid_and_its_loss, (NO_LOSS,)),),
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
    "KERAS032": ((keras_layers.applied, (_APPLIED,)),),
    "KERAS033": ((keras_layers.lighter, (NO_LOSS,)),),
    "KERAS030": ((keras_layers.bounded_logarithm, (SCORE,)),),
    "KERAS036": ((keras_ends.raw_for_tensorflow, (SCORE,)),),
    "KERAS038": ((keras_ends.sigmoid_and_its_loss, (NO_LOSS,)),),
    "KERAS039": ((_SCALED, (SCORE,)),),
    "KERAS043": ((_SCALED, (SCORE,)),),
    "KERAS046": ((keras_layers.as_labels, (NO_LOSS,)),),
    "KERAS047": ((keras_layers.one_for_the_row, (SCORE,)),),
    "KERAS048": ((keras_layers.zero_and_one, (NO_LOSS,)),),
    "KERAS050": ((keras_layers.divided_pixels, (SCORE,)),),
    "KERAS051": ((keras_layers.fewer_steps, (SCORE,)),),
    "KERAS053": ((keras_ends.raw_or_told, (NO_LOSS,)),),
    "KERAS054": ((keras_ends.probabilities_given, (NO_LOSS,)),),
    "KERAS055": ((keras_layers.class_of_one, (SCORE,)),),
    "KERAS058": ((keras_layers.classes_compared, (SCORE,)),),
    "KERAS060": ((keras_graphs.counted_in_the_graph, (SCORE,)),),
    "KERAS062": ((keras_graphs.as_weights, (_WEIGHTS,)),),
    "KERAS065": ((keras_graphs.one_order, (SCORE,)),),
    "KERAS067": ((keras_graphs.kept, (SCORE,)),),
    "KERAS069": (
        (
            keras_graphs.without_end,
            (Claim("said ran out of data", also=(Claim("batches that fits ask for", "kept"),)),),
        ),
    ),
    "KERAS070": ((rows_alike.squeezed, (_COLUMN, NO_LOSS)),),
    "KERAS072": ((torch_results.class_of_each_row, (SCORE,)),),
    "KERAS074": ((torch_results.divided_once, (SCORE,)),),
    "KERAS076": ((torch_results.last_ones_learn, (Claim("tensors that fits are to train", "more"),)),),
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
    "TRAIN001": ((torch_parts.owner_of_rates, (SCORE,)),),
    "TRAIN005": ((keras_ends.values_without_activation, (SCORE,)), (torch_parts.owner_of_rates, (SCORE,))),
    "TRAIN008": ((loop_edits.cleared, (Claim("steps on gradients that were never cleared"),)),),
    "TRAIN009": ((torch_rows.columns_of_one_row, (_SHAPES,)),),
    "TRAIN010": ((_SCALED, (SCORE,)),),
    "TRAIN012": ((keras_ends.values_without_activation, (SCORE,)),),
}
"""Code of a finding → (maker of edits, claims of which one must be borne out), the likeliest first."""

AFTER_TRAININGS = ("TORCH210", "TORCH233", "KERAS014", "KERAS107", "KERAS119")
"""Codes whose edits are tried by scores only where the proof of trainings, which is a stricter one, gave nothing."""
