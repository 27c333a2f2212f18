"""What must be seen of rows: who learnt from which, what chose, what judged, and what was put beside what."""

from mlpilot.tools.mending.claims import Claim

_AS_MANY = (Claim("rows that judge last", "kept"), Claim("fits of models, within others too", "no less"))
CHOSEN = Claim(
    "earlier scores by the rows that judge last",
    also=(*_AS_MANY, Claim("rows judged last that were judged before", "absent")),
)
AS_MUCH = tuple(Claim(what, "no less") for what in ("most rows of a fit", "judged rows", "gaps that are filled"))
LEARNT = tuple(
    Claim(
        f"{what} from other rows than those for training", "fewer", (Claim(what, "kept"), *AS_MUCH), words_of_data=True
    )
    for what in ("fits of transformers", "statistics of tables")
)
JUDGED_ONCE = Claim(
    "earlier scores by the rows that judge last",
    also=(*_AS_MANY, Claim("judgements of the rows that are judged last", "fewer")),
    words_of_data=True,
)
ONE_JUDGED = Claim(
    "models beyond the first that the rows judge",
    also=_AS_MANY,
    words_of_data=True,
)
STOPPED = Claim("most rows that stop a training", "present")
ALIKE = Claim("judgements on another scale", "fewer", (Claim("judged rows", "kept"),))
TARGET = (Claim("columns that are the target", also=(Claim("judged rows", "kept"),), words_of_data=True),)
FEWER_ROWS = (
    Claim(
        "cross-validations of what was learnt from all rows",
        also=(Claim("cross-validations", "kept"),),
        words_of_data=True,
    ),
    Claim(
        "fits of transformers or their steps from other rows than a model's",
        "fewer",
        (Claim("fits of transformers or their steps", "kept"), *AS_MUCH[:2]),
        words_of_data=True,
    ),
)

STOPS = Claim(
    "most judged rows that stopped a training", also=(Claim("judged rows", "kept"), STOPPED), words_of_data=True
)
SIDE_BY_SIDE = Claim(
    "tables side by side whose rows differ", also=(Claim("tables put together", "kept"),), words_of_data=True
)
LOST = Claim("said ChainedAssignmentError", words_of_data=True)
