"""Messages of PyTorch that say which number does not fit: the remedy names it.

Source: where it raises (PyTorch 2.13). They are looked at before the general
ones of `sign.py`. As there, no pattern repeats within a repetition.
"""

from mlpilot.tools.diagnose.signs.sign import sign

_LAYERS = (
    sign(
        "shape-mismatch",
        r"Given groups=\d{1,9}, weight of size .{1,60}?, expected input.{1,60}? to have (\d{1,9}) channels, but got "
        r"(\d{1,9})",
        "a convolution takes {0} channels, and is given {1}",
        "channels come second (rows, channels, height, width): permute where they come last, or make in_channels {1}",
    ),
    sign(
        "shape-mismatch",
        r"Calculated padded input size per channel: \((.{1,40}?)\)\. Kernel size: \((.{1,40}?)\)",
        "a kernel of {1} is larger than what comes in: {0}",
        "make the kernel smaller, pad (padding=), pool less before, or feed larger inputs",
    ),
    sign(
        "shape-mismatch",
        r"Expected (\d)D \(unbatched\) or (\d)D \(batched\) input to \w{1,40}, but got input of size: \[(.{0,80}?)\]",
        "the layer takes {0} dimensions, or {1} with the rows of a batch, and is given [{2}]",
        "unsqueeze the dimension that is missing (0 for a batch, 1 for a channel), or squeeze one that is too many",
    ),
    sign(
        "shape-mismatch",
        r"multi-target not supported",
        "a loss of classes is given targets of more than one dimension",
        "give one class number a row: target.squeeze(1), or target.argmax(1) where they are one-hot",
    ),
    sign(
        "shape-mismatch",
        r"[Tt]arget size \(.{1,60}?\) (?:must be the same as input size|that is different to the input size)",
        "the model's output and the target have different shapes",
        "make them the same: output.squeeze(1), or target.unsqueeze(1).float()",
    ),
    sign(
        "shape-mismatch",
        r"Expected hidden\[\d\] size \((.{1,40}?)\), got",
        "a recurrent layer's hidden state has another shape than ({0})",
        "make it (num_layers * directions, batch, hidden size) = ({0}); batch_first concerns the input alone",
    ),
    sign(
        "layer-size",
        r"input\.size\(-1\) must be equal to input_size\. Expected (\d{1,9}), got (\d{1,9})",
        "a recurrent layer takes {0} values a step, and is given {1}",
        "make input_size the last dimension of what comes in, {1}",
    ),
    sign(
        "shape-mismatch",
        r"shape of the (?:\dD )?(?:attn_mask|key_padding_mask|mask).{1,80}?should be|attn_mask.{0,60}shape",
        "a mask of attention has another shape than the lengths ask for",
        "make attn_mask (length of the queries, length of the keys), and key_padding_mask (batch, length of the keys)",
    ),
    sign(
        "layer-size",
        r"running_(?:mean|var) should contain (\d{1,9}) elements not (\d{1,9})",
        "batch normalisation is made for {1} channels, and is given {0}",
        "make num_features {0}, the number of channels (or features) that come in",
    ),
    sign(
        "layer-size",
        r"Given normalized_shape=(.{1,40}?), expected input with shape",
        "layer normalisation is made for another shape than it is given",
        "make normalized_shape the last dimensions of what comes in",
    ),
    sign(
        "layer-size",
        r"same reduction dim, but got \[(.{1,40}?)\] X \[(.{1,40}?)\]",
        "two matrices cannot be multiplied: [{0}] and [{1}]",
        "make in_features (the rows of the second) the last dimension of what comes in, or transpose one (.T)",
    ),
    sign(
        "layer-size",
        r"size mismatch, got input \((\d{1,9})\), mat|Expected size for first two dimensions of batch2 tensor",
        "two matrices cannot be multiplied",
        "make in_features the last dimension of what comes in; batches must be equally many",
    ),
    sign(
        "setting-out-of-range",
        r"(num_channels|in_channels|out_channels) must be divisible by (\w{1,40})",
        "{0} is no multiple of {1}",
        "choose numbers of which one divides the other without rest",
    ),
    sign(
        "no-forward",
        r"Module \[Module(?:List|Dict)\] is missing the required",
        "a list of layers is called as if it were a layer",
        "loop over its layers, each on what the last one gave, or use nn.Sequential(*layers)",
    ),
    sign(
        "wrong-argument-type",
        r"(?:list|tuple) is not a Module subclass",
        "a list is given where layers are meant",
        "unpack it with a star: nn.Sequential(*layers)",
    ),
    sign(
        "missing-argument",
        r"step\(\) missing 1 required positional argument: 'closure'",
        "this optimiser computes the loss itself, several times a step",
        "pass step() a function that clears the gradients, calls loss.backward() and returns the loss",
    ),
    sign(
        "wrong-argument-type",
        r"params argument given to the optimizer should be an iterable.{0,60}but got (?!torch.FloatTensor)(\S{1,80})",
        "an optimiser is given a thing that holds no parameters to go through",
        "pass model.parameters()",
    ),
)
_TENSORS = (
    sign(
        "steps-used-up",
        r"Tried to step \d{1,9} times",
        "a schedule of the learning rate has come to its end",
        "make total_steps (epochs times steps_per_epoch) as many as the steps that are taken, and step once a batch",
    ),
    sign(
        "repeated-parameters",
        r"parameters appear in more than one parameter group",
        "a parameter is given to the optimiser twice",
        "list each parameter in one group alone: take those of the head out of the others",
    ),
    sign(
        "dtype-mismatch",
        r"result type (\w{1,20}) can't be cast to the desired output type (\w{1,20})",
        "{1} cannot hold what comes out: {0}",
        "convert first: x = x.float(), or write x = x / y in place of x /= y",
    ),
    sign(
        "dtype-mismatch",
        r"Expected floating point type for target with class probabilities",
        "cross entropy takes targets of the output's shape for probabilities, and these are whole numbers",
        "give class numbers in one dimension (target.argmax(1), squeeze), or probabilities as .float()",
    ),
    sign(
        "shape-mismatch",
        r"only batches of spatial targets supported \(3D tensors\) but got targets of",
        "a loss of pictures takes class numbers of (rows, height, width)",
        "take the channel away: target.squeeze(1), and give whole numbers, .long()",
    ),
    sign(
        "lengths-differ",
        r"Expected input batch_size \((\d{1,9})\) to match target batch_size \((\d{1,9})\)",
        "the output has {0} rows, and the target {1}",
        "look for a view or flatten that takes rows for values (keep x.size(0) first), and select the same "
        "rows of both",
    ),
    sign(
        "zero-dimensional",
        r"iteration over a 0-d|Dimension specified as 0 but tensor has no dimensions|zero-dimensional "
        r"(?:tensor|arrays)",
        "one number is used as if it were a list",
        "take it by .item(), or keep the dimension: unsqueeze(0), np.atleast_1d",
    ),
    sign(
        "missing-attribute",
        r"Module '.{1,80}' has no parameter or buffer",
        "the module has no parameter of that name",
        "look at how they are spelled: dict(model.named_parameters())",
    ),
    sign(
        "missing-attribute",
        r"AttributeError: (\w{1,80}) has no attribute `(\w{1,80})`",
        "the module {0} has no part named {1}",
        "look at how its parts are spelled: dict(model.named_parameters()), dict(model.named_modules())",
    ),
    sign(
        "shape-mismatch",
        r"Sizes of tensors must match except in dimension (\d{1,3})\. Expected size (\d{1,9}) but got size (\d{1,9})",
        "tensors are joined along dimension {0}, and another dimension differs: {1} and {2}",
        "join them along the dimension that differs (dim=), or make all others the same",
    ),
    sign(
        "shape-mismatch",
        r"size of tensor a \((\d{1,9})\) must match the size of tensor b \((\d{1,9})\) at non-singleton dimension",
        "two tensors have {0} and {1} values along one dimension",
        "broadcast: unsqueeze a dimension of size 1 (keepdim=True keeps it), or choose tensors of the same shape",
    ),
    sign(
        "shape-mismatch",
        r"shape '\[(.{1,60}?)\]' is invalid for input of size (\d{1,12})",
        "{1} values do not fill the shape [{0}]",
        "the product of the sizes must be {1}: let one of them be -1, and keep the batch first: x.view(x.size(0), -1)",
    ),
    sign(
        "shape-mismatch",
        r"[Tt]he shape of the mask .{1,60} does not match the shape of the indexed tensor",
        "a mask has another shape than what it selects from",
        "make the mask from the very tensor that it selects from",
    ),
    sign(
        "shape-mismatch",
        r"(?:batch1|batch2) must be a 3D tensor",
        "bmm multiplies batches of matrices, of three dimensions",
        "use torch.matmul (@) for two dimensions, or unsqueeze(0) to make a batch of one",
    ),
    sign(
        "dtype-mismatch",
        r"LongTensor|tensors used as indices must be long|[Ee]xpected dtype int64 for index",
        "whole numbers are needed here, as indices",
        "convert them: .long()",
    ),
    sign(
        "dtype-mismatch",
        r"floating point and complex dtype can require gradients",
        "only numbers with a point can have gradients",
        "make it float: write 1.0, say dtype=torch.float32, or call .float() first",
    ),
    sign(
        "dtype-mismatch",
        r"can't convert np\.ndarray of type numpy\.object_",
        "an array holds objects (text, or rows of several lengths), and not numbers",
        "keep the columns that are numbers, and convert: .to_numpy(dtype=float), or np.stack(rows).astype(float)",
    ),
    sign(
        "unequal-lengths",
        r"expected sequence of length (\d{1,9}) at dim \d{1,3} \(got (\d{1,9})\)",
        "the rows of a list have different lengths: {0} and {1}",
        "pad them to one length (torch.nn.utils.rnn.pad_sequence), or keep a list of tensors",
    ),
    sign(
        "wrong-argument-type",
        r"expected Tensor as element (\d{1,9}) in argument \d{1,3}, but got (\w{1,40})",
        "element {0} of what is to be joined is of type {1}, and no tensor",
        "make it a tensor first: torch.as_tensor(...)",
    ),
    sign(
        "unknown-device",
        r"device type at start of device string: (\w{1,40})",
        "there is no device named {0}",
        'write "cpu", "cuda" or "cuda:0"; which there is says torch.cuda.is_available()',
    ),
    sign(
        "state-does-not-fit",
        r"Expected state_dict to be dict-like",
        "weights are to be loaded from what is no dictionary of them",
        "load what model.state_dict() gave: model.load_state_dict(torch.load(path))",
    ),
    sign(
        "not-finite",
        r"probability tensor contains either|probabilities? .{0,20}(?:negative|nan)",
        "probabilities hold NaN, infinity or a negative value",
        "make them by softmax; if they are NaN, look at the step before: its loss, the learning rate",
    ),
    sign(
        "not-finite",
        r"norm of order .{1,20} for gradients from `?parameters`? is non-finite",
        "a gradient is NaN or infinite",
        "find where it begins (torch.autograd.set_detect_anomaly(True)): a smaller learning rate, no log or root of 0",
    ),
    sign(
        "setting-out-of-range",
        r"normal expects (?:all elements of )?std",
        "a standard deviation is negative",
        "make it positive: torch.exp of what the net gives, or softplus",
    ),
    sign(
        "unused-in-graph",
        r"appears to not have been used in the graph",
        "a gradient is asked for by what the loss does not hang on",
        "say allow_unused=True, or compute the loss from it",
    ),
    sign(
        "not-ready",
        r"[Pp]rocess group has not been initialized",
        "processes are to work together that were not made acquainted",
        "call torch.distributed.init_process_group first (torchrun sets what it needs)",
    ),
    sign(
        "main-guard-missing",
        r"before the current process has finished its bootstrapping phase",
        "worker processes run the script anew, and start workers in turn",
        'put what the script does under if __name__ == "__main__":',
    ),
    sign(
        "fork-of-gpu",
        r"Cannot re-initialize CUDA in forked subprocess",
        "a worker that was forked uses the GPU",
        'use the start method "spawn", and move data to the GPU in the main process',
    ),
    sign(
        "graph-break",
        r"[Dd]ata[- ]dependent (?:branch|jump|expr)|Graph break|fullgraph=True",
        "a compiled function decides by values, which its graph does not hold",
        "leave out fullgraph=True, or write torch.where (torch.cond) in place of if",
    ),
    sign(
        "script-unsupported",
        r"NotSupportedError: |is not a Python value.{0,20}|Unknown builtin op: ",
        "torch.jit.script does not know this piece of Python",
        "write it with what TorchScript takes, and types; or use torch.compile, or torch.jit.trace",
    ),
    sign(
        "worker-timed-out",
        r"DataLoader timed out",
        "a worker took longer than timeout allows",
        "raise timeout=, or find what is slow in __getitem__ with num_workers=0",
    ),
    sign(
        "lengths-unsorted",
        r"`lengths` array must be sorted",
        "sequences are packed that do not go from long to short",
        "say enforce_sorted=False",
    ),
    sign(
        "needs-positive",
        r"Length of all samples has to be greater than 0",
        "a sequence is empty",
        "leave out sequences of length 0",
    ),
    sign(
        "lengths-differ",
        r"Sum of input lengths does not equal",
        "the parts do not sum up to the length of the dataset",
        "make their lengths sum to len(dataset), or give fractions: [0.8, 0.2]",
    ),
    sign(
        "not-one-number",
        r"a Tensor with (\d{1,12}) elements cannot be converted to Scalar",
        "{0} values are asked for as one number",
        "reduce them first (.mean(), .sum()), or use .tolist()",
    ),
    sign(
        "shape-mismatch",
        r"einsum\(\): (?:subscript|operand|the number|fewer|more)",
        "the letters of einsum do not fit the tensors' dimensions",
        "one letter a dimension, and the same letter for the same size: print the shapes",
    ),
    sign(
        "shape-mismatch",
        r"Index tensor must have the same number of dimensions as",
        "an index has another number of dimensions than what it indexes",
        "give it the same number: index.unsqueeze(1)",
    ),
)
NETS = (*_LAYERS, *_TENSORS)
