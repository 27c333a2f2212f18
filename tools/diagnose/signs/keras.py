"""Messages of Keras and TensorFlow that say which number does not fit: the remedy names it.

Source: where they raise (Keras 3.15, TensorFlow 2.21). They are looked at before the general ones of `sign.py`. As
there, no pattern repeats within a repetition.
"""

from mlpilot.tools.diagnose.signs.sign import sign

KERAS = (
    sign(
        "shape-mismatch",
        r"`?logits`? and `?labels`? must (?:have the same|be broadcastable)|Incompatible shapes: "
        r"\[(.{1,40}?)\] vs\.? \[(.{1,40}?)\]",
        "two shapes do not go together, of the output and the targets most often",
        "give the last layer as many units as the targets have columns, expand_dims what lacks one, or use "
        "the sparse loss",
    ),
    sign(
        "shape-mismatch",
        r"Dimensions must be equal, but are (\d{1,9}) and (\d{1,9})",
        "two sizes that have to be equal are {0} and {1}",
        "print both shapes; transpose one, or make the layer's size {1}",
    ),
    sign(
        "dtype-mismatch",
        r"Failed to convert a NumPy array to a Tensor",
        "an array holds what no tensor can: text, None or rows of several lengths",
        "convert it first: x.astype('float32'); encode text, fill what is missing, pad rows to one length",
    ),
    sign(
        "not-ready",
        r"has never been called and thus has no defined|has no defined (?:outputs|inputs|input shape)",
        "a layer or model has no shape before it has seen one",
        "call it once on data, or begin it with keras.Input(shape=...)",
    ),
    sign(
        "shape-mismatch",
        r"expected axis (-?\d{1,3}) of input shape to have value (\S{1,20}), but received input with shape "
        r"(.{1,60}?\))",
        "a layer was built for {1} values along axis {0}, and is given {2}",
        "make Input(shape=...) what the data have (X.shape[1:]): the columns may have changed since it was built",
    ),
    sign(
        "shape-mismatch",
        r"expected (min_|max_)?ndim=(\d{1,3}), found ndim=(\d{1,3})",
        "a layer takes {1} dimensions, and is given {2}",
        "add the one that is missing by np.expand_dims or a Reshape layer: images are (rows, height, width, "
        "channel), "
        "sequences (rows, steps, features); a layer before may need return_sequences=True",
    ),
    sign(
        "shape-mismatch",
        r"Arguments `target` and `output` must have the same",
        "the last layer's output and the targets have different shapes",
        "give the last layer as many units as the targets have columns; make labels one-hot (to_categorical), or use "
        "sparse_categorical_crossentropy for class numbers",
    ),
    sign(
        "shape-mismatch",
        r"total size of the tensor must be unchanged\. Received: input_shape=(.{1,40}?\)), target_shape=(.{1,40}?\))",
        "{0} does not fill {1}",
        "choose sizes of the same product, or let one be -1",
    ),
    sign(
        "shape-mismatch",
        r"[Oo]utput (?:size|shape) would be (?:negative|zero)|Computed output size would be negative|"
        r"Negative dimension size|produces? an output shape with a zero or negative",
        "a layer shrinks what comes in to nothing",
        'say padding="same", make the kernel smaller, or pool less before',
    ),
    sign(
        "shape-mismatch",
        r"`Concatenate` layer requires inputs with matching shapes",
        "what is joined differs along another axis than the one it is joined by",
        "join along the axis that differs (axis=), or make the others the same by a Dense or Reshape layer",
    ),
    sign(
        "shape-mismatch",
        r"[Ii]nputs have incompatible shapes|[Ii]ncompatible shapes for broadcasting",
        "two inputs that are added (or the like) have different shapes",
        "bring them to the same shape first: a Dense layer of as many units on one of them",
    ),
    sign(
        "unknown-name",
        r"Could not interpret (\w{1,40})(?: function)? identifier: (\S{1,60})",
        "Keras knows no {0} of the name {1}",
        "use a name that the documentation of keras lists for a {0}, or pass the object itself",
    ),
    sign(
        "wrong-argument-type",
        r"Unrecognized data type: (?:x|y)=|Failed to find data adapter",
        "a list (or the like) is given where arrays are meant",
        "make them arrays: np.array(x), np.array(y)",
    ),
    sign(
        "unknown-custom-object",
        r"Could not locate (?:class|function)|could not be deserialized properly|Unknown (?:layer|loss|metric"
        r"|object|optimizer): ",
        "a saved model holds a class or function of its own, which is not known when it is loaded",
        "pass custom_objects={{name: class}} to load_model, or decorate it with "
        "keras.saving.register_keras_serializable()",
    ),
    sign(
        "unsafe-lambda",
        r"deserialization of a `?[Ll]ambda|Requested the deserialization",
        "a saved model holds a lambda, that is, code",
        "load it with safe_mode=False if you trust the file; better a layer of its own class",
    ),
    sign(
        "state-does-not-fit",
        r"objects could not be loaded|Layer count mismatch|weights? count mismatch|expected \d{1,6} variables",
        "saved weights do not fit this model",
        "build the model as it was saved: same layers, in the same order and size",
    ),
    sign(
        "state-does-not-fit",
        r"set_weights\(weights\)` on layer|weight list of length",
        "another number of weights is given than the layers have",
        "give as many arrays as get_weights() returns, in their order and shape",
    ),
    sign(
        "setting-not-here",
        r"`validation_split` is only supported",
        "a part for validation cannot be cut from a dataset or generator",
        "split the arrays before, or pass validation_data= (dataset.take and skip make parts)",
    ),
    sign(
        "unequal-lengths",
        r"non-rectangular",
        "the rows of a list have different lengths",
        "pad them to one length (keras.utils.pad_sequences), or use tf.ragged.constant",
    ),
    sign(
        "dtype-mismatch",
        r"cannot compute (\w{1,40}) as input #\d{1,3}\(zero-based\) was expected to be an? (\w{1,20}) tensor",
        "TensorFlow does not convert by itself: {0} wants {1}",
        "cast one of them: tf.cast(x, tf.{1})",
    ),
    sign(
        "symbolic-used",
        r"'(?:Symbolic)?Tensor' object has no attribute 'numpy'",
        "inside tf.function (and fit) tensors have no values yet",
        "leave out .numpy() there, print by tf.print, or run eagerly: compile(run_eagerly=True)",
    ),
    sign(
        "symbolic-used",
        r"symbolic `?tf\.Tensor`? as a Python",
        "inside tf.function a tensor has no value that if or while could ask for",
        "use tf.cond or tf.where, or leave autograph on, which turns if into that",
    ),
    sign(
        "variable-made-twice",
        r"tf\.function only supports singleton|tf\.function-decorated function tried to create variables",
        "a variable is made each time that a tf.function is called",
        "make it once, outside of the function (in __init__)",
    ),
    sign(
        "shape-mismatch",
        r"Cannot convert '(.{1,40}?)' to a shape",
        "{0} is no shape",
        "write a tuple: shape=(4,), with the comma",
    ),
    sign(
        "forgotten-super",
        r"forgot to call `?super\(\)",
        "a layer's or model's __init__ does not call its parent's",
        "begin it with super().__init__()",
    ),
    sign(
        "lengths-differ",
        r"Shapes? .{1,60} and .{1,60} (?:are incompatible|must have the same rank)",
        "the model's output and the targets have different shapes",
        "give the last layer as many units as the targets have columns, or choose the loss that takes class numbers",
    ),
    sign(
        "no-gradient",
        r"No gradients provided for any variable|None of the gradients",
        "the loss hangs on no variable that is trained",
        "compute it from the model's output inside the tape; watch what is no Variable: tape.watch(x)",
    ),
    sign(
        "shape-mismatch",
        r"Matrix size-incompatible|In\[0\] mismatch In\[1\]|must be equal, but are \d{1,9} and \d{1,9} for "
        r".{0,40}MatMul"
        r"|Inner dimensions .{0,60}must match",
        "two matrices cannot be multiplied: the columns of one are not the rows of the other",
        "transpose one of them (transpose_b=True), or make the inner sizes match",
    ),
)
