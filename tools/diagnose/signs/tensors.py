"""Messages of the usual mistakes with tensors and boosters: what each means, and what would mend it.

Source: the messages themselves, of PyTorch 2.13, Keras 3, TensorFlow 2.21, XGBoost 3.2 and LightGBM 4.7, raised by
small programs written after published questions. As in `sign.py`, no pattern repeats within a repetition.
"""

from mlpilot.tools.diagnose.signs.sign import sign

TENSORS = (
    sign(
        "label-out-of-range",
        r"label must be discrete values in",
        "a label is not among 0 to classes - 1",
        "number the classes from 0, and set num_class to how many there are",
    ),
    sign(
        "no-forward",
        r"does not have a `call\(\)` method",
        "the model has no call method",
        "define call(self, x), indented as a method",
    ),
    sign(
        "not-finite",
        r"to satisfy the constraint",
        "a distribution is given a parameter that it cannot have: not a number, most often, or negative",
        "look where it comes from: a division, a logarithm, a step that was too large",
    ),
    sign(
        "label-missing",
        r"Label contains NaN",
        "a label is missing, infinite or too large",
        "drop the rows without a label first",
    ),
    sign(
        "inputs-by-name",
        r"expects \d{1,4} (?:named )?input\(s\)",
        "a model with several inputs is given another number of them",
        "pass a list of arrays, one for each Input, in their order",
    ),
    sign(
        "path-not-fit",
        r"filepath provided must end in",
        "the name of the file does not end as it has to",
        "end it in .keras (or .weights.h5 where weights alone are saved)",
    ),
    sign(
        "groups-missing",
        r"`group` or `qid` is required",
        "a ranking is not told which rows belong together",
        "pass group= or qid= to fit",
    ),
    sign(
        "collate-type",
        r"default_collate: batch must contain",
        "a Dataset gives what cannot be made into a batch",
        "return tensors, arrays or numbers from __getitem__ (not None), or give collate_fn",
    ),
    sign(
        "lengths-differ",
        r"Size mismatch between tensors",
        "two things that belong row to row have different lengths",
        "select rows of both together",
    ),
    sign(
        "not-an-array",
        r"expected np\.ndarray \(got (\w{1,80})\)",
        "an array is needed, and something of type {0} is given",
        "use .to_numpy(), or torch.as_tensor",
    ),
    sign(
        "not-one-number",
        r"elements cannot be converted to Scalar|only one element tensors can be converted"
        r"|only (?:length-1|0-dimensional) arrays can be converted",
        "many values are asked for as one number",
        "reduce them first (.mean(), .sum()), or use .tolist()",
    ),
    sign(
        "dimension-out-of-range",
        r"number of dimensions in the tensor input does not match|Dimension out of range|[Aa]xis -?\d{1,3} is "
        r"out of bounds",
        "a dimension is named that is not there, or too few are named",
        "dimensions count from 0 to the number of them - 1: print the shape",
    ),
    sign(
        "heads-do-not-divide",
        r"embed_dim must be divisible by num_heads",
        "the width of an attention layer is no multiple of its heads",
        "choose a number of heads that divides embed_dim",
    ),
    sign(
        "shape-mismatch",
        r"Expected hidden\[\d\] size|running_mean should contain|must have rank \(ndim\)|Invalid input shape for input"
        r"|requires inputs with matching shapes|requested shape has|non-rectangular",
        "shapes do not fit each other",
        "print the shapes just before this line, and reshape or choose the layer's size to fit",
    ),
    sign(
        "output-is-tuple",
        r"argument 'input' \(position 1\) must be Tensor, not tuple",
        "a layer gives a tuple, and the next one wants a tensor",
        "take its first part: an LSTM or GRU gives (output, hidden), and does not fit nn.Sequential as it is",
    ),
    sign(
        "wrong-argument-type",
        r"argument '\w{1,80}' \(position \d{1,3}\) must be|Wrong type\(\w{1,80}\) for |\w{1,80} is not an Optimizer",
        "a function is given a thing of another kind than it takes",
        "look at the order of the arguments, and at what each is",
    ),
    sign(
        "no-length",
        r"should be a positive integer value, but got num_samples=0",
        "the Dataset is empty",
        "look at what fills it: a filter or a folder that held nothing",
    ),
    sign(
        "not-defined-method",
        r"Subclasses of \w{1,40} should implement (\w{1,40})",
        "the class has no {0}",
        "define it, spelled so and indented as a method",
    ),
    sign(
        "dtype-mismatch",
        r"to have one of the following scalar types",
        "a tensor has another type than this takes",
        "convert: .long() for ids and class labels, .float() for inputs",
    ),
    sign(
        "weights-only",
        r"Weights only load failed",
        "the file holds more than weights, and torch.load takes weights alone unless it is told otherwise",
        "save state_dict() and load that; weights_only=False only for a file that you trust",
    ),
    sign(
        "path-not-fit",
        r"Invalid filepath extension|File not found: filepath=",
        "the file is not there, or its name does not end as it has to",
        "end it in .keras, and look at the folder that the program runs in",
    ),
    sign(
        "symbolic-used",
        r"KerasTensor cannot be used|KerasTensor as input|not 'SymbolicTensor'|Cannot convert a symbolic|"
        r"NotImplementedError: numpy\(\) is only available when eager",
        "a tensor without values, of a model that is being built, is used as if it had some",
        "use keras.ops or a layer in place of tf and numpy functions while a model is built or traced",
    ),
    sign(
        "no-item-assignment",
        r"'([\w.]{1,100})' object does not support item assignment",
        "what is of type {0} cannot be changed in its parts",
        "make a new one; for TensorFlow tf.tensor_scatter_nd_update or a Variable",
    ),
    sign(
        "no-gradient",
        r"No gradients provided for any variable",
        "the loss hangs on no parameter that is trained",
        "compute it inside the tape, from the model's output, by differentiable operations",
    ),
    sign(
        "not-a-dmatrix",
        r"Expecting data to be a DMatrix",
        "a Booster predicts from a DMatrix alone",
        "wrap it: xgboost.DMatrix(X)",
    ),
    sign(
        "bad-setting",
        r"for Parameter (\w{1,80}) (?:exceed bound|should be)|Check failed: \((\w{1,80})\) ?[<>]=? ?",
        "the parameter {0}{1} is outside of what it may be",
        "look up its range in the library's documentation",
    ),
    sign(
        "lengths-differ",
        r"Length of labels differs|same length",
        "two things that belong row to row have different lengths",
        "select rows of both together",
    ),
    sign(
        "unexpected-setting",
        r"Unrecognized keyword arguments passed to (\w{1,80})",
        "{0} knows no such argument",
        "use the name that the library's documentation lists",
    ),
    sign(
        "disconnected-model",
        r"is not connected to `inputs`",
        "an output of the model does not come from its inputs",
        "build every layer on what the Input gave, and name all inputs",
    ),
    sign(
        "tape-used-up",
        r"A non-persistent GradientTape",
        "a tape gives its gradients once",
        "take all gradients in one call, or say GradientTape(persistent=True)",
    ),
    sign(
        "no-validation",
        r"at least 1 validation dataset for early stopping|at least one dataset and eval metric is required",
        "early stopping is asked for without rows to judge by",
        "pass eval_set (valid_sets, evals) with rows that are not trained on",
    ),
    sign(
        "bad-setting",
        r"Invalid Parameter format for (\w{1,80}) expect",
        "the parameter {0} has a value of another type than it takes",
        "give it the type that the documentation says",
    ),
)
