"""Messages of the usual mistakes with tables, arrays, estimators and objects: what each means, and what would mend it.

Source: the messages themselves, of pandas 3, numpy 2, scikit-learn 1.9 and Python, raised by small programs written
after published questions. They are looked at after those of `read.py` and `sign.py`, the general ones of Python last.
As there, no pattern repeats within a repetition.
"""

from mlpilot.tools.diagnose.signs.sign import sign
from mlpilot.tools.diagnose.signs.tensors import TENSORS

_ESTIMATORS = (
    sign(
        "too-many-components",
        r"n_components=(\S{1,20}) must be between|n_components cannot be larger than",
        "more components are asked for than the data have columns, rows or classes",
        "ask for fewer components",
    ),
    sign(
        "too-few-rows",
        r"n_samples=\d{1,12} should be >= n_clusters|resulting train set will be empty|Found array with 0 sample"
        r"|Found array with 0 feature",
        "there are fewer rows (or columns) than this needs, or none at all",
        "look at the shape just before this line: a filter or a dropna may have left nothing",
    ),
    sign(
        "settings-do-not-fit",
        r"Solver \w{1,40} supports only|Unsupported set of arguments|does not support .{1,40} penalt",
        "two settings do not go together",
        "choose a solver that supports the penalty: saga, or liblinear for l1",
    ),
    sign(
        "columns-by-name",
        r"Specifying the columns using strings is only supported",
        "columns are named, and what is given is an array without names",
        "pass a DataFrame, or give the columns' numbers",
    ),
    sign(
        "groups-missing",
        r"'groups' parameter should not be None",
        "a split by groups is not told the groups",
        "pass groups= to split, cross_val_score or fit",
    ),
    sign("one-class", r"contains only one label", "a class is missing", "pass labels=, or look at the target's counts"),
    sign(
        "estimator-not-clonable",
        r"Cannot clone object",
        "an estimator's __init__ changes what it is given, or keeps it under another name",
        "store each argument as it is, under its own name, and work on it in fit",
    ),
    sign(
        "missing-text",
        r"np\.nan is an invalid document",
        "a text is missing",
        'fill in missing texts first: .fillna("")',
    ),
    sign(
        "mixed-types",
        r"uniformly strings or numbers|'[<>]=?' not supported between instances of",
        "one column holds values of several types, numbers and text for instance",
        "make them one type first: .astype(str), or pd.to_numeric",
    ),
    sign(
        "class-weight-names",
        r"The classes, .{1,200} are not in class_weight",
        "class_weight names other classes than the target has",
        "use the target's own labels as keys",
    ),
)
_ASKED = (
    sign(
        "not-an-estimator",
        r"Expected an estimator instance|steps? should be transformers|Last step of Pipeline should implement",
        "an estimator is missing where one is meant: a class without brackets, or a step that transforms nothing",
        "write SVC() and not SVC; in a pipeline the model comes last, and what transforms before it",
    ),
    sign(
        "setting-not-a-list",
        r"needs to be a list or a numpy array",
        "one value is given where a list of values is meant",
        "put it in a list: {{'C': [1]}}",
    ),
    sign(
        "missing-column",
        r"not columns of the dataframe|Usecols do not match columns|UndefinedVariableError|not in index"
        r"|not found in axis",
        "a column is named that is not there",
        "look at df.columns: capitals and spaces count",
    ),
    sign(
        "auc-of-classes",
        r"multi_class must be in \('ovo', 'ovr'\)",
        "the area under the curve is not told how to treat more than two classes",
        'say multi_class="ovr" (or "ovo"), and pass rows of probabilities',
    ),
    sign(
        "empty-vocabulary",
        r"empty vocabulary",
        "no word is left of the texts",
        "look at stop_words, min_df and token_pattern, and at the texts themselves",
    ),
    sign(
        "attribute-of-other-setting",
        r"is only available when|available only when|is not available when",
        "what is asked for is there under another setting alone",
        "change that setting before fit: a linear kernel for coef_, probability=True for probabilities",
    ),
    sign(
        "too-many-folds",
        r"Cannot have number of folds",
        "more folds are asked for than there are rows",
        "use fewer folds",
    ),
    sign(
        "repeated-labels",
        r"with duplicate (?:labels|values|entries)|contains duplicate entries|non-unique (?:multi-)?index",
        "an index (or pair of keys) holds the same label twice",
        "aggregate or drop the repeated ones first: drop_duplicates, reset_index, pivot_table(aggfunc=...)",
    ),
    sign(
        "scalars-without-index",
        r"If using all scalar values",
        "a table of single values is not told how many rows it has",
        "put the values in lists, or pass index=[0]",
    ),
    sign(
        "accessor-of-other-type",
        r"Can only use \.(\w{1,20}) accessor",
        ".{0} is for columns of another type than this one",
        "convert first: .astype(str) for .str, pd.to_datetime for .dt",
    ),
    sign(
        "time-zones-differ",
        r"tz-naive and tz-aware|[Cc]annot compare tz-",
        "times with a zone and times without one are mixed",
        "give both a zone (tz_localize), or neither (tz_localize(None))",
    ),
    sign(
        "sample-too-large",
        r"larger sample than population|sample larger than population",
        "more is drawn than there is",
        "draw fewer, or with replacement (replace=True)",
    ),
    sign(
        "not-probabilities",
        r"probabilities do not sum to 1|probabilities are not non-negative",
        "probabilities do not sum to one",
        "divide them by their sum",
    ),
)
_TABLES = (
    sign(
        "lengths-differ",
        r"Length mismatch: Expected axis has",
        "as many names as columns (or rows) are needed, and another number is given",
        "count them: len(df.columns)",
    ),
    sign(
        "operator-order",
        r"Cannot perform 'r?(?:and|or|xor)_' with a dtyped",
        "& and | bind more tightly than comparisons",
        "put each condition in brackets: (df.a > 0) & (df.a < 2)",
    ),
    sign(
        "merge-types",
        r"You are trying to merge on .{1,80} columns",
        "the two sides of a merge hold the key as different types",
        "make them one type first: .astype(str) on both",
    ),
    sign(
        "names-overlap",
        r"columns overlap but no suffix specified",
        "both tables have columns of the same name",
        "say lsuffix= and rsuffix=, or drop one of them first",
    ),
    sign(
        "malformed-file",
        r"Error tokenizing data",
        "a line of the file has more fields than those before it",
        "look at that line; the separator (sep=) or quotes may be others than was said",
    ),
    sign(
        "nothing-to-combine",
        r"No objects to concatenate|need at least one array to (?:concatenate|stack)"
        r"|expected a non-empty list of Tensors",
        "an empty list is to be joined",
        "look at what fills the list: a loop or a search for files that found nothing",
    ),
    sign(
        "text-as-number",
        r"Unable to parse string|Unicode-\d{1,5} is not supported",
        "text stands where a number is meant",
        'find it, or make it missing: pd.to_numeric(..., errors="coerce"); encode labels as numbers',
    ),
    sign(
        "repeated-edges",
        r"Bin edges must be unique",
        "two edges of bins are the same",
        'say duplicates="drop", or choose other edges',
    ),
)
_VALUES = (
    sign(
        "date-format",
        r"time data .{1,80} does(?:n't| not) match format|Unknown datetime string|unable to parse: ",
        "a date is written in another way than was said",
        'say format="mixed" (or the right format), or errors="coerce" to make it missing',
    ),
    sign(
        "text-as-number",
        r"invalid literal for int\(\)",
        "a text is no whole number",
        "convert it to float first, or clean the text",
    ),
    sign(
        "needs-date-index",
        r"Only valid with DatetimeIndex",
        "an index of dates is needed",
        "set one first: df.set_index(pd.to_datetime(df.date)), or pass on=",
    ),
    sign(
        "index-not-aligned",
        r"Unalignable boolean Series|can only compare identically-labeled",
        "two tables that belong row to row have different indices",
        "select both by one index, or use .to_numpy() for the condition",
    ),
    sign(
        "unhashable",
        r"unhashable type: '(\w{1,80})'",
        "a value of type {0} stands where only a fixed one can: a key, a category, a member of a set",
        "make it a tuple or a text",
    ),
    sign(
        "unpacking",
        r"(?:too many|not enough) values to unpack",
        "another number of things comes than there are names for",
        "count them: print the length of what is on the right",
    ),
    sign(
        "new-category",
        r"on a Categorical with a new category",
        "a value is put into a column of categories that does not know it",
        "add it first: .cat.add_categories, or make the column text: .astype(object)",
    ),
    sign(
        "estimators-not-named",
        r"Invalid 'estimators' attribute",
        "estimators are not given with their names",
        'write them in pairs: [("svc", SVC()), ...]',
    ),
    sign(
        "sparse-centred",
        r"Cannot center sparse matrices",
        "a sparse matrix cannot be centred and stay sparse",
        "say with_mean=False, or make it dense",
    ),
)
_ARRAYS = (
    sign(
        "shape-mismatch",
        r"setting an array element with a sequence",
        "several values are given where one is meant, or rows have different lengths",
        "give one value, or make all rows of one length",
    ),
    sign(
        "float-as-index",
        r"only integers, slices|'float' object cannot be interpreted as an integer|slice indices must be integers",
        "a number with a point is used where a whole one is needed",
        "use // in place of /, or int(...)",
    ),
    sign(
        "too-many-indices",
        r"too many indices for (?:array|tensor)|Too many indexers",
        "an array has fewer dimensions than it is asked for",
        "print its shape just before this line",
    ),
    sign(
        "pickled-arrays",
        r"allow_pickle=False",
        "the file holds Python objects, which numpy does not load unasked",
        "save plain numbers; or say allow_pickle=True, if you trust the file",
    ),
    sign(
        "read-only",
        r"destination is read-only",
        "an array that may not be changed is written to",
        "write to a copy: .copy()",
    ),
    sign(
        "matrix-not-fit",
        r"must be square|not positive.definite",
        "a matrix is not square, or not positive definite, as this operation needs",
        "use pinv or lstsq, or add a little to the diagonal",
    ),
)
_PYTHON = (
    sign(
        "missing-package",
        r"Missing optional dependency '(\w{1,80})'|ImportError: Could not import (\w{1,80})"
        r"|`(\w{1,80})` is not installed",
        "the package {0}{1}{2} is needed for this, and not installed",
        "install it, or add it to the sandbox's packages; its name to install may differ from its name to import",
    ),
    sign(
        "assigned-later",
        r"cannot access local variable '(\w{1,100})'|local variable '(\w{1,100})' referenced before assignment",
        "{0}{1} is used before it is given a value: it is assigned further down, or in a branch that was not taken",
        "give it a value first; global or nonlocal where another one is meant",
    ),
    sign(
        "not-picklable",
        r"[Cc]an't pickle|cannot pickle|Can't get local object",
        "a function or object cannot be handed to another process, or saved",
        "use a named function at the top of the module in place of a lambda or an inner one",
    ),
    sign(
        "missing-argument",
        r"TypeError: .{0,200}missing \d{1,3} required (?:positional|keyword)",
        "a function is called without an argument that it needs",
        "pass it; a forward method is given what the model is called with",
    ),
    sign(
        "too-many-arguments",
        r"TypeError: .{0,200}takes .{1,60} positional arguments? but",
        "a function is called with more arguments than it takes",
        "name them (argument=value), put several things in one list, or add self to a method",
    ),
    sign(
        "no-length",
        r"object of type '(\w{1,80})' has no len\(\)|len\(\) of unsized object",
        "what is asked for its length has none",
        "define __len__ in a Dataset; make a list of an iterator",
    ),
    sign(
        "not-callable",
        r"'([\w.]{1,80})' object is not callable",
        "what is called as if it were a function is of type {0}",
        "use [...] to select; a name may have been given to something else before",
    ),
    sign(
        "not-iterable",
        r"'(\w{1,80})' object is not iterable",
        "where a list (or the like) is meant stands a value of type {0}",
        "put it in a list, or pass what it holds: model.parameters()",
    ),
    sign(
        "beyond-the-end",
        r"IndexError: .{0,60}(?:out of range|out-of-bounds|out of bounds)",
        "an index is beyond the end of what it counts in",
        "indices count from 0; print the length just before this line",
    ),
    sign(
        "missing-key",
        r"KeyError: (.{1,80})",
        "there is no key or column {0}",
        "look at those there are (df.columns, keys()): capitals and spaces count",
    ),
)
USUAL = (*_ESTIMATORS, *_ASKED, *_TABLES, *_VALUES, *_ARRAYS, *TENSORS, *_PYTHON)
