"""Messages of numpy and pandas that say what does not fit: the remedy names it.

Source: where numpy 2.4 and pandas 3.1 raise. They are looked at before the general ones of `sign.py`. As
there, no pattern repeats within a repetition.
"""

from mlpilot.tools.diagnose.signs.sign import sign

_ARRAYS = (
    sign(
        "shape-mismatch",
        r"cannot reshape array of size (\d{1,12}) into shape \((.{0,60}?)\)",
        "{0} values do not fill the shape ({1})",
        "the product of the sizes must be {0}: let one of them be -1",
    ),
    sign(
        "shape-mismatch",
        r"dimensions except for the concatenation axis must match exactly, but along dimension (\d{1,3})",
        "what is joined differs along axis {0}",
        "join along the axis that differs (axis={0}), or bring all to the same size there",
    ),
    sign(
        "shape-mismatch",
        r"all the input arrays must have same number of dimensions",
        "what is joined has different numbers of dimensions",
        "add the missing axis (x[:, None], x[None, :] or reshape), or say another axis=",
    ),
    sign(
        "unequal-lengths",
        r"inhomogeneous shape",
        "the rows of a list have different lengths",
        "pad them to one length, or keep them as they are with dtype=object",
    ),
    sign(
        "shape-mismatch",
        r"could not be broadcast (?:together|from shape|into shape|input array)|shape mismatch: objects "
        r"cannot be broadc"
        r"|non-broadcastable output operand",
        "arrays of these shapes do not go together value by value",
        "axes are matched from the last one on, and must be equal or 1: keep one with keepdims=True, add one with "
        "x[:, None] (reshape(-1, 1)), or select the same rows of both",
    ),
    sign(
        "shape-mismatch",
        r"matmul: Input operand 1 has a mismatch|shapes \(.{1,40}\) and \(.{1,40}\) not aligned",
        "two matrices cannot be multiplied: the columns of one are not the rows of the other",
        "transpose one of them (x.T), or print both shapes",
    ),
    sign(
        "shape-mismatch",
        r"all input arrays must have the same shape",
        "what is stacked has different shapes",
        "pad or cut them to the same shape, or keep a list",
    ),
    sign(
        "lengths-differ",
        r"boolean index did not match|Boolean index has wrong length|Item wrong length",
        "a mask is not as long as what it selects from",
        "make the mask from the very array or table that it selects rows from",
    ),
    sign(
        "dtype-mismatch",
        r"Cannot cast ufunc '(\w{1,40})' output from dtype\('(\w{1,20})'\) to dtype\('(\w{1,20})'\)",
        "{2} cannot hold what {0} gives",
        "convert first, x.astype({1}), or write x = x / y (a new array) in place of x /= y",
    ),
    sign(
        "dtype-mismatch",
        r"ufunc '(\w{1,40})' (?:did not contain a loop|not supported for the input types)"
        r"|loop of ufunc does not support argument",
        "numpy cannot compute {0} with values of this type: text or objects",
        "convert them first: .astype(float); for missing values among objects, pd.isna",
    ),
    sign(
        "operator-of-booleans",
        r"numpy boolean (?:subtract|negative)",
        "truth values are subtracted",
        "use ^ (logical_xor) or ~, or convert: .astype(int)",
    ),
    sign(
        "not-finite",
        r"(?:SVD|Eigenvalues?) (?:computation )?did not converge|must not contain infs or NaNs|only finite values"
        r"|contains non-finite|must be finite|contain only finite|input contains nan",
        "NaN or infinite values reach a computation that does not take them",
        "look for them, np.isfinite(x).all(), and fill in or drop what is missing or infinite first",
    ),
    sign(
        "not-probabilities",
        r"[Pp]robabilities do not sum to 1",
        "probabilities do not sum to one",
        "divide them by their sum",
    ),
    sign(
        "nothing-there",
        r"arg(?:max|min) of an empty sequence|zero-size array to reduction|arg is an empty sequence"
        r"|(?:max|min)\(\) (?:arg|iterable argument) is (?:an )?empty|[Dd]ata (?:is|are) empty|must not be empty"
        r"|[Nn]o data (?:given|to)|with size 0|iterable argument is empty",
        "there is nothing to work on",
        "look at what was loaded or filtered before: it is empty (print its length); max(..., default=0) "
        "takes a default",
    ),
    sign(
        "lines-differ",
        r"Some errors were detected|the (?:dtype passed|number of columns) (?:requires|changed)",
        "lines of the file have different numbers of columns",
        "look at that line, and at delimiter=; skip_header= leaves out lines above the table",
    ),
    sign(
        "header-in-file",
        r"could not convert string .{1,80} to (?:float64|int64)",
        "text stands in the file where a number is meant",
        "leave out the header (skiprows=1), or read it by pandas.read_csv",
    ),
    sign(
        "number-too-large",
        r"out of bounds for u?int\d{1,2}|Python int too large|too large to convert|int too big",
        "a number is beyond the range of its type",
        "use a larger dtype (int64, float64)",
    ),
    sign(
        "not-one-number",
        r"can only convert an array of size 1",
        "many values are asked for as one number",
        "take one element, x[0], or reduce them first (.mean(), .sum())",
    ),
    sign(
        "beyond-the-end",
        r"index (-?\d{1,12}) is out of bounds for (?:axis \d{1,3} with size|dimension \d{1,3} with size) (\d{1,12})",
        "an index of {0} is asked for, and there are {1} elements",
        "indices count from 0 to the length less 1: print the shape just before this line",
    ),
    sign(
        "out-of-memory",
        r"Unable to allocate (.{1,30}) for an array with shape (.{1,60}?\))",
        "an array of {0} is wanted, more than the memory there is",
        "make it smaller: fewer rows at a time (chunks), a sparse matrix, a smaller dtype (float32)",
    ),
)
_FRAMES = (
    sign(
        "not-numeric-mean",
        r"No numeric types to aggregate",
        "no column of numbers is left to be summed up",
        "convert the columns first: pd.to_numeric(..., errors='coerce'); say numeric_only=True",
    ),
    sign(
        "unknown-axis",
        r"No axis named (\S{1,40}) for object type (\w{1,20})",
        "a {1} has no axis {0}",
        'say 0 or "index" for rows, 1 or "columns" for columns; a Series has rows alone',
    ),
    sign(
        "not-a-table",
        r"DataFrame constructor not properly called|Must pass 2-d input|Per-column arrays must each be 1-dim",
        "a table cannot be made of what is given",
        "pass a dict of columns, a list of rows, or an array of two dimensions (reshape)",
    ),
    sign(
        "path-not-fit",
        r"No engine for filetype",
        "a file of this ending cannot be written as a workbook",
        "end the name in .xlsx",
    ),
    sign(
        "shape-mismatch",
        r"[Mm]atrices are not aligned|Operands are not aligned|Dot product shape mismatch",
        "the columns of one are not the rows of the other",
        "transpose one (.T), or align them first: left, right = left.align(right)",
    ),
    sign(
        "repeated-labels",
        r"label '.{1,60}' is not unique|overlapping values|Level values not unique",
        "a name stands twice where it has to stand once",
        "drop or rename the repeated ones: df.loc[:, ~df.columns.duplicated()]",
    ),
    sign(
        "lengths-differ",
        r"Wrong number of items passed|Cannot set a DataFrame with multiple columns to the single column"
        r"|Expected a 1D array, got an array with shape|Cannot set a frame with no defined index",
        "several columns are put into one, or none is there to be put",
        "select one column on the right, or name as many on the left: df[['a', 'b']] = ...",
    ),
    sign(
        "operand-types",
        r"bad operand type for unary (\S{1,3}): '(\w{1,40})'",
        "{0} does not go with {1}",
        "convert it first: pd.to_numeric, float(...); ~ wants truth values: .astype(bool)",
    ),
    sign(
        "not-sorted",
        r"(?:left|right) keys must be sorted|must be (?:monotonic|sorted|increasing)|not (?:sorted|monotonic)"
        r"|should be (?:sorted|increasing)|must be strictly increasing",
        "what has to be in order is not",
        "sort both first: df.sort_values(key)",
    ),
    sign(
        "merge-key-missing",
        r"No common columns to perform merge",
        "the two tables have no column of the same name",
        "say which belong together: left_on=..., right_on=...",
    ),
    sign(
        "repeated-labels",
        r"Merge keys are not unique|not a one-to-(?:one|many)|not a many-to-one",
        "the key of a merge stands on more rows than validate= allows",
        "drop the duplicates first (drop_duplicates(key)), or leave out validate=",
    ),
    sign(
        "date-out-of-range",
        r"OutOfBoundsDatetime|OutOfBoundsTimedelta|year .{1,12} is out of range|month must be in|day is out of range",
        "a date lies outside of what can be",
        'say the right unit= ("ms" for thousandths), or errors="coerce" to make it missing',
    ),
    sign(
        "date-format",
        r"time data .{1,80} does(?:n't| not) match format|unconverted data remains",
        "a date is written in another way than was said",
        'say the right format= (dayfirst=True, format="mixed"), or errors="coerce" to make it missing',
    ),
    sign(
        "missing-column",
        r"Missing column provided to 'parse_dates'|not a column of the dataframe|Column\(s\) \[.{1,80}\] do not exist"
        r"|are not present in|Index \[.{1,60}\] invalid|columns are missing: |not in the \[?columns|is not in list"
        r"|could not be found in|not present in the DataFrame|columns expected but not found|None of \[",
        "a column is named that is not there",
        "look at df.columns: capitals and spaces count; select the same columns as in training",
    ),
    sign(
        "file-empty",
        r"No columns to parse from file|EmptyDataError",
        "the file is empty",
        "look at its size, and at what should have written it",
    ),
    sign(
        "json-malformed",
        r"ValueError: Trailing data",
        "the file holds one JSON value a line",
        "say lines=True",
    ),
    sign(
        "missing-as-integer",
        r"Cannot convert non-finite values|cannot convert (?:float )?NaN to integer|cannot convert NA to integer"
        r"|IntCastingNaNError",
        "whole numbers have no missing values",
        'fill them first (fillna), drop them (dropna), or use the type "Int64"',
    ),
    sign(
        "lengths-differ",
        r"All arrays must be of the same length|(?:Columns must be|must be the) same length|Shape of passed values"
        r"|Must have equal len keys|arrays must (?:all )?be(?: the)? same length|Length of (?:new )?names must"
        r"|matching element counts",
        "columns (or names) of one table have different lengths",
        "give each the same number of values: print the length of each",
    ),
    sign(
        "labels-of-bins",
        r"Bin labels must be one fewer",
        "the labels do not fit the bins",
        "give one label fewer than there are edges in bins",
    ),
    sign(
        "dtype-mismatch",
        r"Invalid value .{1,80} for dtype",
        "a column cannot hold a value of this type",
        "convert the column first: .astype(object), or .astype(float) for numbers",
    ),
    sign(
        "new-category",
        r"Cannot setitem on a Categorical|on a Categorical with a new category",
        "a value is put into a column of categories that does not know it",
        "add it first: .cat.add_categories, or make the column text: .astype(object)",
    ),
    sign(
        "not-numeric-mean",
        r"Function '\w{1,40}' has no kernel matching input types",
        "a quantile (or the like) is taken over columns that are not numbers",
        "restrict it to the numbers (numeric_only=True)",
    ),
    sign(
        "needs-a-list",
        r"first argument must be an iterable of pandas objects|cannot concatenate object of type",
        "what is joined is not given as a list of tables",
        "put them in a list: pd.concat([a, b])",
    ),
    sign(
        "missing-in-mask",
        r"non-boolean array containing NA|boolean array with NA|Cannot mask with",
        "a condition is missing for some rows",
        "say which way they count: str.contains(..., na=False), or .fillna(False)",
    ),
    sign(
        "missing-column",
        r"not found in axis",
        "a label is named that is not there",
        "say drop(columns=[...]) for columns; drop looks among the rows unless it is told otherwise",
    ),
    sign(
        "unknown-name",
        r"no attribute '(\w{1,40})'.{0,200}SeriesGroupBy|'SeriesGroupBy' object has no attribute '(\w{1,40})'"
        r"|is not a valid function for|function .{1,40} not (?:found|defined)",
        "there is no function of the name {0}{1}",
        'use the name of a method: "mean", "sum", "std", or pass the function itself',
    ),
    sign(
        "merge-types",
        r"You are trying to merge on|incompatible merge (?:keys|dtype)",
        "the two sides of a merge hold the key as different types",
        "make them one type first: .astype(str) on both",
    ),
    sign(
        "column-exists",
        r"cannot insert (.{1,60}), already exists",
        "there is a column {0} already",
        "say reset_index(drop=True), or rename one of them first",
    ),
    sign(
        "repeated-labels",
        r"Grouper for .{1,60} not 1-dimensional|columns must be unique|must have unique|labels? (?:is|are) not unique"
        r"|Reindexing only valid with uniquely|duplicate (?:names|keys|columns)|names are not (?:allowed|unique)",
        "a name stands twice among the columns (or rows)",
        "drop the repeated ones: df.loc[:, ~df.columns.duplicated()]",
    ),
    sign(
        "time-zones-differ",
        r"Already tz-aware|Cannot (?:join|subtract|convert) tz-naive|Cannot compare tz-naive",
        "times with a zone and times without one are mixed",
        "give both a zone: tz_localize for those without, tz_convert for those with; or tz_localize(None) for both",
    ),
    sign(
        "needs-a-list",
        r"[Cc]annot index with multidimensional key|must be (?:list-like|an iterable|array-like|a sequence)",
        "another kind of thing is meant here: a flat list",
        "put it in a list, [x], or take one column of the table",
    ),
    sign(
        "all-missing",
        r"All-NaN slice encountered|[Ee]ncountered all NA",
        "a row or column holds nothing but missing values",
        "drop those first (dropna(how='all')), or fill in the missing values",
    ),
    sign(
        "sum-of-dates",
        r"Accumulation (\w{1,20}) not supported|datetime64.{0,20}does not support (?:operation|reduction)",
        "dates cannot be summed",
        "sum differences of them: (dates - dates.min()).cumsum(), or convert to numbers first",
    ),
    sign(
        "missing-level",
        r"level name (.{1,60}) is not the name of the index|Level (.{1,60}) not found|Requested level",
        "the index has no level named {0}{1}",
        "look at df.index.names: a level is asked for by its name or number; a column by by=",
    ),
    sign(
        "nothing-found",
        r"No (?:\w{1,20} )?(?:images|files|tables|examples) (?:were )?found|Zero files found",
        "nothing was found there",
        "look at the folder (or zip archive) and its path: os.listdir(folder), and at the endings that are looked for",
    ),
)
TABLES = (*_ARRAYS, *_FRAMES)
