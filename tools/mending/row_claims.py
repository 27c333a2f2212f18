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
UNSEEN = tuple(
    Claim(f"{what} that saw rows that are judged", "fewer", (Claim(what, "kept"), *AS_MUCH), words_of_data=True)
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
ALIKE = Claim(
    "judgements on another scale", "fewer", (Claim("judged rows", "kept"), Claim("fits of transformers", "no more"))
)
TARGET = tuple(
    Claim("columns that are the target", also=(Claim(kept, "kept"),), words_of_data=True, fewer_columns=True)
    for kept in ("judged rows", "cross-validations")
)
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
    "tables side by side whose rows differ",
    also=(Claim("tables put together", "kept"), Claim("gaps in tables side by side", "no more")),
    words_of_data=True,
)
LOST = (
    *(
        Claim("said ChainedAssignmentError", also=(Claim(what, "more"),), words_of_data=True)
        for what in ("values set by loc", "columns set in tables")
    ),
    Claim("values set in a copy", also=(Claim("values set by loc", "more"),), words_of_data=True),
)

ONE_SIDE = Claim(
    "splits with rows of one {} on both sides",
    also=(Claim("splits of rows of one {}", "kept"), Claim("fits of models, within others too", "kept")),
    words_of_data=True,
)
"""`{}` stands for what the edit's description quotes: the column that says of whom a row is."""
UNKNOWN = Claim(
    "fits that know {}", also=(Claim("fits of tables", "kept"), Claim("rows that judge last", "no less")),
    words_of_data=True, fewer_columns=True,
)  # fmt: skip
PAST_WINDOWS = Claim(
    "windows that reach into the future", also=(Claim("windows", "kept"), Claim("judged rows", "about"))
)
OWN_ROW = Claim(
    "windows of {} that hold its own row", also=(Claim("windows of {}", "kept"), Claim("judged rows", "about"))
)
FEWER_LATER = Claim(
    "columns that are not from rows before",
    "fewer",
    also=(Claim("columns that are moved", "kept"), Claim("judged rows", "about")),
)
LEFT_OUT = Claim(
    "most rows split",
    "more",
    also=(
        Claim("judged rows", "more"),
        Claim("most rows of a fit beyond those for training", "absent"),
        Claim("fits of models, within others too", "kept"),
    ),
    words_of_data=True,
)
OWN_ROWS = Claim(
    "trainings that are stopped by their own rows",
    also=(
        Claim("trainings that rows stop", "kept"),
        Claim("judged rows", "kept"),
        Claim("most judged rows that stopped a training", "absent"),
    ),
    words_of_data=True,
)
BY_LABEL = Claim(
    "columns set by the numbers of other rows", also=(Claim("columns set by labels", "kept"),), words_of_data=True
)
ONE_ROW = Claim("joins that repeat rows", also=(Claim("joins", "kept"),), words_of_data=True)
ASKED = Claim("comparisons with NaN", also=(Claim("questions for gaps", "more"),), words_of_data=True)
AMOUNTS = Claim(
    "columns of amounts that are texts", also=(Claim("tables of dummies", "kept"), Claim("judged rows", "no less")),
    words_of_data=True,
)  # fmt: skip
DATES = (
    Claim("orders of dates by their letters", also=(Claim("orders", "kept"),), words_of_data=True),
    Claim("comparisons of dates by their letters", also=(Claim("comparisons in order", "kept"),), words_of_data=True),
)
NAMES = Claim(
    "columns of names that are taken for sizes",
    also=(Claim("most columns of a fit", "more"), Claim("fits of models that weigh numbers", "kept"), *AS_MUCH[:2]),
)
MARKS = Claim(
    "columns with marks for gaps",
    also=(Claim("fits of models that weigh numbers", "kept"), Claim("most columns of a fit", "no less"), *AS_MUCH[:2]),
)
FOR_CLASSES = Claim("regressions that are given classes", also=(Claim("fits to a target", "kept"),))
FOR_VALUES = Claim("classifiers that are given values", also=(Claim("fits to a target", "kept"),))

BY_GROUP = Claim("columns that are moved within groups", "more", (Claim("columns that are moved", "kept"),))
IN_ORDER = Claim("columns that are moved out of order", also=(Claim("columns that are moved", "kept"),))
OWN_OBJECTS = Claim(
    "different models that are asked", "more", (Claim("questions to models", "kept"), Claim("fits of models", "kept"))
)
WHAT_WAS_FOUND = Claim("judgements by what a search found", "more", (Claim("judged rows", "kept"),))
WEIGHTED = Claim("fits with weights", "more", (Claim("fits of models", "kept"),))

OF_ONE_SCALE = Claim(
    "fits of distances on columns of other scales",
    also=(
        Claim("fits of models that weigh numbers", "kept"),
        Claim("rows that are weighed", "kept"),
        Claim("columns that are weighed", "kept"),
    ),
    words_of_data=True,
)
LOST_IN_ROWS = Claim(
    "changes of rows that are lost",
    also=(Claim("rows that are gone through", "kept"), Claim("changes of rows that are kept", "more")),
    words_of_data=True,
)
DAY_FIRST = Claim(
    "dates that are read the month first, beside others", also=(Claim("dates that are read", "kept"),),
    words_of_data=True,
)  # fmt: skip

BY_ITSELF = Claim(
    "judged rows scaled by themselves",
    also=(
        Claim("fits on rows scaled by themselves", "kept"),
        Claim("judged rows", "kept"),
        Claim("judgements off the scale of the fit", "no more"),
    ),
    words_of_data=True,
)
ON_ITS_SCALE = Claim(
    "judgements off the scale of the fit",
    "fewer",
    also=(Claim("judged rows", "kept"), Claim("most columns of a fit", "kept"), Claim("fits of models", "kept")),
    words_of_data=True,
)
FEWER_FITS = Claim(
    "fits of",
    "fewer",
    also=(
        Claim("judged rows", "kept"),
        Claim("fits of models", "kept"),
        Claim("judgements off the scale of the fit", "no more"),
    ),
)
NUMBERED = Claim(
    "columns that are numbered otherwise than before",
    also=(Claim("columns that are numbered", "kept"), Claim("values that are numbered", "about")),
    words_of_data=True,
)
IN_AN_ORDER = Claim(
    "numberings of words in no order", "fewer", also=(Claim("numberings of words", "no less"),), words_of_data=True
)
OF_CLASSES = Claim(
    "measures of values, of classes",
    "fewer",
    also=(Claim("measures of classes", "kept"), Claim("measures of classes, of classes", "more")),
    words=tuple((word, "accuracy") for word in ("R2", "r2", "R", "RMSE", "rmse", "MSE", "mse", "MAE", "mae")),
)
OF_THE_RARE = Claim(
    "accuracies where one class is rare",
    also=(Claim("measures that mind the rare class", "more"), Claim("fits of models, within others too", "no less")),
    words=(("balanced accuracy", "accuracy"), ("Balanced accuracy", "Accuracy")),
)
OF_THAT_CLASS = tuple(
    Claim(
        f"columns that hold the probability of the {one} class",
        "fewer",
        also=(Claim(f"columns that hold the probability of the {other} class", "more"),),
        rows_of_data=True,
    )
    for one, other in (("first", "second"), ("second", "first"))
)
BY_NAME = Claim(
    "counts of a confusion matrix under another's name",
    also=(Claim("counts of a confusion matrix by name", "kept"),),
    words_of_data=True,
)
NOT_LOST = Claim(
    "tables that are thrown away",
    "fewer",
    also=(Claim("tables that are made anew", "kept"), *AS_MUCH[:2]),
    rows_of_data=True,
)
OWN_DEFAULTS = Claim(
    "default values that hold something",
    "fewer",
    also=(
        Claim("functions of the script", "same"),
        Claim("fits of models", "no less"),
        Claim("judged rows", "no less"),
        Claim("measures", "no less"),
    ),
    words_of_data=True,
)
FOR_BOTH = Claim(
    "rows by a condition for one alternative alone",
    also=(Claim("conditions put together", "kept"),),
    rows_of_data=True,
)
SAME_DUMMIES = Claim(
    "tables of dummies with other columns than before",
    also=(
        Claim("tables of dummies", "kept"),
        Claim("judged rows", "no less"),
        Claim("most columns of a fit", "no less"),
    ),
    words_of_data=True,
)
DRAWN_TOGETHER = Claim(
    "draws of one array alone",
    "fewer",
    also=(Claim("draws of several arrays", "more"), Claim("measures", "kept")),
    words_of_data=True,
)
MEANS_KEPT = Claim(
    "means of several fits that are kept", "more", also=(Claim("rows that several fits tell", "kept"),),
    words_of_data=True,
)  # fmt: skip
