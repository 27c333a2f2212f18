"""What a tensor holds after it was told a type: `x.type(torch.LongTensor)`, `x.to(torch.long)`, `x.double()`."""

from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data, path_of
from mlpilot.tools.diagnose.static.reading.values import Const, Data, Value

WHOLE = listed("long int short int64 int32 int16 LongTensor IntTensor ShortTensor")
FLOATS = listed("float double half bfloat16 float64 float32 float16 DoubleTensor FloatTensor HalfTensor")
SHORT = listed("long int float double half bfloat16 short")
"""Methods that are called as the type is."""


def form_of(value: Value | None) -> str:
    """`long` or `float` for a type of PyTorch, by its name or as text; nothing for what is none, or not known."""
    text = value.value if isinstance(value, Const) and isinstance(value.value, str) else path_of(value)
    last = text.rpartition(".")[2]
    return "long" if last in WHOLE else "float" if last in FLOATS else ""


def told(call: Call, data: Data) -> Data:
    """The tensor in the type that a call says; where the type cannot be told, it may be any."""
    if call.name in SHORT:
        return _of(data, form_of(Const(call.name)))
    if call.name in ("type", "type_as"):
        given = call.get("dtype", 0) or call.get("other", 0)
        other = as_data(given)
        return _of(data, other.form if other is not None else form_of(given))
    like = as_data(call.get("other", 0))
    if like is not None:
        return _of(data, like.form)
    given = call.get("dtype")
    form = next(filter(None, map(form_of, [given, *call.args])), "")
    return _of(data, form) if form or given is not None else data.flagged("cast")  # to a device, perhaps


def _of(data: Data, form: str) -> Data:
    return data.but(form=form, kind="data" if data.kind == "mask" and form else data.kind).flagged("cast")
