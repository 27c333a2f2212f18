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

MOST_TRAININGS, MOST_LAYERS, MOST_SAMPLES, MOST_POINTS, MOST_METRICS, MOST_RATES = 8, 40, 12, 200, 12, 20
LEAST_FALL = 0.05
"""The share of a loss by which it falls clearly."""


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
class Labels:
    """Rows of a classification with the same inputs, number by number, and five different values at least."""

    rows: int
    """Looked at."""
    alike: int
    """Of these, such as are like another one."""
    differ: int
    """Of those, such as are like one with another class."""


@dataclass(frozen=True)
class Sureness:
    """What the largest probability says of right and wrong, for the held-out rows that were judged last (PyTorch)."""

    rows: int
    wrong: int
    """Rows whose class was not the label's."""
    area: float
    """The chance that a right answer was the surer one, of one right and one wrong: 0.5 where sureness says nothing."""


@dataclass(frozen=True)
class Unheld:
    """Weights that had a gradient and that no optimiser of the script was ever given (PyTorch)."""

    names: tuple[str, ...]
    """The first of them: "Linear.weight"."""
    tensors: int
    numbers: int
    looks: int
    """At how many looks they had a gradient, at most."""


@dataclass(frozen=True)
class Repeats:
    """Batches that a loader gave, at the looks (PyTorch)."""

    looks: int
    alike: int
    """Of these, such as are the first batch again."""
    rows: int
    """Of the whole data set."""


@dataclass(frozen=True)
class JudgedMoody:
    """What came through dropout or batch normalisation in training mode after the last step, and nothing otherwise."""

    line: int
    calls: int
    rows: int
    """Of the largest batch."""


@dataclass(frozen=True)
class Shared:
    """Held-out rows, and how many of them are rows for training, number by number."""

    rows: int
    known: int
    twice: int
    """Rows for training, of as many as were looked at, that stand there more than once."""
    trained: int
    """Rows for training that were looked at."""


@dataclass(frozen=True)
class Changed:
    """Answers of a trained model in evaluation mode, and how many were others when only what is beside them changed."""

    answers: int
    differ: int


@dataclass(frozen=True)
class RateTest:
    """What became of the loss of a few batches, in short runs on them from the first weights, with one rate each.

    A range test (Smith, WACV 2017) of the observer's own, made of small trainings that did not learn, when the script
    was over: same model, loss and optimiser, without its schedule; not of trainings whose first step clips its
    gradients. Its rates are those of the optimiser, whatever its momentum. What a rate does in a few steps is no proof
    of what it does in many, where the best is mostly lower: a repair has to be run.
    """

    steps: int
    """Updates with each rate."""
    began: float
    """The loss with the first weights, a mean over these batches."""
    tried: tuple[tuple[float, float], ...]
    """Rates, from the smallest, each with the loss after those updates; infinite where it was not finite on the way."""
    others_began: float = 0.0
    others_least: float = 0.0
    """The loss of batches that are not trained on in the test: with the first weights, and the lowest with any rate."""

    @property
    def best(self) -> float | None:
        """The rate with the lowest loss; None where the loss fell clearly with none."""
        rate, loss = min(self.tried, key=lambda one: one[1], default=(0.0, math.inf))
        return rate if rate > 0 and loss < (1 - LEAST_FALL) * self.began else None

    @property
    def falling(self) -> tuple[float, float] | None:
        """The lowest and the highest rate around the best with which the loss falls by a quarter as much at least."""
        best = self.best
        if best is None:
            return None
        rates = [rate for rate, _ in self.tried]
        fell = [self.began - loss for _, loss in self.tried]
        low = high = rates.index(best)
        enough = fell[low] / 4
        while low > 0 and fell[low - 1] >= enough:
            low -= 1
        while high + 1 < len(rates) and fell[high + 1] >= enough:
            high += 1
        return rates[low], rates[high]

    def told(self) -> str:
        """For people: where the loss falls."""
        if self.falling is None:
            return f"in tests of {self.steps} updates the loss fell with no learning rate"
        low, high = self.falling
        span = f"{low:.2g}" if low == high else f"{low:.2g} to {high:.2g}"
        return f"in tests of {self.steps} updates the loss fell best with learning rates of {span}"


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
    weighted: bool = False
    """Keras: whether rows or classes were given weights."""
    optimizer: str = ""
    """Class of the optimiser: "SGD", "Adam"."""
    optimizer_line: int | None = None
    """Line of the script where the optimiser was made (PyTorch) or `compile` was called (Keras)."""
    learning_rate: float | None = None
    """At the first step."""
    last_learning_rate: float | None = None
    starved: int = 0
    """Steps with less than a thousandth of the highest learning rate before them."""
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
    waits: tuple[Point, ...] = ()
    """Share of the time of a step that the loop waited for its batch, or (`overlaps`) that a batch was being made."""
    overlaps: bool = False
    """Whether batches are made while the training goes on: then it waits only where making them takes all the time."""
    labels: Labels | None = None
    """Of its whole data where they are arrays; of the first batch otherwise."""
    sureness: Sureness | None = None
    ending: str = ""
    """What the outputs went through last: "softmax", "sigmoid", "relu", "tanh", "log_softmax"; "linear"; or ""."""
    from_logits: bool | None = None
    """Keras: whether the loss applies softmax or sigmoid itself; None where it is not asked."""
    negated: bool = False
    """PyTorch: whether what goes backwards is the mean of the loss with a minus before it."""
    last_targets: Scale | None = None
    last_outputs: Scale | None = None
    """Those of the last look."""
    looks: int = 0
    """PyTorch: looks at steps."""
    empty_looks: int = 0
    """PyTorch: of these, such as no parameter of the optimiser had a gradient at."""
    resting: tuple[bool, ...] = ()
    """PyTorch: at looks, whether all dropout and batch normalisation was in evaluation mode; empty without any."""
    backwards: int = 0
    """PyTorch, where no optimiser ever stepped: losses that went backwards."""
    unheld: Unheld | None = None
    repeats: Repeats | None = None
    judged_moody: JudgedMoody | None = None
    shared: Shared | None = None
    judged: tuple[tuple[int, Scale], ...] = ()
    """Rows of floats that the trained model was asked about: line of the script, and how large they are."""
    still_norms: tuple[str, ...] = ()
    """Keras: layers of batch normalisation whose averages were never touched by the training."""
    mixed: Changed | None = None
    """PyTorch: for rows, where other rows of the batch were left out."""
    peeks: Changed | None = None
    """PyTorch: of a model that tells the next word, for places, where a word after them was another."""
    rates: RateTest | None = None
    """None where it learnt, or could not be tried: `fix` chooses a learning rate from it where it is there."""

    @property
    def constant_rate(self) -> float | None:
        """Its learning rate, where the last step had that of the first."""
        return self.learning_rate if self.learning_rate == self.last_learning_rate else None

    @property
    def classifies(self) -> bool:
        """Whether its targets are classes: by the loss."""
        of_values = self.loss.startswith(("gaussian_nll", "poisson_nll"))
        return not of_values and any(
            word in self.loss for word in ("cross_entropy", "crossentropy", "nll", "hinge", "bce")
        )

    @property
    def is_finite(self) -> bool:
        """Whether no NaN and no infinity was seen."""
        return self.bad is None and all(math.isfinite(point.value) for point in self.losses)
