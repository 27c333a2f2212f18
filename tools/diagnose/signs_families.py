"""What a message is about, by its words, where the message itself is not known."""

from mlpilot.tools.diagnose.signs import sign

FAMILIES = (
    sign(
        "unknown-name",
        r"\b[Uu]nknown\b|[Uu]nrecogni[sz]ed|[Cc]ould not (?:interpret|find|locate)|not a valid|\bNo such\b|not found"
        r"|not understood|[Dd]id you mean|Invalid (?:option|choice|method|name|kind)|is not supported by|not among",
        "",
        "a name is not known here: look it up in the library's documentation, of the version that is installed",
    ),
    sign(
        "shape-mismatch",
        r"\bshapes?\b|\bsizes?\b|\bdim(?:ension)?s?\b|\bdimensional\b|\bndim\b|\blengths?\b|\brank\b"
        r"|[Dd]imensions|don't match|not compatible|equal division|element counts|\d-?[dD]\b"
        r"|number of (?:features|columns|rows|samples|elements|classes|levels|items|dimensions)",
        "",
        "shapes or lengths do not fit: print them just before this line",
    ),
    sign(
        "dtype-mismatch",
        r"\b[dD]types?\b|data types?|\b[cC]ast\b|[cC]onvert|unsupported operand|ufunc|\bnumeric\b"
        r"|strings? (?:and|to)\b",
        "",
        "values have a type that this does not take: look at their dtype, and convert them first",
    ),
    sign(
        "not-ready",
        r"not (?:yet )?(?:been )?(?:built|compiled|fitted|initiali[sz]ed)\b|(?:has|have) never been|yet\b.{0,40}call",
        "",
        "something has to be done before this: build, compile, fit or call it first",
    ),
    sign(
        "wrong-value",
        r"must be|should be|[Ee]xpect|out of (?:range|bounds)|not allowed|[Ii]nvalid|at least|greater than|less than"
        r"|larger than|negative|[Nn]ot supported|only supports?|[Cc]annot|[Cc]an't|[Rr]equire[sd]?\b|not sufficient"
        r"|[<>]=? (?:low|high)\b|already exists|Unexpected|should be given",
        "",
        "a value or a setting is one that this does not take: the message says which",
    ),
)
"""The first that is found. The message is told in its own words, and what the family stands for as the remedy."""
