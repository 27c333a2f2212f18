"""Messages of PyTorch, Keras, TensorFlow, XGBoost, LightGBM, numpy and pandas that are known, and what they mean.

Source: the messages themselves, of PyTorch 2.13, Keras 3, TensorFlow 2.21, XGBoost 3.2 and LightGBM 4.7, raised by
small programs; those of GPUs and of workers are from memory, and were not raised here.
"""

from mlpilot.tools.diagnose.signs.sign import sign

FRAMEWORKS = (
    sign(
        "gpu-out-of-memory",
        r"(?:OutOfMemoryError: |RuntimeError: )(?:CUDA out of memory|HIP out of memory|MPS backend out of memory)"
        r"|ResourceExhaustedError: ",
        "the GPU's memory is full",
        "use a smaller batch or a smaller model, and keep no graph alive (loss.item(), torch.no_grad())",
    ),
    sign(
        "device-side-assert",
        r"CUDA error: device-side assert triggered",
        "an index was out of range on the GPU; the line is where it was noticed, which may be after where it happened",
        "check that labels are 0 to classes - 1 and ids below num_embeddings; run once on the CPU to see which",
    ),
    sign("gpu-failed", r"CUDA error: |CUDNN_STATUS_|cuDNN error", "the GPU failed", "run once on the CPU to see why"),
    sign(
        "no-gpu",
        r"Torch not compiled with CUDA enabled|Found no NVIDIA driver|No CUDA GPUs are available"
        r"|deserialize object on a CUDA device",
        "a GPU is asked for, and there is none",
        'choose the device by torch.cuda.is_available(), and load with map_location="cpu"',
    ),
    sign(
        "device-mismatch",
        r"Expected all tensors to be on the same device|Input type \(torch\.cuda|should be the same.{0,20}cuda",
        "tensors of one operation are on different devices",
        "move the model and each batch to one device",
    ),
    sign(
        "worker-died",
        r"DataLoader worker \(pid.{0,80}(?:killed|exited)|insufficient shared memory|TerminatedWorkerError|"
        r"BrokenProcessPool",
        "a worker process was killed, most often for want of memory",
        "use fewer workers (num_workers=0 shows the real error), or smaller batches",
    ),
    sign(
        "layer-size",
        r"mat1 and mat2 shapes cannot be multiplied \((\w{1,20}) and (\w{1,20})\)",
        "a layer takes another number of inputs than it is given: {0} and {1}",
        "make in_features the last dimension of what comes in",
    ),
    sign(
        "dtype-mismatch",
        r"must have the same dtype|expected target dtype|expected scalar type|expected m1 and m2 to have the same dtype"
        r"|Input type \(.{1,60}\) and (?:bias|weight) type|cannot compute \w{1,20} as input #1"
        r"|not implemented for '(?:Int|Long|Short)'|can only be either floating point or complex"
        r"|[Cc]an only calculate the mean|could not infer output dtype|Invalid dtype: "
        r"|Failed to convert a NumPy array to a Tensor",
        "tensors have a type that the operation does not take",
        "convert: .float() for inputs, .long() for class labels",
    ),
    sign(
        "label-out-of-range",
        r"IndexError: Target -?\d{1,12} is out of bounds|Received a label value of -?\d{1,12} which is outside"
        r"|Invalid classes inferred from unique values of `y`"
        r"|Label must be in \[0|label must be in \[0",
        "a label is not among 0 to classes - 1",
        "number the classes from 0, and give the last layer (num_class) as many outputs as there are classes",
    ),
    sign(
        "index-out-of-range",
        r"IndexError: index out of range in self|indices\[.{1,60}\] = -?\d{1,12} is not in \[0, ",
        "an id is not below the number of rows of an embedding",
        "make the embedding (num_embeddings, input_dim) as large as the largest id, and one",
    ),
    sign(
        "not-a-probability",
        r"all elements of (?:input|target) should be between 0 and 1",
        "a loss of probabilities is given something else",
        "end in a sigmoid, or use BCEWithLogitsLoss; targets are 0 or 1",
    ),
    sign(
        "graph-freed",
        r"Trying to backward through the graph a second time",
        "backward is called twice through one graph",
        "compute the loss anew for each step, and detach() what is carried over from the last one",
    ),
    sign(
        "no-gradient",
        r"element 0 of tensors does not require grad",
        "the loss hangs on no parameter that is trained",
        "compute it from the model's output, without detach(), no_grad() or .item() between",
    ),
    sign(
        "loss-not-scalar",
        r"grad can be implicitly created only for scalar outputs",
        "backward is called on more than one number",
        "reduce the loss first: .mean()",
    ),
    sign(
        "changed-in-place",
        r"modified by an inplace operation|leaf Variable that requires grad is being used in an in-place",
        "a tensor that the gradient needs is changed in place",
        "write x = x + ... in place of x += ...",
    ),
    sign(
        "needs-detach",
        r"Can't call numpy\(\) on Tensor that requires grad|can't convert cuda.{0,60} to numpy",
        "a tensor with a gradient, or on a GPU, cannot become an array as it is",
        "use .detach().cpu().numpy()",
    ),
    sign(
        "state-does-not-fit",
        r"Error\(s\) in loading state_dict",
        "saved weights do not fit this model",
        "build the model as it was saved",
    ),
    sign(
        "batch-of-one",
        r"Expected more than 1 value per channel when training",
        "batch normalisation is given one row",
        "use drop_last=True, or larger batches; model.eval() to predict",
    ),
    sign(
        "forgotten-super",
        r"cannot assign module before Module\.__init__\(\) call",
        "a module's __init__ does not call its parent's",
        "begin it with super().__init__()",
    ),
    sign(
        "no-forward",
        r"NotImplementedError: Module \[\w{1,80}\] is missing the required \"forward\"",
        "the module has no forward method",
        "define forward(self, x), indented as a method",
    ),
    sign(
        "unequal-batch",
        r"stack expects each tensor to be equal size",
        "the rows of one batch have different shapes",
        "pad or resize them, in the Dataset or in collate_fn",
    ),
    sign(
        "not-compiled",
        r"You must call `compile\(\)`",
        "the model is trained before it is compiled",
        "call model.compile first",
    ),
    sign(
        "text-as-number",
        r"DataFrame\.dtypes for data must be|pandas dtypes must be int, float or bool",
        "text reaches an estimator that wants numbers",
        "encode the columns of text, or make them categories (enable_categorical for XGBoost)",
    ),
    sign(
        "features-differ",
        r"feature_names mismatch|Feature shape mismatch|number of features in data \(\d{1,9}\) is not the same"
        r"|ValueError: X has \d{1,9} features, but|ValueError: The feature names should match",
        "what is predicted has other columns than what was trained on",
        "select the same columns in the same order for both",
    ),
    sign(
        "bad-column-name",
        r"Do not support special JSON characters in feature name",
        "LightGBM takes no such characters in the names of columns",
        "rename the columns to letters, digits and _",
    ),
    sign(
        "unknown-objective",
        r"Unknown objective|Invalid objective|Unknown metric function",
        "the library knows no such objective or metric",
        "use a name of its documentation",
    ),
    sign(
        "class-count-missing",
        r"Parameter num_class should be|num_class.{0,60}(?:greater than|set|specified)"
        r"|Number of classes should be specified",
        "a multiclass objective is not told the number of classes",
        "set num_class",
    ),
    sign(
        "infinite-values",
        r"contains `inf`|[Ii]nput data contains.{0,20}inf|Input (?:X |y )?contains infinity",
        "infinite values reach an estimator that does not take them",
        "replace them with missing values, and fill those; scale or clip values that are too large",
    ),
    sign(
        "lengths-differ",
        r"inconsistent numbers of samples|Data cardinality is ambiguous|Expected input batch_size \(|"
        r"Check failed: .{0,200}labels|does not match length of index",
        "two things that belong row to row have different lengths",
        "select rows of both together",
    ),
    sign(
        "one-class",
        r"needs samples of at least 2 classes|least populated classes? in y ha(?:s|ve) only 1 member",
        "a class is missing, or has a single row",
        "look at the target's counts; stratify needs two rows of each class",
    ),
    sign(
        "not-fitted",
        r"NotFittedError: ",
        "an estimator is used before it is fitted",
        "call fit on this very object first",
    ),
    sign(
        "ambiguous-truth",
        r"truth value of (?:an array|a Series|a DataFrame)|Boolean value of Tensor with more than one value",
        "many values are asked for one truth",
        "use .any() or .all(), and & | ~ with brackets for conditions on each",
    ),
    sign(
        "shape-mismatch",
        r"shapes cannot be multiplied|[Ss]izes of tensors must match|size of tensor a \(|is invalid for input of size"
        r"|could not be broadcast|matmul: Input operand|must match exactly|cannot reshape array"
        r"|inhomogeneous shape|Given groups=|Expected \d-dimensional|Expected \dD|expected min_ndim|expected ndim"
        r"|incompatible (?:with the layer|shapes)|Incompatible shapes|Matrix size-incompatible|is different to the "
        r"input size|input\.size\(-1\) must be equal|Kernel size can't be greater|Expected 2D array|Arguments `target`"
        r" and `output` must have the same|Negative dimension size|negative dimension",
        "shapes do not fit each other",
        "print the shapes just before this line, and reshape or choose the layer's size to fit",
    ),
    sign(
        "not-contiguous",
        r"view size is not compatible with input tensor's size and stride",
        "view cannot read a tensor that was transposed",
        "use reshape in place of view",
    ),
    sign(
        "no-parameters",
        r"optimizer got an empty parameter list",
        "the optimiser is given nothing to train",
        "keep layers as attributes of the module (nn.ModuleList for lists), and pass model.parameters()",
    ),
    sign(
        "unexpected-setting",
        r"Argument\(s\) not recognized: |Invalid parameter '\w{1,80}' for estimator",
        "an argument has a name that is not known here",
        "use the name that the message lists, or the library's documentation; step__name inside a pipeline",
    ),
    sign(
        "target-not-classes",
        r"Unknown label type: |Classification metrics can't handle a mix of",
        "numbers are given where classes are expected",
        "use a regressor and its metrics, or turn the values into classes first",
    ),
    sign(
        "metric-for-two-classes",
        r"but average='binary'|pos_label=.{1,60} is not a valid label",
        "a metric is asked as if there were two classes, 0 and 1",
        'say average="macro" (or the like) for more classes, and pos_label= for others',
    ),
    sign(
        "unseen-label",
        r"contains previously unseen labels",
        "a label occurs that was not there when the encoder was fitted",
        "fit the encoder of labels on all that may occur",
    ),
    sign(
        "text-as-number",
        r"is not compatible with arrays of bytes/strings",
        "text reaches an estimator that wants numbers",
        "encode the columns of text just before it",
    ),
    sign("singular-matrix", r"Singular matrix", "a matrix has no inverse", "drop columns that repeat, or use lstsq"),
    sign(
        "endless-recursion",
        r"RecursionError: ",
        "a function calls itself without end",
        "give it a case in which it stops",
    ),
    sign(
        "missing-package",
        r"ModuleNotFoundError: No module named '(\w{1,100})'\Z",
        "the package {0!r} is not installed",
        "install it, or add it to the sandbox's packages; its name to install may differ from its name to import",
    ),
)
