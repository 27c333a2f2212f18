"""For each code of `check`: the edits to try, and what a run must show for one to stay.

An entry says by what facts of a probed run (see claims.py) an edit is believed. A code without claims is only mended
where it ends the script, and its proof is that the script then runs to its end.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.mending import row_claims
from mlpilot.tools.mending.claims import CHOICE, MEAN, RATES, SCORE, SHARE, Claim
from mlpilot.tools.mending.keras import fits as keras_edits
from mlpilot.tools.mending.keras import parts as keras_parts
from mlpilot.tools.mending.offered import Entry
from mlpilot.tools.mending.offers_nets import NETS
from mlpilot.tools.mending.tables import before_split as table_edits
from mlpilot.tools.mending.tables import chosen as chosen_edits
from mlpilot.tools.mending.tables import (
    drawn_first,
    features,
    groups,
    joins,
    left_out,
    made_rows,
    measures,
    sliced_first,
    turns,
)
from mlpilot.tools.mending.tables import folds as folds_edits
from mlpilot.tools.mending.tables import parts as part_edits
from mlpilot.tools.mending.tables import rows as row_edits
from mlpilot.tools.mending.tables import splits as split_edits
from mlpilot.tools.mending.torch import parts as torch_parts

_JUDGED = (Claim("judged rows that were fitted"), Claim("judgements of rows held out", "more"))

_STACKED = Claim("tables stacked that share rows and no column", also=(Claim("tables put together", "kept"),))
_BEYOND = Claim("most rows of a fit beyond those for training", "more")
_MADE_LATER = Claim(
    "most rows split", "fewer", (_BEYOND, Claim("judgements of rows held out", "present")), words_of_data=True
)
_COPIED_LATER = Claim(
    "most rows split", "fewer", (_BEYOND, Claim("judgements of rows held out", "more")), words_of_data=True
)
_SAME_STEPS = Claim("most rows split", "fewer", (Claim("steps", "kept"),))


def filled(what: str, more: str) -> Claim:
    """Statistics of the rows for training alone, and as much done with them."""
    return Claim(f"{what} from other rows than those for training", also=(Claim(more, "kept"),))


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
_SLICED: Entry = (sliced_first.learnt_from_the_first, row_claims.UNSEEN)
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
    **NETS,
    "API002": ((keras_parts.as_version_one, ()),),
    "LEAK001": (
        (split_edits.scaled_after_split, (_BY_HAND,)),
        (split_edits.scaled_in_the_folds, (_BY_HAND,)),
        (split_edits.fitted_on_its_part, (filled("fits of transformers", "fits of transformers"),)),
        (drawn_first.learnt_from_training, (*row_claims.LEARNT, replace(_BY_HAND, words_of_data=True))),
        _SLICED,
        *_FOLDED,
    ),
    "LEAK002": (
        (table_edits.filled_after_split, (filled("fills", "gaps that are filled"),)),
        _DRAWN,
        _SLICED,
        *_FOLDED,
    ),
    "LEAK003": ((split_edits.selected_after_split, (Claim("most rows of", "fewer"),)), _DRAWN, _SLICED, *_FOLDED),
    "LEAK004": (
        (row_edits.made_after_split, (_MADE_LATER,)),
        (made_rows.table_split_first, (_COPIED_LATER,)),
        (table_edits.side_by_side, (_STACKED,)),
        (table_edits.copies_after_split, (_SAME_STEPS,)),
    ),
    "LEAK005": (_DRAWN, _SLICED, *_FOLDED),
    "LEAK006": ((table_edits.means_of_training, (filled("means by group", "means by group"),)), _DRAWN, _SLICED),
    "LEAK007": (
        (row_edits.in_the_folds, row_claims.FEWER_ROWS),
        (table_edits.column_by_column, row_claims.FEWER_ROWS),
        *_FOLDED,
    ),
    "LEAK008": ((row_edits.transformed_only, (Claim("fits of", "fewer"),)),),
    "LEAK009": ((part_edits.transformed_alike, (row_claims.ALIKE, SCORE)),),
    "LEAK010": (
        (sliced_first.rows_apart, _JUDGED),
        (row_edits.fitted_on_training, _JUDGED),
        (row_edits.not_put_back, _JUDGED),
    ),
    "LEAK014": ((part_edits.without_target, row_claims.TARGET),),
    "LEAK022": ((part_edits.without_target, row_claims.TARGET), (features.without_columns, (row_claims.UNKNOWN,))),
    "LEAK011": ((row_edits.judged_on_test, _JUDGED),),
    "LEAK012": _CHOICES,
    "LEAK013": (
        (keras_edits.own_validation, (Claim("validation rows that are judged"),)),
        (chosen_edits.stopped_by_validation, (row_claims.STOPS,)),
        (measures.own_rows_given_to_stop, (row_claims.STOPS,)),
    ),
    "LEAK016": _CHOICES,
    "LEAK017": ((row_edits.not_put_back, _JUDGED), (row_edits.fitted_on_training, _JUDGED)),
    "LEAK018": (
        (measures.stopped_by_the_others, (row_claims.OWN_ROWS,)),
        (measures.own_rows_to_stop_by, (row_claims.OWN_ROWS,)),
    ),
    "LEAK025": ((features.ends_with_its_row, (row_claims.PAST_WINDOWS,)),),
    "LEAK026": ((features.rows_before_alone, (row_claims.OWN_ROW,)),),
    "LEAK027": _CHOICES,
    "LEAK028": ((features.part_of_training, _JUDGED),),
    "LEAK030": ((table_edits.rows_before, (row_claims.FEWER_LATER,)),),
    "LEAK033": _CHOICES,
    "LEAK034": ((features.within_its_bounds, row_claims.TARGET),),
    "LEAK035": ((left_out.left_out_of_training, (row_claims.LEFT_OUT,)),),
    "LEAK037": ((features.without_columns, (row_claims.UNKNOWN,)),),
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
    "LEAK040": ((features.without_columns, (row_claims.UNKNOWN,)),),
    "LEAK042": ((turns.transformed_before, (row_claims.ALIKE, SCORE)),),
    "SPLIT002": ((row_edits.in_time, (Claim("splits out of order"),)),),
    "MODEL008": ((split_edits.kept_answers, (SCORE,)),),
    "SPLIT003": ((split_edits.parts_in_order, (SCORE,)),),
    "SPLIT006": ((measures.labels_of_their_rows, (SCORE,)),),
    "SPLIT008": ((measures.shuffled, ()),),
    "SPLIT009": ((groups.kept_together, (row_claims.ONE_SIDE,)),),
    "SPLIT010": ((measures.share_for_the_test, (Claim("judged rows", "more"),)),),
    "SPLIT015": ((joins.rows_of_the_features, (SCORE,)),),
    "SPLIT016": ((joins.rows_by_place, ()),),
    "SPLIT017": ((groups.kept_together, (row_claims.ONE_SIDE,)),),
    "SPLIT018": ((groups.kept_together, (row_claims.ONE_SIDE,)),),
    "SPLIT005": ((split_edits.shuffled_folds, (SCORE,)),),
    "SPLIT007": ((split_edits.shuffled_by_one_order, (SCORE,)),),
    "SPLIT011": ((split_edits.one_seed, (SCORE,)),),
    "SPLIT013": ((row_edits.in_time, (Claim("splits out of order"),)),),
    "SPLIT019": ((row_edits.in_time, (Claim("splits out of order"),)),),
    "SPLIT014": ((row_edits.shuffled_together, (SCORE,)),),
    "METRIC001": ((row_edits.truth_first, (Claim("answers taken for the truth", "fewer"),)),),
    "METRIC004": ((row_edits.probabilities, (Claim("most different scores of an AUC", "more", words_of_data=True),)),),
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
    "METRIC012": (*NETS["METRIC012"], (measures.the_better_is_kept, (CHOICE,))),
    "METRIC014": ((measures.the_better_is_kept, (CHOICE,)),),
    "METRIC016": ((measures.told_which_label, ()),),
    "METRIC017": ((measures.on_the_scale_of_the_truth, (SCORE,)),),
    "METRIC018": ((measures.other_column, (SCORE,)),),
    "METRIC021": (
        *NETS["METRIC021"],
        (measures.the_best_is_remembered, (CHOICE,)),
    ),
    "METRIC022": (
        *NETS["METRIC022"],
        (measures.begins_where_all_can_beat_it, (CHOICE,)),
    ),
    "MODEL001": ((measures.for_the_task, (row_claims.FOR_CLASSES, row_claims.FOR_VALUES, SCORE)),),
    "METRIC030": ((turns.counts_in_their_order, (RATES,)),),
    "METRIC031": ((turns.rate_of_its_counts, (RATES,)),),
    "METRIC037": ((measures.the_better_is_kept, (CHOICE,)),),
    "METRIC033": ((turns.mean_of_the_turns, (MEAN,)),),
    "METRIC034": ((turns.begun_before_the_loop, (MEAN,)),),
    "MODEL013": ((turns.with_what_was_found, (row_claims.WHAT_WAS_FOUND, SCORE)),),
    "MODEL014": ((turns.a_copy_for_each_turn, (row_claims.OWN_OBJECTS, SCORE)),),
    "MODEL015": ((turns.the_best_model_is_kept, (CHOICE,)),),
    "DATA007": ((turns.lag_by_group, (row_claims.BY_GROUP,)),),
    "DATA008": ((turns.lag_in_order, (row_claims.IN_ORDER,)),),
    "DATA009": ((turns.given_the_weights, (row_claims.WEIGHTED,)),),
    "METRIC013": ((split_edits.other_class, (SCORE,)),),
    "METRIC015": ((torch_parts.share_of_rows, (SHARE,)),),
    "DATA004": ((keras_parts.shuffled_arrays, (SCORE,)),),
    "DATA002": ((joins.as_indicators, (row_claims.NAMES, SCORE)),),
    "DATA005": ((joins.gaps_with_an_imputer, (row_claims.MARKS, SCORE)),),
    "DATA006": ((features.without_columns, (row_claims.UNKNOWN,)),),
    "DATA021": (
        *NETS["DATA021"],
        (measures.larger_for_the_rare, (SCORE,)),
    ),
    "DATA022": (
        *NETS["DATA022"],
        (features.window_ends_before, row_claims.TARGET),
    ),
    "DATA023": (
        *NETS["DATA023"],
        (measures.in_one_order, (SCORE,)),
    ),
    "DATA003": ((row_edits.scaled, (SCORE, row_claims.OF_ONE_SCALE)),),
    "DATA010": ((joins.day_first, (row_claims.DAY_FIRST,)),),
    "NUMPY001": ((row_edits.whole_numbers, (SCORE,)),),
    "PANDAS001": ((part_edits.assigned_by_loc, row_claims.LOST),),
    "PANDAS002": ((part_edits.kept_result, (SCORE,)),),
    "PANDAS004": ((joins.same_columns, (SCORE,)),),
    "PANDAS006": ((joins.asked_for_gaps, (row_claims.ASKED,)),),
    "PANDAS008": ((joins.amounts_as_numbers, (row_claims.AMOUNTS,)),),
    "PANDAS009": ((joins.dates_as_dates, row_claims.DATES),),
    "PANDAS010": ((joins.one_row_for_each_key, (row_claims.ONE_ROW,)),),
    "PANDAS013": ((joins.kept_in_the_table, (row_claims.LOST_IN_ROWS,)),),
    "PANDAS011": ((joins.labels_of_its_rows, (row_claims.BY_LABEL,)),),
    "NUMPY002": ((joins.wide_enough, (SCORE,)),),
    "PANDAS007": ((part_edits.same_labels, (row_claims.SIDE_BY_SIDE,)),),
}
"""Code of a finding → (maker of edits, claims of which one must be borne out), the likeliest first."""


def offers(source: str, found: Diagnosis, silent: bool) -> Iterator[tuple[str, str, tuple[Claim, ...]]]:
    """(text, what was changed, claims) of the edits against a finding; `silent` where no error ended the script."""
    known = {source}
    for maker, claims in OFFERS.get(found.code, ()):
        if silent and not claims:
            continue
        for text, what in maker(source, ast.parse(source), found):
            try:
                ast.parse(text)
            except SyntaxError:
                continue
            if text not in known:
                known.add(text)
                yield text, what, tuple(claim.about(re.findall(r"'([^']+)'", what)) for claim in claims)
