"""Of what `check` finds in PyTorch and Keras: the edits to try, and what a run must show; see `offers`."""

from mlpilot.tools.mending import rows_alike
from mlpilot.tools.mending.claims import NO_LOSS, SCORE, SHARE, Claim
from mlpilot.tools.mending.keras import ends as keras_ends
from mlpilot.tools.mending.keras import layers as keras_layers
from mlpilot.tools.mending.keras import slips as keras_slips
from mlpilot.tools.mending.keras import tapes
from mlpilot.tools.mending.offered import BENT, INITIALISED, RATE, SCALED, Entry
from mlpilot.tools.mending.offers_keras import KERAS
from mlpilot.tools.mending.torch import added, axes, given, judging, paths, phases, slips
from mlpilot.tools.mending.torch import ends as torch_ends
from mlpilot.tools.mending.torch import layers as torch_layers
from mlpilot.tools.mending.torch import loops as loop_edits
from mlpilot.tools.mending.torch import losses as torch_edits
from mlpilot.tools.mending.torch import modes as torch_modes
from mlpilot.tools.mending.torch import parts as torch_parts
from mlpilot.tools.mending.torch import results as torch_results
from mlpilot.tools.mending.torch import rows as torch_rows

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
_CHANGED = Claim("batches that change their data set", also=(Claim("batches that are not as they are kept", "kept"),))
_APART = Claim(
    "rows that parts share",
    also=(Claim("rows of all parts", "kept"), Claim("rows of the smallest part", "kept")),
    instead=("steps", "losses"),
)
_TARGETS = Claim("columns that are the target", also=(Claim("rows that are learnt from", "kept"),))
_WEIGHTED = Claim(
    "weights of classes that grow with their rows",
    also=(Claim("weights of classes that fall with their rows", "more"),),
)
_ONE_OPTIMISER = Claim(
    "optimisers that step", "fewer", (Claim("steps", "kept"), Claim("tensors that no optimiser holds", "absent"))
)
_PARTS_READ = (Claim("data sets that are read", "kept"), Claim("steps on the first data set", "kept"))
_JUDGED_ALONE = (
    Claim("data sets that are learnt from", "fewer", also=_PARTS_READ, instead=("steps",)),
    Claim("steps in evaluation mode", also=(Claim("steps in training mode", "kept"),), instead=("steps",)),
)
_FROZEN = tuple(
    Claim("settings that nothing reads", also=also)
    for also in (
        (Claim("tensors that are kept as they are", "more"),),
        _MORE,
        (Claim("fits of models", "kept"), Claim("tensors that fits are to train", "no less")),
        (Claim("fits of models", "kept"), Claim("tensors that fits keep as they are", "more")),
    )
)
_ORDERS = Claim("orders of rows that came before", also=(Claim("orders of rows", "kept"),))
_COMPARED = Claim(
    "raw outputs that are compared as probabilities", also=(Claim("outputs that are compared with a bound", "kept"),)
)
_MASKS = Claim("scores that are masked in vain", also=(Claim("scores that are masked", "kept"),))
_MORE_BATCHES = (
    Claim("batches that are read", "more", also=(Claim("data sets that are read", "kept"),)),
    Claim("steps", "more", also=(Claim("tensors that no optimiser holds", "absent"),)),
)
_ALL_REACHED = Claim(
    "tensors that no gradient reached", "fewer", also=(Claim("most tensors that are trained", "kept"),)
)
_WORDS_READ = Claim("masks of padding that leave out the words", also=(Claim("masks of padding", "kept"),))
_REACHED_TARGETS = Claim(
    "losses of targets beyond what outputs reach", also=(Claim("losses of values that have a graph", "kept"),)
)
_NOT_CUT_OFF = Claim("losses of outputs that are cut off", also=(Claim("losses of classes that have a graph", "kept"),))
_NOT_ALL_ONE = Claim("softmaxes over one number", also=(Claim("steps", "kept"), Claim("losses", "no less")))
_LEFT_OUT = Claim("labels that losses leave out", "present", also=(Claim("labels that losses count", "present"),))
_SEES_AFTER = Claim("models whose places see those after", also=(Claim("models of places", "kept"),))
_WAITS = tuple(
    Claim(
        "cuts of the learning rate while the number went the other way",
        also=(
            Claim("numbers that schedulers are told", "kept"),
            Claim(f"schedulers that take {way} for better", "more"),
        ),
    )
    for way in ("more", "less")
)
_GRAPHS = Claim("most tensors that keep their graphs", "fewer", also=(Claim("predictions", "kept"),))
_AS_THEY_ARE = Claim("judged data sets that change at random", also=(Claim("data sets that are judged", "kept"),))
_TRANSFORMS = Claim("transforms of parts", "more", also=(Claim("rows of all parts", "kept"),))
_HELD_OUT = Claim(
    "judged rows that were not learnt from", "more", also=(Claim("different rows that are learnt from", "kept"),)
)
_IN_ORDER = Claim("judged data sets out of order", also=(Claim("judged data sets in order", "more"),))
_ABOVE = Claim(
    "classes that are chosen among one column",
    also=(
        Claim("outputs that are compared with a bound", "more"),
        Claim("raw outputs that are compared as probabilities", "no more"),
        Claim("probabilities that are compared with 0", "absent"),
        Claim("comparisons of different shapes", "no more"),
    ),
)
_KEPT_BEST = Claim(
    "best networks that are no copies", also=(Claim("networks that are kept", "more"), Claim("steps", "kept"))
)
_SCALED_BACK = Claim(
    "steps that go past scalers", also=(Claim("steps that go through scalers", "more"),), instead=("steps",)
)
_LEARNS = (_NO_GRADIENT, _REACHED, NO_LOSS)
_CALLED = (
    Claim("steps", "more"),
    Claim("steps on gradients that were never cleared"),
    _NO_GRADIENT,
    Claim("predictions in training mode"),
    Claim("steps in evaluation mode"),
)

NETS: dict[str, tuple[Entry, ...]] = {
    **KERAS,
    "DATA021": ((rows_alike.rare_ones_count, (_WEIGHTED, SCORE)),),
    "DATA022": ((rows_alike.window_before, (_TARGETS,)),),
    "DATA023": ((rows_alike.one_order, (SCORE,)), (keras_slips.shuffled_as_one, (SCORE,))),
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
            added.of_probabilities(
                torch_edits.renamed_loss(
                    "BCELoss", "BCEWithLogitsLoss", "binary_cross_entropy", "binary_cross_entropy_with_logits"
                )
            ),
            (NO_LOSS,),
        ),
    ),
    "TORCH104": (
        (torch_edits.renamed_loss("NLLLoss", "CrossEntropyLoss", "nll_loss", "cross_entropy"), (NO_LOSS,)),
        (added.with_last("log_softmax"), (NO_LOSS,)),
    ),
    "TORCH105": (
        (torch_ends.without_last("relu", "sigmoid", "tanh"), (_NOT_CUT_OFF, _REACHED_TARGETS, SCORE)),
        (torch_edits.raw_outputs("relu", "sigmoid"), (_NOT_CUT_OFF, _REACHED_TARGETS, SCORE)),
    ),
    "TORCH106": ((given.outputs_first, (NO_LOSS,)),),
    "TORCH108": ((torch_edits.labels_as("long"), ()), (torch_edits.labels_as("float"), ())),
    "TORCH109": ((torch_ends.yes_or_no, (NO_LOSS,)),),
    "TORCH111": ((torch_edits.one_shape, (_SHAPES,)),),
    "TORCH112": ((torch_parts.softmax_of_each_row, (SCORE,)),),
    "TORCH113": ((torch_edits.averaged, ()),),
    "TORCH114": ((torch_ends.classes_not_values, (NO_LOSS,)),),
    "TORCH115": ((torch_ends.not_cut, (_REACHED,)),),
    "TORCH116": ((slips.own_graph, _LEARNS),),
    "TORCH118": ((torch_edits.over_the_classes, (SCORE,)),),
    "TORCH317": ((torch_edits.one_shape_compared, (NO_LOSS,)),),
    "TORCH119": ((torch_edits.one_shape_compared, (Claim("comparisons of different shapes"),)),),
    "TORCH120": ((torch_edits.log_probabilities, (Claim("divergences of what is no logarithm"),)),),
    "TORCH121": ((torch_edits.log_softmax, (SCORE,)), (keras_layers.bounded_logarithm, (SCORE,))),
    "TORCH122": (
        (torch_ends.without_last("relu", "sigmoid", "tanh"), (_REACHED_TARGETS, SCORE)),
        (torch_edits.raw_outputs("relu"), (_REACHED_TARGETS, SCORE)),
    ),
    "TORCH123": ((torch_edits.float_one_hot, ()),),
    "TORCH124": ((torch_ends.reconnected, (_NO_GRADIENT,)),),
    "TORCH125": ((torch_parts.above_zero, (_COMPARED, SCORE)),),
    "TORCH126": ((slips.without_threshold, _LEARNS),),
    "TORCH127": ((tapes.of_tensors, _LEARNS),),
    "TORCH203": ((torch_edits.in_a_module_list, (_UNKNOWN,)),),
    "TORCH205": ((torch_layers.bent_between, (SCORE,)),),
    "TORCH206": ((torch_layers.given_the_model, (_HELD,)),),
    "TORCH207": ((loop_edits.optimiser_last, (_HELD,)),),
    "TORCH208": ((slips.head_learns, (_REACHED, SCORE)),),
    "TORCH209": (
        (
            torch_modes.dropout_in_training,
            (Claim("dropouts while rows are judged", also=(Claim("dropouts in training", "kept"),)),),
        ),
    ),
    "TORCH210": ((RATE, (SCORE,)), (torch_parts.owner_of_rates, (SCORE,))),
    "TORCH211": ((torch_parts.shuffled_rows, (SCORE,)),),
    "TORCH213": ((torch_parts.usual_dropout, (SCORE,)),),
    "TORCH214": ((torch_ends.without_last("dropout"), (SCORE,)),),
    "TORCH216": ((torch_layers.made_in_init, (_UNKNOWN,)),),
    "TORCH218": ((torch_edits.batch_first, (_STEPS, SCORE)),),
    "TORCH222": ((slips.assigned, ()),),
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
    "TORCH231": ((given.loaded_apart, ()),),
    "TORCH232": ((given.loaded_whole, ()),),
    "TORCH233": ((INITIALISED, (SCORE,)),),
    "TORCH234": ((phases.without_graphs, (_GRAPHS,)),),
    "TORCH235": ((torch_edits.one_more_word, ()),),
    "TORCH236": ((torch_ends.moved_axes, (SCORE,)),),
    "TORCH237": (
        (
            torch_layers.one_for_each,
            (Claim("layers that stand several times in a list", also=_MORE), _MORE[0]),
        ),
    ),
    "TORCH238": ((BENT, (SCORE,)),),
    "TORCH239": ((torch_modes.made_once, (_ONE_OPTIMISER,)),),
    "TORCH240": ((phases.rows_kept_whole, (SCORE,)),),
    "TORCH241": ((torch_layers.parameters, (Claim("tensors to learn that their model does not know", also=_MORE),)),),
    "TORCH242": ((given.with_device, _MORE),),
    "TORCH244": ((phases.not_augmented, (_AS_THEY_ARE, SCORE)),),
    "TORCH246": ((torch_modes.made_once, (_ONE_OPTIMISER,)),),
    "TORCH247": ((SCALED, (SCORE,)),),
    "TORCH249": ((torch_layers.bent_between, (SCORE,)),),
    "TORCH250": ((phases.judged_alone, _JUDGED_ALONE),),
    "TORCH251": ((given.state_cut, ()),),
    "TORCH253": ((torch_ends.sigmoid_for_one, (_NOT_ALL_ONE, SCORE)),),
    "TORCH255": ((slips.own_graph, _LEARNS),),
    "TORCH256": ((torch_rows.uphill, (NO_LOSS,)),),
    "TORCH257": ((torch_rows.uphill, (NO_LOSS,)),),
    "TORCH258": ((torch_rows.rows_copied, (_CHANGED,)),),
    "TORCH260": ((torch_rows.parts_apart, (_APART,)),),
    "TORCH261": ((torch_rows.drawn_anew, (Claim("steps", "more"), SCORE)),),
    "TORCH262": ((phases.transform_of_its_own, (_TRANSFORMS,)),),
    "TORCH263": ((phases.epoch_told, (_ORDERS,)),),
    "TORCH264": ((torch_rows.in_their_order, (SCORE,)),),
    "TORCH265": ((torch_edits.one_shape_compared, (Claim("comparisons of different shapes"),)),),
    "TORCH267": ((torch_rows.root_of_more, (SCORE,)),),
    "TORCH268": ((torch_results.kept, (SCORE,)),),
    "TORCH269": ((torch_results.chained, (SCORE,)),),
    "TORCH270": ((judging.through_the_scaler, (_SCALED_BACK,)),),
    "TORCH271": ((torch_results.listed, (Claim("clippings of nothing", also=(Claim("clippings", "kept"),)), SCORE)),),
    "TORCH272": ((torch_results.slower_decay, (_RATES, SCORE)),),
    "TORCH273": ((torch_rows.uphill, (NO_LOSS,)),),
    "TORCH274": ((torch_results.downhill, (NO_LOSS,)),),
    "TORCH275": ((given.number_for_show, ()),),
    "TORCH276": ((torch_results.cut_target, (SCORE,)),),
    "TORCH278": ((loop_edits.cleared, (Claim("steps on gradients that were never cleared"),)),),
    "TORCH277": ((phases.in_training_alone, _JUDGED_ALONE),),
    "TORCH279": ((slips.read_name, _FROZEN),),
    "TORCH280": ((slips.read_name, _FROZEN),),
    "TORCH281": ((slips.masked_out, (_MASKS, _SEES_AFTER, SCORE)),),
    "TORCH282": ((slips.right_way, (*_WAITS, _RATES, SCORE)),),
    "TORCH283": ((slips.as_tensor, ()),),
    "TORCH284": ((slips.seeded_before, (_ORDERS, SCORE)),),
    "TORCH285": ((slips.not_flattened, _LEARNS),),
    "TORCH286": ((paths.added_up, (_ALL_REACHED, NO_LOSS)),),
    "TORCH287": ((paths.handed_on, (_ALL_REACHED, Claim("tensors that fits are to train", "more"), SCORE)),),
    "TORCH288": ((paths.left_of_the_loop, (*_MORE_BATCHES, SHARE)),),
    "TORCH289": ((paths.begun_each_epoch, (SHARE, SCORE)),),
    "TORCH290": ((paths.patient_again, (_MORE_BATCHES[1], SCORE)),),
    "TORCH291": ((axes.classes_second, (NO_LOSS,)),),
    "TORCH292": ((axes.steps_counted, (SCORE,)),),
    "TORCH293": ((axes.over_the_keys, (SCORE,)),),
    "TORCH294": ((axes.axes_moved, (SCORE,)),),
    "TORCH295": ((axes.states_beside, (SCORE,)),),
    "TORCH296": ((paths.deviation, (NO_LOSS, SCORE)),),
    "TORCH297": ((paths.other_way, (NO_LOSS,)),),
    "TORCH298": ((axes.sharpened, (NO_LOSS,)),),
    "TORCH299": ((axes.of_each_row, (NO_LOSS,)),),
    "TORCH307": ((paths.nothing_after_the_end, (NO_LOSS, SCORE)),),
    "TORCH308": ((axes.mask_turned, (_WORDS_READ, SCORE)),),
    "TORCH309": ((axes.padding_left_out, (_LEFT_OUT,)),),
    "TORCH310": ((axes.last_of_each_row, (SCORE,)),),
    "TORCH311": ((paths.both_summed, (NO_LOSS,)),),
    "TORCH312": ((judging.above_a_bound, (_ABOVE,)),),
    "TORCH313": ((judging.rows_held_out, (_HELD_OUT,)),),
    "TORCH314": ((judging.in_their_order, (_IN_ORDER, SCORE)),),
    "TORCH315": ((judging.rows_counted, (Claim("different rows that are learnt from", "more"), SCORE)),),
    "TORCH316": ((judging.label_of_its_row, (SCORE,)),),
    "TORCH321": ((keras_slips.copied_best, (_KEPT_BEST,)),),
    "TORCH323": ((axes.classes_last, (SCORE,)),),
    "TORCH322": ((keras_slips.with_collate, ()),),
    "TRAIN001": ((torch_parts.owner_of_rates, (SCORE,)),),
    "TRAIN005": (
        (torch_modes.schedules_in_batches, (_RATES, SCORE)),
        (keras_ends.values_without_activation, (SCORE,)),
        (torch_parts.owner_of_rates, (SCORE,)),
    ),
    "TRAIN008": ((loop_edits.cleared, (Claim("steps on gradients that were never cleared"),)),),
    "TRAIN009": ((torch_rows.columns_of_one_row, (_SHAPES,)),),
    "TRAIN010": ((SCALED, (SCORE,)),),
    "TRAIN012": ((keras_ends.values_without_activation, (SCORE,)),),
}
"""Code of a finding → (maker of edits, claims of which one must be borne out), the likeliest first."""

AFTER_TRAININGS = ("TORCH210", "TORCH233", "KERAS014", "KERAS107", "KERAS119")
"""Codes whose edits are tried by scores only where the proof of trainings, which is a stricter one, gave nothing."""
