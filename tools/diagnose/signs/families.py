"""What a message is about, by its words, where the message itself is not known."""

from mlpilot.tools.diagnose.signs.sign import sign

FAMILIES = (
    sign(
        "unknown-name",
        r"\b[Uu]nknown\b|\bNo \w{1,30} named\b|[Uu]nrecogni[sz]ed|[Cc]ould not (?:interpret|find|locate)"
        r"|not a valid|\bNo such\b|not found"
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
        "wrong-argument-type",
        r"\(type <class|\(of type|has type '|got an? \w+ instance|instances? of|only accepts"
        r"|[Nn]ot an? (?:\w+ )?subclass"
        r"|is not an? \w+ subclass|can only concatenate|got: ', <class|must be a string or a|mutable operations",
        "",
        "something of another kind is meant here: print type(...) of what is passed",
    ),
    sign(
        "nothing-there",
        r"\b[Ee]mpty\b|zero-size|no (?:elements|rows|samples)\b",
        "",
        "there is nothing to work on: look at what was loaded, found or filtered before",
    ),
    sign(
        "setting-out-of-range",
        r"between \S{1,20} and|valid range|in the range"
        r"|must be in\b|has to be (?:in|between)|\d\.\.\d|exceed|divisible"
        r"|[Ii]nvalid learning|(?:greater|less|larger|smaller|bigger) (?:than|or equal|equal)"
        r"|[Ee]xpected a (?:positive|float)|\bpositive\b"
        r"|negative|one of \{|[<>]=? (?:low|high)\b|valid values are|allowed values",
        "",
        "a value is outside of what it may be: the message says what may be",
    ),
    sign(
        "setting-missing",
        r"[Mm]ust (?:pass|define|provide|specify|set)|must be (?:passed|given|provided|specified|set)\b"
        r"|[Ss]hould (?:set|be given)|[Pp]rovide a|required|[Nn]ot sufficient"
        r"|\bNo \w{1,30} to compute|only (?:defined|available) when",
        "",
        "something that this needs was not given, or not chosen before: the message says what",
    ),
    sign(
        "wrong-value",
        r"must be|should be|[Ee]xpect|out of (?:range|bounds)|not allowed|[Ii]nvalid|at least|greater than|less than"
        r"|larger than|negative|\b[Oo]nly\b|[Ss]upported|[Ss]hould|[Cc]annot|[Cc]ould not|[Cc]an't|[Rr]equires?\b"
        r"|already (?:exists|used|been)|Unexpected|[Ee]rror parsing|[Uu]nable to|[Nn]either"
        r"|(?:is|are|was) not\b|[Cc]onflict"
        r"|does(?:n't| not)|[Ii]nconsistent|differ\b|different|more than (?:one|once|\d)|[Nn]eed to"
        r"|[Mm]utually exclusive|\bmust\b|\b[Pp]lease\b|instead\b|[Aa]llowed|has no attribute|incorrect|not equal"
        r"|[Ee]ncountered|[Nn]ot specified|[Nn]o \w{1,30} found|[Zz]ero \w{1,30} found"
        r"|[Dd]uplicate|[Oo]utside|[Tt]oo (?:many|few|large|small|short|long)|[Ww]rong\b|encountered (?:all|an) NA",
        "",
        "a value or a setting is one that this does not take: the message says which",
    ),
)
"""The first that is found. The message is told in its own words, and what the family stands for as the remedy."""
