"""Whether an edit mended a training: its symptom gone, what is measured clearly better in every run, all else the same.

What is compared is what the observer measured itself, not what the script prints: the loss on held-out rows where the
script computes one, else the training loss over the last fifth of the steps, and the share that is right. Every run
draws other random numbers; where the script seeds itself, its seeds are changed in both versions for the runs.
"""

import math
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from mlpilot.tools.diagnose.dynamic.facts import Training
from mlpilot.tools.diagnose.dynamic.problems import UNLEARNED, ignorance, symptoms
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.static.report import check_source
from mlpilot.tools.mending.model import Proof
from mlpilot.tools.mending.probing import OF_TRAINING, with_seeds
from mlpilot.tools.mending.running import Ended
from mlpilot.tools.mending.training.repairs import OF_TRAININGS, mend_training

SEEDS = 3
"""Runs of the script as it was given; the loss of each repaired one must be below that of each of these."""
REPAIRED, BRIEF = 5, 30.0
"""Runs of the repaired one, for what starts well by luck starts so three times in a row; SEEDS where a training takes
longer than so many seconds."""
MOST_TRIED = 24
"""Edits that are tried, a run each."""
CLEARLY = 0.15
"""The share of the loss that must be gone."""
FITTED = 0.02
"""The share of the first loss, or of what knowing nothing costs, below which a loss is as good as gone: which of two
such is lower says nothing of the training."""
SECONDS = 300.0
"""No further edit is tried after so much time in training."""

Run = Callable[[str], Ended]
_TAIL = 5


@dataclass(frozen=True)
class Measured:
    """What one run came to."""

    loss: float
    """Infinite where it is not finite, and where it is one of classes and below 0."""
    fitted: float
    """The loss below which it is as good as gone; 0 where that cannot be told."""
    right: float | None
    """Share of the rows whose class is right."""
    held_out: bool


@dataclass(frozen=True)
class Mended:
    """An edit that was proven."""

    text: str
    what: str
    ended: Ended
    proof: Proof
    runs: int


def mend_proven(source: str, first: Ended, run: Run, tried: list[str], read: Sequence[Diagnosis] = ()) -> Mended | None:
    """The first edit that is proven to mend what the run `first` shows, or None.

    Where it shows nothing, what `check` has `read` of its learning rate and of its first weights is to be mended: a
    loss may fall with a rate that is far too high, and end high. What was tried in vain is added to `tried`, at most
    five of it.
    """
    seen = symptoms(first.trainings)
    shown = seen or [one for one in read if one.kind in OF_TRAININGS]
    if not shown or not first.trainings:
        return None
    trial = _Trial(source, first, run, shown)
    spare: list[tuple[float, str, str, Ended]] = []
    spent = 0.0
    edits = mend_training(source, shown, first.trainings)
    for count, (text, what) in enumerate(edits if seen else _without(edits, {one.kind for one in shown})):
        if count == MOST_TRIED or spent > SECONDS:
            break
        ended = run(text)
        spent += sum(one.seconds for one in ended.trainings)
        if trial.helps([ended]):
            if is_learning(ended) and (mended := trial.proven(text, what, ended, learning=True)) is not None:
                return mended
            now = measured(ended)
            spare.append((now.loss if now else math.inf, text, what, ended))
        elif len(tried) < _TAIL:
            tried.append(f"{what} did not help")
    for _, text, what, ended in sorted(spare, key=lambda one: one[0])[:2]:
        if (mended := trial.proven(text, what, ended, learning=False)) is not None:
            return mended
    return None


def _without(edits: Iterable[tuple[str, str]], kinds: set[str]) -> Iterator[tuple[str, str]]:
    """Those after which `check` reads nothing of these kinds."""
    return (edit for edit in edits if all(one.kind not in kinds for one in check_source(edit[0], "script.py")))


@dataclass
class _Trial:
    """The script as it was given, and its runs."""

    source: str
    first: Ended
    run: Run
    shown: Sequence[Diagnosis]
    before: list[Ended] = field(default_factory=list)

    def helps(self, after: Sequence[Ended]) -> bool:
        """Whether in all these runs the symptom is gone, the loss lower, and nothing else changed."""
        whole = all(_is_mended(one) and is_same(self.first, one) for one in after)
        return whole and is_better(self.before or [self.first], after)

    def proven(self, text: str, what: str, ended: Ended, *, learning: bool) -> Mended | None:
        """The edit, where further runs of both versions bear it out; `learning`: and learn in each of them."""
        if not self.before:
            self.before = [
                self.first,
                *(self.run(with_seeds(self.source, seed, OF_TRAINING)) for seed in range(1, SEEDS)),
            ]
        after = [ended]
        brief = max(sum(one.seconds for one in run.trainings) for run in (ended, *self.before)) < BRIEF
        for seed in range(1, REPAIRED if brief else SEEDS):
            after.append(self.run(with_seeds(text, seed, OF_TRAINING)))
            if not self.helps(after) or (learning and not is_learning(after[-1])):
                return None
        return Mended(text, what, ended, _proof(self.shown, self.before, after), len(after))


def is_learning(ended: Ended) -> bool:
    """Whether so little is left of the first loss, and of what knowing nothing would cost, that no symptom would be
    looked for: the first edit with which every run does so is taken, and one that merely helps only where there is
    none."""
    one = max(ended.trainings, key=lambda one: one.steps, default=None)
    if one is None or not one.losses:
        return False
    last = one.losses[-max(1, len(one.losses) // _TAIL) :]
    return statistics.fmean(point.value for point in last) < UNLEARNED * min(one.losses[0].value, ignorance(one))


def _is_mended(ended: Ended) -> bool:
    """Whether it ended well, without any symptom."""
    return ended.status == "ok" and not symptoms(ended.trainings)


def measured(ended: Ended) -> Measured | None:
    """What the longest training of a run came to; None without one."""
    one = max(ended.trainings, key=lambda one: one.steps, default=None)
    if one is None or not one.losses:
        return None
    if one.validation_losses and one.validation_losses[-1].step > one.steps // 2:
        loss, held_out = one.validation_losses[-1].value, True
    else:
        last = one.losses[-max(1, len(one.losses) // _TAIL) :]
        loss, held_out = statistics.fmean(point.value for point in last), False
    finite = one.bad is None and math.isfinite(loss) and all(math.isfinite(point.value) for point in one.losses[-3:])
    finite = finite and not _beyond(one, loss)
    fitted = FITTED * min(one.losses[0].value, ignorance(one))
    return Measured(loss if finite else math.inf, fitted if math.isfinite(fitted) else 0.0, _right(one), held_out)


def _beyond(one: Training, loss: float) -> bool:
    """Whether a loss of classes came below 0, as none can: its targets are no classes, and it falls without end."""
    return loss < 0 and one.classifies


def _right(one: Training) -> float | None:
    curve = one.validation_accuracies or one.accuracies
    last = curve if one.validation_accuracies else curve[-max(1, len(curve) // _TAIL) :]
    return statistics.fmean(point.value for point in last[-max(1, len(last)) :]) if last else None


def is_better(before: Sequence[Ended], after: Sequence[Ended]) -> bool:
    """Whether each run after the edit has a lower loss than each before it, clearly in the middle, and none got less
    right."""
    old, new = [measured(one) for one in before], [measured(one) for one in after]
    known_old, known_new = [one for one in old if one], [one for one in new if one]
    if len(known_old) < len(old) or len(known_new) < len(new):
        return False
    # Losses of which both are as good as gone are equal: which is lower is no gain.
    fitted = min(one.fitted for one in (*known_old, *known_new))
    was, now = ([max(one.loss, fitted) for one in runs] for runs in (known_old, known_new))
    worst, best = max(now), min(was)
    middle_new, middle_old = statistics.median(now), statistics.median(was)
    if not math.isfinite(worst) or worst >= best:
        return False
    if math.isfinite(middle_old) and middle_old - middle_new < CLEARLY * abs(middle_old):
        return False
    rights = [[one.right for one in runs if one.right is not None] for runs in (known_old, known_new)]
    return not all(rights) or statistics.median(rights[1]) >= statistics.median(rights[0]) - 0.01


def is_same(before: Ended, after: Ended) -> bool:
    """Whether it is the same training but for what was mended: as many, of the same model by the same loss, as long."""
    if len(before.trainings) != len(after.trainings):
        return False
    return {_said(one) for one in after.warnings} <= {_said(one) for one in before.warnings} and all(
        (a.framework, a.model, a.loss) == (b.framework, b.model, b.loss)
        and (a.steps == b.steps or a.batch_size != b.batch_size or not a.finished)
        for a, b in zip(before.trainings, after.trainings, strict=True)
    )


def _said(told: object) -> tuple[str, str]:
    return getattr(told, "category", ""), getattr(told, "estimator", "")


def _proof(shown: Sequence[Diagnosis], before: Sequence[Ended], after: Sequence[Ended]) -> Proof:
    old, new = [one for run in before if (one := measured(run))], [one for run in after if (one := measured(run))]
    where = "held-out" if all(one.held_out for one in (*old, *new)) else "training"
    kinds = ", ".join(dict.fromkeys(one.kind for one in shown))
    return Proof(
        f"{kinds} gone, {where} loss lower in each of {len(after)} runs than in each of {len(before)} before",
        _numbers(old),
        _numbers(new),
    )


def _numbers(runs: Sequence[Measured]) -> str:
    losses = ", ".join(f"{one.loss:.3g}" if math.isfinite(one.loss) else "not finite" for one in runs)
    rights = [one.right for one in runs if one.right is not None]
    return f"loss {losses}" + (f"; {statistics.median(rights):.0%} right" if rights else "")
