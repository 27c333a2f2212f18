"""Messages that repairs are keyed by, and what is narrower than they are.

Source: the messages of Python, pandas 3, numpy 2 and scikit-learn 1.9, and of our own contract. `repair.py` knows their
kinds. As in `sign.py`, no pattern repeats within a repetition.
"""

from mlpilot.tools.diagnose.signs.sign import sign

_FIRST = (
    sign(
        "missing-values",
        r"ValueError: Input y contains NaN",
        "labels are missing",
        "drop the rows without a label first: df.dropna(subset=[...])",
    ),
    sign(
        "removed-value",
        r"InvalidParameterError: The '(scoring)' parameter of (\w+) must be (.{0,3000}?)\.? Got (.+?) instead",
        "{1} does not accept {0}={3}",
        "use a name that sklearn.metrics.get_scorer_names() lists, such as neg_root_mean_squared_error",
    ),
    sign(
        "symbolic-used",
        r"AttributeError: '(?:Symbolic|Eager)?Tensor' object has no attribute '(?:numpy|shape_as_list)'",
        "inside tf.function (and fit) tensors have no values yet",
        "leave out .numpy() there, print by tf.print, or run eagerly: compile(run_eagerly=True)",
    ),
    sign(
        "attribute-of-other-setting",
        r"This '(?:\w{0,40}SVC|SGDClassifier)' has no attribute 'predict_proba'|predict_proba is not available when"
        r"|'LinearSVC' object has no attribute 'predict_proba'",
        "this classifier gives no probabilities as it was set",
        'SVC(probability=True), CalibratedClassifierCV around it, or decision_function; for votes voting="hard"',
    ),
    sign(
        "attribute-of-other-setting",
        r"This 'Pipeline' has no attribute '(\w{1,60})'",
        "the last step of the pipeline has no {0}",
        "let a model be the last step to predict; what only transforms has transform",
    ),
    sign(
        "not-an-instance",
        r"'(?:list|ndarray|DataFrame|csr_matrix|Series)' object has no attribute '(?:_validate_params|_?get_tags"
        r"|__sklearn_tags__|_check\w{1,30}|_parameter_constraints|_get_doc_link\w{0,20})'",
        "a method is called on the class, and not on an object of it",
        "write Ridge().fit(X, y): make an instance first, with ()",
    ),
)
"""Narrower than what follows, which would take them."""
_OURS = (
    sign(
        "contract-error",
        r"TypeError: (?:fit|predict)\(\) (?:got an unexpected|missing|takes)",
        "the contract's signatures are fit(X, y, *, params, seed, report) and predict(model, X)",
        "take exactly these arguments",
    ),
    sign(
        "unexpected-argument",
        r"TypeError: (?:[\w.]+\(\) )?got an unexpected keyword argument '(\w+)'",
        "this version of the library knows no argument {0!r}",
        "use the argument's present name, or leave it out",
    ),
    sign(
        "removed-value",
        r"InvalidParameterError: The '(\w+)' parameter of (\w+) must be (.{0,300}?)\.? Got (.+?) instead",
        "{1} does not accept {0}={3}",
        "use the value's present name, or leave the default: {0} is {2}",
    ),
    sign(
        "missing-name",
        r"NameError: name '(\w+)' is not defined",
        "the name {0!r} is used and never defined",
        "import it",
    ),
    sign(
        "moved-name",
        r"ImportError: cannot import name '(\w+)' from '([\w.]+)'",
        "{0!r} is not (or no longer) in {1}",
        "import it from where it is",
    ),
    sign(
        "moved-module",
        r"ModuleNotFoundError: No module named '(sklearn[\w.]*)'",
        "scikit-learn has no module {0!r} any more",
        "import from the module that took its place",
    ),
    sign(
        "none-used",
        r"AttributeError: 'NoneType' object has no attribute '(\w{1,100})'|TypeError: 'NoneType' object is not",
        "None is used where an object is meant",
        "look at what gave it: a function without return, or a method that changes in place and returns nothing",
    ),
    sign(
        "wrong-type",
        r"AttributeError: '(list|dict|str|int|float|tuple|set|bool|function|method|generator|type)' object has no"
        r" attribute '(\w{1,100})'",
        "what is of type {0} has no {1!r}",
        "look at what was assigned to it last: another kind of object is meant",
    ),
    sign(
        "removed-attribute",
        r"AttributeError: .*has no attribute '(\w+)'",
        "this version of the library has no attribute {0!r}",
        "use its present name",
    ),
    sign(
        "missing-values",
        r"ValueError: Input (?:X |y )?contains NaN(?:.*?\n(\w+) does not accept missing values)?",
        "missing values reach an estimator that does not take them",
        "fill them in just before it",
    ),
    sign(
        "unknown-category",
        r"ValueError: Found unknown categories (.+?) in column",
        "a category occurs that was not there in training: {0}",
        "let the encoder ignore categories that it does not know",
    ),
    sign(
        "not-numeric-mean",
        r"TypeError: .*(?:[Cc]ould not convert .+ to numeric|Cannot perform reduction '\w+' with string dtype"
        r"|does not support operation '\w+'|agg function failed)",
        "a mean (or the like) is taken over columns that are not numbers",
        "restrict it to the numbers (numeric_only=True)",
    ),
    sign(
        "text-as-number",
        r"ValueError: (?:could not convert string to float|Cannot cast object dtype|Unable to convert array of bytes)",
        "text reaches an estimator that wants numbers",
        'encode the columns of text just before it; numbers written oddly: pd.to_numeric(..., errors="coerce")',
    ),
    sign(
        "negative-values",
        r"ValueError: (?:Negative values in data passed to (\w+)|Input X must be non-negative)",
        "negative values reach an estimator that wants none",
        "bring the columns into the range from 0 to 1 just before it",
    ),
    sign(
        "dense-required",
        r"TypeError: (?:Sparse data was passed for X|A sparse matrix was passed|Sparse data was passed)",
        "a sparse matrix reaches an estimator that wants a dense one",
        "let the encoder write a dense matrix",
    ),
    sign(
        "too-many-neighbours",
        r"ValueError: Expected n_neighbors <= n_samples(?:_fit)?, but n_neighbors = (\d+), n_samples(?:_fit)? = (\d+)",
        "{0} neighbours are asked for, and there are only {1} rows",
        "ask for no more neighbours than there are rows",
    ),
    sign(
        "too-many-folds",
        r"ValueError: (?:n_splits=(\d+) cannot be greater than the number of members in each class"
        r"|Cannot have number of splits n_splits=(\d+) greater than the number of samples)",
        "the inner cross-validation wants more folds than a class has rows",
        "use fewer folds",
    ),
    sign(
        "out-of-memory",
        r"(?:\bMemoryError|_ArrayMemoryError|OSError: .*Cannot allocate memory)",
        "it needs more memory than there is",
        "fit fewer trees, or on fewer rows",
    ),
)
OURS = (*_FIRST, *_OURS)
