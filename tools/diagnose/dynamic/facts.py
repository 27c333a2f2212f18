"""The facts of a training, as observers on the frameworks' own hooks saw them.

One `Training` is one call of `fit` in Keras (calls on one model from one line count together), or all the steps of one
optimiser in PyTorch. Everything is bounded: curves hold at most `MOST_POINTS` points, thinned evenly; at most
`MOST_LAYERS` layers are looked at, at most `MOST_SAMPLES` times: at the first step, then ever more rarely, and (Keras)
after the last. All series of a `Layer` run along `Training.sampled`, the steps at which layers were looked at. A number
that was not seen is None, and a series that was not seen is empty; NaN and infinity are values that were seen.

`Ended.trainings` of `tools/mending/running.py` holds them, in the order in which they began.
"""

import math
from dataclasses import dataclass, field

MOST_TRAININGS, MOST_LAYERS, MOST_SAMPLES, MOST_POINTS, MOST_METRICS = 8, 40, 12, 200, 12


@dataclass(frozen=True)
class Point:
    """A value of a curve."""

    step: int
    """Updates of the weights before it: 0 is the first batch."""
    value: float


@dataclass(frozen=True)
class Scale:
    """One array: the first batch of inputs, of targets, or the model's first outputs."""

    shape: tuple[int, ...]
    """With the rows of the batch first."""
    minimum: float
    maximum: float
    mean: float
    spread: float
    """Standard deviation over all values."""
    least_spread: float
    most_spread: float
    """Smallest and largest standard deviation of a column, constant columns left out; `spread` where not 2-D."""
    distinct: int
    """Different values, counted up to 1000."""
    whole: bool
    """Whether all values are whole numbers."""
    finite: bool
    """Whether no value is NaN or infinite; the other numbers are of the finite ones."""


@dataclass(frozen=True)
class Layer:
    """A layer with weights, or one that squashes or cuts; in the order of the forward pass."""

    name: str
    """"fc1", "features.0", "dense_2"."""
    kind: str
    """Its class: "Linear", "Conv2D", "LSTM"."""
    activation: str = ""
    """"relu", "sigmoid", "tanh", "softmax", ...: what its outputs went through at once, where that was seen."""
    units: int = 0
    """Channels of its output."""
    parameters: int = 0
    """Trainable numbers."""
    gradients: tuple[float, ...] = ()
    """Root mean square of the loss's gradient by its kernel (weights without the bias), at `Training.sampled`."""
    weights: tuple[float, ...] = ()
    """Root mean square of the kernel."""
    updates: tuple[float, ...] = ()
    """One step's change of the kernel, in units of the kernel (ratio of norms); may be shorter than the others."""
    dead: tuple[float, ...] = ()
    """Relu-like: share of units that gave nothing above 0 for any row."""
    saturated: tuple[float, ...] = ()
    """Sigmoid, tanh: share of outputs within 1 % of either end; softmax: share of rows with one output > 0.99."""


@dataclass(frozen=True)
class Predicted:
    """Classes predicted for one batch of training."""

    step: int
    rows: int
    classes: int
    """Different classes among the targets."""
    predicted: int
    """Different classes among the predictions."""
    most: float
    """Share of the class that was predicted most."""


@dataclass(frozen=True)
class Bad:
    """Where NaN or infinity was seen first."""

    step: int
    where: str
    """"inputs", "targets", "loss", "gradients of NAME" or "weights of NAME"."""
    value: str
    """"nan" or "inf"."""


@dataclass(frozen=True)
class Training:
    """One training."""

    framework: str
    """"torch" or "keras"."""
    backend: str = ""
    """Of Keras: "tensorflow", "torch", "jax"; "torch" for PyTorch."""
    line: int | None = None
    """Line of the script: the call of `fit`, or of `backward`."""
    model: str = ""
    """Class of the model: "Sequential", "Net"."""
    loss: str = ""
    """Function of the loss, as the framework calls it: "cross_entropy", "mse_loss", "binary_crossentropy"."""
    is_mean: bool = False
    """Whether what is minimised is the mean of that function over the rows, and nothing else."""
    optimizer: str = ""
    """Class of the optimiser: "SGD", "Adam"."""
    optimizer_line: int | None = None
    """Line of the script where the optimiser was made (PyTorch) or `compile` was called (Keras)."""
    learning_rate: float | None = None
    """At the first step."""
    last_learning_rate: float | None = None
    momentum: float | None = None
    batch_size: int = 0
    steps: int = 0
    """Updates of the weights."""
    epochs: int = 0
    """Passes over the data that ended; 0 where they could not be told."""
    seconds: float = 0.0
    finished: bool = False
    """Whether it ended by itself, not by an error or a limit (PyTorch: whether the script ended well)."""
    losses: tuple[Point, ...] = ()
    """Loss of the training batches."""
    epoch_losses: tuple[float, ...] = ()
    """Mean of the training loss, an epoch each."""
    validation_losses: tuple[Point, ...] = ()
    """Loss on data that is not trained on (PyTorch: computed without gradients), its mean each time."""
    accuracies: tuple[Point, ...] = ()
    """Share of the training rows whose class is right: of a batch in PyTorch, of an epoch in Keras."""
    validation_accuracies: tuple[Point, ...] = ()
    metrics: dict[str, tuple[float, ...]] = field(default_factory=dict)
    """Keras: each metric of the history, an epoch each."""
    sampled: tuple[int, ...] = ()
    """Steps at which layers were looked at."""
    layers: tuple[Layer, ...] = ()
    inputs: Scale | None = None
    targets: Scale | None = None
    outputs: Scale | None = None
    """The model's, for the first batch."""
    predictions: tuple[Predicted, ...] = ()
    continues: bool = False
    """Whether its model was trained before, by another `fit` or optimiser: it need not learn much more."""
    alternates: bool = False
    """PyTorch: whether steps of another optimiser came between, as of adversaries; then its loss need not fall."""
    kept_gradients: int = 0
    """PyTorch: steps, of those looked at, that began with gradients left by the step before."""
    bad: Bad | None = None

    @property
    def classifies(self) -> bool:
        """Whether its targets are classes: by the loss."""
        return any(word in self.loss for word in ("cross_entropy", "crossentropy", "nll", "hinge", "bce"))

    @property
    def is_finite(self) -> bool:
        """Whether no NaN and no infinity was seen."""
        return self.bad is None and all(math.isfinite(point.value) for point in self.losses)
