"""For each code of `check`: the edits to try, and what a run must show for one to stay.

An entry says by what facts of a probed run (see claims.py) an edit is believed. A code without claims is only mended
where it ends the script, and its proof is that the script then runs to its end.
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.mending import keras_edits, loop_edits, row_edits, torch_edits
from mlpilot.tools.mending.claims import NO_LOSS, SCORE, Claim
from mlpilot.tools.mending.forms import Maker

_RAW = Claim("losses of probabilities that are taken for raw outputs")
_JUDGED = (Claim("judged rows that were fitted"), Claim("judgements of rows held out", "more"))
_HELD = Claim("tensors that no optimiser holds")
_SHAPES = Claim("losses of different shapes")
_NO_GRADIENT = Claim("steps without a gradient")
_UNCLIPPED = Claim("steps on gradients that were not clipped")

Entry = tuple[Maker, tuple[Claim, ...]]

OFFERS: dict[str, tuple[Entry, ...]] = {
    "LEAK004": ((row_edits.made_after_split, (Claim("most rows split", "fewer"),)),),
    "LEAK007": ((row_edits.in_the_folds, (Claim("most rows of", "fewer"),)),),
    "LEAK008": ((row_edits.transformed_only, (Claim("fits of", "fewer"),)),),
    "LEAK010": ((row_edits.fitted_on_training, _JUDGED), (row_edits.not_put_back, _JUDGED)),
    "LEAK011": ((row_edits.judged_on_test, _JUDGED),),
    "LEAK013": ((keras_edits.own_validation, (Claim("validation rows that are judged"),)),),
    "LEAK017": ((row_edits.not_put_back, _JUDGED), (row_edits.fitted_on_training, _JUDGED)),
    "LEAK021": ((row_edits.crossed_answers, (Claim("columns of answers to rows that were fitted"),)),),
    "LEAK024": ((keras_edits.divided_alike, (Claim("judgements on another scale"),)),),
    "SPLIT002": ((row_edits.in_time, (Claim("splits out of order"),)),),
    "SPLIT013": ((row_edits.in_time, (Claim("splits out of order"),)),),
    "SPLIT014": ((row_edits.shuffled_together, (SCORE,)),),
    "METRIC001": ((row_edits.truth_first, (Claim("answers taken for the truth"),)),),
    "METRIC004": ((row_edits.probabilities, (Claim("most different scores of an AUC", "more"),)),),
    "METRIC009": ((row_edits.losses_are_less, (SCORE,)),),
    "DATA003": ((row_edits.scaled, (SCORE,)),),
    "NUMPY001": ((row_edits.whole_numbers, (SCORE,)),),
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
    "TORCH113": ((torch_edits.averaged, ()),),
    "TORCH118": ((torch_edits.over_the_classes, (SCORE,)),),
    "TORCH119": ((torch_edits.one_shape_compared, (Claim("comparisons of different shapes"),)),),
    "TORCH120": ((torch_edits.log_probabilities, (Claim("divergences of what is no logarithm"),)),),
    "TORCH121": ((torch_edits.log_softmax, (NO_LOSS,)),),
    "TORCH122": ((torch_edits.raw_outputs("relu"), (SCORE,)),),
    "TORCH123": ((torch_edits.float_one_hot, ()),),
    "TORCH203": ((torch_edits.in_a_module_list, (Claim("most tensors that are trained", "more"),)),),
    "TORCH207": ((loop_edits.optimiser_last, (_HELD,)),),
    "TORCH218": ((torch_edits.batch_first, (SCORE,)),),
    "TORCH223": ((loop_edits.copied_state, (Claim("weights that were restored from themselves"),)),),
    "TORCH224": ((loop_edits.without_prefix, (Claim("tensors that were not loaded"),)),),
    "TORCH225": ((torch_edits.not_in_place, ()),),
    "TORCH226": ((torch_edits.batch_size, (Claim("most rows at once", "more"),)),),
    "TORCH227": ((torch_edits.weight_decay, (SCORE,)),),
    "TORCH235": ((torch_edits.one_more_word, ()),),
    "KERAS001": ((keras_edits.sigmoid_for_one, (SCORE,)),),
    "KERAS004": ((keras_edits.other_labels, (NO_LOSS,)),),
    "KERAS005": ((keras_edits.from_logits, (NO_LOSS,)),),
    "KERAS020": ((keras_edits.one_column, (SCORE,)),),
    "KERAS021": ((keras_edits.training_flag("True"), (SCORE,)),),
    "KERAS022": ((keras_edits.training_flag("False"), (SCORE,)),),
    "KERAS025": ((keras_edits.monitored, (Claim("said Can save best model only"),)),),
    "KERAS026": ((keras_edits.shuffled_whole, (SCORE,)),),
    "KERAS027": ((keras_edits.truth_first, (NO_LOSS,)),),
    "KERAS101": ((keras_edits.sequences, ()),),
    "KERAS106": ((keras_edits.dropout_before, (SCORE,)),),
    "KERAS107": ((keras_edits.random_start, (SCORE,)),),
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
