"""Messages of scipy, and of numpy's like, that say what does not fit: the remedy names it.

Source: where scipy 1.17 raises. They are looked at after those of numpy and pandas. As in `sign.py`, no pattern
repeats within a repetition.
"""

from mlpilot.tools.diagnose.signs.sign import sign

SCIENCE = (
    sign(
        "beyond-the-range",
        r"(?:above|below) the interpolation range",
        "a value lies outside of the points that are interpolated",
        'say fill_value="extrapolate", or bounds_error=False to get NaN there',
    ),
    sign(
        "too-few-rows",
        r"number of func parameters=\d{1,6} must not exceed|must have at least (?:2|two)|at least (\d{1,3}) (?:data )?"
        r"(?:points|observations)|length at least (\d{1,3})",
        "there are fewer points than this needs",
        "give more points (at least two, and more than there are parameters), or fewer parameters",
    ),
    sign(
        "did-not-fit",
        r"Optimal parameters not found",
        "the fit found no parameters",
        "give a start that is near (p0=), more steps (maxfev=), or a simpler function",
    ),
    sign(
        "unknown-name",
        r"Unknown solver (\w{1,40})",
        "scipy knows no method {0}",
        'use a name of the documentation of minimize, such as method="L-BFGS-B" or "Nelder-Mead"',
    ),
    sign(
        "no-sign-change",
        r"f\(a\) and f\(b\) must have different signs",
        "the function has the same sign at both ends of the interval",
        "choose an interval (bracket) at whose ends the signs differ: plot the function first",
    ),
    sign(
        "lengths-differ",
        r"must be broadcastable|must have (?:the )?same (?:length|number of columns|size|shape)|Unequal "
        r"length|lengths? must"
        r" match|unequal (?:length|size)|must be (?:of )?(?:the )?same (?:length|size)|must be equal in length",
        "things that belong together have different lengths",
        "select the same rows (and the same columns) of both: print both shapes",
    ),
    sign(
        "sparse-length",
        r"sparse (?:array|matrix) length is ambiguous",
        "a sparse matrix has no one length",
        "use x.shape[0] for the rows, x.nnz for the values that are stored",
    ),
    sign(
        "sparse-index",
        r"'(?:coo|dia|bsr)_(?:matrix|array)' object is not subscriptable",
        "a sparse matrix of this format cannot be indexed",
        "convert it first: x.tocsr()[...]",
    ),
    sign(
        "ambiguous-truth",
        r"truth value of an array with more than one element|truth value of a.{0,20}sparse",
        "many values are asked for one truth",
        "use .any() or .all(), and & | ~ with brackets for conditions on each; for a sparse matrix x.nnz",
    ),
    sign(
        "signal-too-short",
        r"length of the input vector x must be greater than padlen|greater than (?:axis|pad)",
        "the signal is shorter than the filter needs",
        "give a longer signal, a lower order, or padlen=",
    ),
    sign(
        "frequency-out-of-range",
        r"critical frequencies must be",
        "a cut-off frequency lies outside of 0 to half of the sampling rate",
        "divide it by half the sampling rate (Nyquist), or say fs=",
    ),
    sign(
        "setting-lengths",
        r"number of bounds is not compatible|length of x0 != length of bounds",
        "there is another number of bounds than of values",
        "give one pair of bounds for each element of x0",
    ),
    sign(
        "zeros-in-table",
        r"frequencies has a zero element|expected frequencies",
        "a row or column of the table has no counts",
        "drop rows and columns that are all zero",
    ),
    sign(
        "shape-mismatch",
        r"blocks\[\S{1,12}\] has incompatible (?:row|column) dimensions|incompatible dimensions for axis|"
        r"[Mm]ismatching dimensions|incompatible shapes?",
        "matrices that are joined differ in their rows (or columns)",
        "hstack wants the same number of rows, vstack the same number of columns: print the shapes",
    ),
)
