"""Messages of Python itself, of files and of processes: what each means, and what would mend it.

Source: Python 3.11's own. As in `sign.py`, no pattern repeats within a repetition.
"""

from mlpilot.tools.diagnose.signs.sign import sign

_FILES = (
    sign(
        "file-not-found-error",
        r"FileNotFoundError: .{0,40}No such file or directory: (.{1,200}?)(?:\n|\Z)|FileNotFoundError: (?!\[)",
        "there is no file {0}",
        "look at the path, counted from the folder that the program runs in (print os.getcwd()), and whether it exists",
    ),
    sign(
        "is-a-directory",
        r"IsADirectoryError: ",
        "a folder is opened as if it were a file",
        "give the name of a file in that folder: os.path.join(folder, name)",
    ),
    sign(
        "file-exists",
        r"FileExistsError: ",
        "it is there already",
        "say exist_ok=True for a folder, or choose another name",
    ),
    sign(
        "no-such-folder",
        r"NotADirectoryError: |Cannot save file into a non-existent directory",
        "the folder is not there",
        "make it first: os.makedirs(folder, exist_ok=True)",
    ),
    sign(
        "not-permitted",
        r"PermissionError: ",
        "what is read or written may not be, by who runs this",
        "write to a folder of your own; look at the file's permissions",
    ),
    sign(
        "wrong-encoding",
        r"UnicodeDecodeError: '([\w-]{1,40})' codec",
        "the file is not written in {0}",
        'say how it is: encoding="latin-1" or "cp1252" (or "utf-16"); for a file that is no text, open it with "rb"',
    ),
    sign(
        "wrong-encoding",
        r"UnicodeEncodeError: '([\w-]{1,40})' codec",
        "{0} cannot write this character",
        'say encoding="utf-8" where the file is opened',
    ),
    sign(
        "text-or-bytes",
        r"write\(\) argument must be str, not bytes|a bytes-like object is required, not 'str'"
        r"|binary mode doesn't take|must be str, not bytes",
        "text is given for bytes, or bytes for text",
        'open binary files with "wb" and "rb" (pickle, images), and text with "w" and "r"',
    ),
    sign(
        "unreadable-file",
        r"UnpicklingError: (?!Weights only)|Ran out of input|pickle data was truncated|invalid load key"
        r"|PytorchStreamReader failed"
        r"|Parquet magic bytes|not a (?:parquet|zip|gzipped) file|BadZipFile: |BadGzipFile: |Not a gzipped file"
        r"|file signature not found|not a valid (?:HDF5|\.keras)|Excel file format cannot be determined"
        r"|cannot identify image file|Failed to interpret file|magic string is not correct",
        "the file is not whole, or of another format than it is read as",
        "look at what it begins with (an HTML page, a pointer of Git LFS, plain CSV?); save or download the whole file "
        "again, and read it by the function of its format",
    ),
    sign(
        "json-malformed",
        r"JSONDecodeError: (.{1,80})",
        "it is no JSON: {0}",
        "look at that place: JSON has double quotes, no trailing comma and one value; json.loads for each "
        "line of JSONL",
    ),
    sign(
        "not-json",
        r"Object of type (\w{1,60}) is not JSON serializable",
        "JSON has no {0}",
        "convert it first: float(x) or x.item() for one number, x.tolist() for an array",
    ),
    sign(
        "no-such-table",
        r"no such (table|column): (\S{1,80})",
        "the database has no {0} {1}",
        "look at the file's name (a new, empty database is made where none is), and at the names of its tables",
    ),
    sign(
        "class-not-here",
        r"Can't get attribute '(\w{1,80})' on <module '([\w.]{1,80})'",
        "what was saved is of the class {0}, which {1} does not define here",
        "define or import that class before loading, under the same name; save it from a module of its own",
    ),
    sign(
        "saved-by-other-version",
        r"No module named '(?:numpy\._|numpy\.core|pandas\.core|pandas\._|sklearn\.\w{1,40}\._|torch\._|_loss)"
        r"|incompatible dtype.{0,80}node array|InconsistentVersionWarning",
        "it was saved by another version of the library",
        "load it with the version that it was saved with, or train and save it anew",
    ),
)
_MODULES = (
    sign(
        "moved-module",
        r"No module named '((?:keras|tensorflow|pandas|torch|numpy|scipy)\.[\w.]{1,80})'",
        "there is no module {0} (any more)",
        "look up in the documentation of the version that is installed where its names are now",
    ),
)
_NETWORK = (
    sign(
        "no-network",
        r"URLError: |ConnectionError: |ConnectionRefusedError: |MaxRetryError|gaierror|Name or service not known"
        r"|Failed to establish a new connection|Temporary failure in name resolution|LocalEntryNotFoundError",
        "what is fetched over the network does not come",
        "download it once beforehand, and read it from a file: a sandbox has no network",
    ),
    sign(
        "timed-out",
        r"TimeoutError|TimeoutExpired: |ReadTimeout",
        "it took longer than its timeout",
        "allow it a longer timeout, or make it faster: fewer rows, fewer iterations",
    ),
    sign(
        "process-failed",
        r"CalledProcessError: Command (.{1,80}?) returned non-zero exit status (\d{1,3})",
        "a program that was started failed: {0}",
        "run it by hand to see what it says (capture_output=True keeps its words)",
    ),
)
_OPERATORS = (
    sign(
        "none-used",
        r"(?:unsupported operand type\(s\) for|not supported between instances of) .{0,60}'NoneType'",
        "None is used where a number is meant",
        "look at what gave it: a function without return, or a value that was never set; begin with float('-inf') or 0",
    ),
    sign(
        "operand-types",
        r"unsupported operand type\(s\) for (\S{1,4}): '([\w.]{1,60})' and '([\w.]{1,60})'",
        "{0} does not go with {1} and {2}",
        "convert one of them: int(...) or float(...) to compute, str(...) to join texts; np.array(...) for lists; "
        "pd.to_datetime for dates that are text",
    ),
    sign(
        "operand-types",
        r"can only concatenate (\w{1,20}) \(not \"(\w{1,60})\"\) to",
        "{1} is joined to {0}",
        'convert it: str(...), or write an f-string: f"epochs: {{n}}"; a list takes [x]; a function that '
        "gives several values gives a tuple: take its first, [0]",
    ),
    sign(
        "bad-format",
        r"Unknown format code '(\w)' for object of type '(\w{1,40})'|unsupported format string passed to",
        "a format for numbers is given something else",
        "convert it first, float(...); leave the format code (:.2f) out for text",
    ),
    sign(
        "bad-format",
        r"not enough arguments for format string|not all arguments converted|Replacement index \d{1,3} out of range",
        "a format has another number of places than there are arguments",
        "count them: one argument (in a tuple) for each % or {{}}",
    ),
    sign(
        "zero-division-error",
        r"ZeroDivisionError: ",
        "a division by zero",
        "look at what is counted below the line: an empty list, a sum of zero; ask before dividing",
    ),
    sign(
        "iterator-at-end",
        r"StopIteration",
        "an iterator is asked for more than it has",
        "make it anew for each epoch (iter(loader)), loop with for, or next(it, None)",
    ),
    sign(
        "changed-while-iterated",
        r"changed size during iteration|changed during iteration",
        "a dictionary or set is changed by the loop that goes through it",
        "loop over a copy: for k in list(d)",
    ),
    sign(
        "abstract-class",
        r"Can't instantiate abstract class (\w{1,80}) .{0,60}method",
        "{0} leaves methods to be defined",
        "use (or write) a class that defines them, spelled so",
    ),
    sign(
        "mutable-default",
        r"mutable default .{1,60} for field (\w{1,80})",
        "all objects would share the default of {0}",
        "say field(default_factory=list)",
    ),
    sign(
        "relative-import",
        r"attempted relative import|beyond top-level package",
        "a relative import needs a package around it",
        "run it as a module of its package (python -m package.module), or import absolutely",
    ),
    sign(
        "loop-runs-already",
        r"cannot be called from a running event loop",
        "a notebook runs an event loop already",
        "write await main() in place of asyncio.run(main())",
    ),
    sign(
        "environment-missing",
        r"AUTHENTICATION|API[_ ]key .{0,40}(?:not|missing|must)|[Mm]issing credentials",
        "a key for a service is not set",
        "set it in the environment before the program runs",
    ),
    sign(
        "cannot-convert-nothing",
        r"(?:int|float)\(\) argument must be .{1,80}not '(?!Symbolic)(\w{1,40})'",
        "{0} cannot become a number",
        "look at what gave it; fill in a default for None, take one element of a list",
    ),
    sign(
        "no-length",
        r"object of type 'generator' has no len\(\)",
        "a generator has no length before it has run",
        "make a list of it: list(...)",
    ),
)
_SYNTAX = (
    sign(
        "syntax-error",
        r"SyntaxError: .{0,40}(?:was never closed|does not match|unmatched)",
        "",
        "look for the bracket (parenthesis) that opens and is not closed, from this line on backwards",
    ),
    sign(
        "indentation-error",
        r"IndentationError: |TabError: ",
        "",
        "indent the lines of one block alike, by four spaces and no tabs",
    ),
    sign(
        "syntax-error",
        r"SyntaxError: .{0,60}(?:unterminated|EOF while scanning)",
        "",
        "close the text with the quote that it begins with; text of several lines has three",
    ),
    sign(
        "syntax-error",
        r"SyntaxError: Missing parentheses in call to",
        "",
        "Python 3 calls print as a function: print(...)",
    ),
    sign(
        "syntax-error",
        r"SyntaxError: ",
        "",
        "look at the end of the line before too: a missing comma, bracket, colon or quote",
    ),
)
PYTHON = (*_FILES, *_MODULES, *_NETWORK, *_OPERATORS)
SYNTAX = _SYNTAX
"""The message of a syntax error is told as it is."""
