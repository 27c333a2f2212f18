"""Lightning and transformers: what the loop that somebody else wrote has to be given.

Sources: Lightning, LightningModule: training_step, configure_optimizers; transformers, Trainer and TrainingArguments;
Humbatova et al. 2020 (training process; wrong selection of data).
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.syntax import argument, method_of, methods, own
from mlpilot.tools.diagnose.static.reading.trace import path_of, written
from mlpilot.tools.diagnose.static.reading.values import number
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called, names_in

_LIGHTNING = "Lightning, LightningModule"


def _modules(program: Program) -> Iterator[ast.ClassDef]:
    """Classes of the program that are a LightningModule."""
    for node, bases in program.trace.bases:
        named = [written(one) for one in node.bases]
        known = [path_of(one) for one in bases]
        if any(one.rpartition(".")[2] == "LightningModule" for one in (*named, *known)):
            yield node


def _returned(function: ast.FunctionDef) -> list[ast.expr]:
    """What a function returns, functions within it left out; what it yields, too."""
    found: list[ast.expr] = []
    todo: list[ast.AST] = list(function.body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(node, ast.Return | ast.Yield) and node.value is not None:
            found.append(node.value)
        todo += ast.iter_child_nodes(node)
    return found


def _is_stub(function: ast.FunctionDef) -> bool:
    """Whether it only raises, passes or calls the method above it."""
    rest = [one for one in function.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
    return all(isinstance(one, ast.Raise | ast.Pass) for one in rest)


@rule(
    "TORCH301",
    "optimiser-not-returned",
    "error",
    "configure_optimizers returns nothing",
    remedy="return the optimiser: return torch.optim.Adam(self.parameters(), lr=1e-3)",
    source=_LIGHTNING + ": configure_optimizers",
)
def optimiser_not_returned(program: Program) -> Iterator[Found]:
    """`def configure_optimizers(self): optimizer = Adam(self.parameters())`."""
    for node in _modules(program):
        function = method_of(node, "configure_optimizers")
        if function is not None and not _returned(function) and not _is_stub(function):
            yield function, "configure_optimizers returns nothing: Lightning trains without an optimiser"


@rule(
    "TORCH302",
    "step-returns-no-loss",
    "error",
    "training_step gives no loss that can be taken back",
    remedy="return loss, with its graph; log what you want to see",
    source=_LIGHTNING + ": training_step returns the loss, a dict with the key 'loss', or None to skip the batch",
)
def step_returns_no_loss(program: Program) -> Iterator[Found]:
    """`def training_step(self, batch, i): loss = ...; self.log("loss", loss)`."""
    by_hand = {"automatic_optimization", "manual_backward"} & program.names
    for node in _modules(program) if not by_hand else ():
        function = method_of(node, "training_step")
        if function is None or _is_stub(function):
            continue
        found = _returned(function)
        if not found:
            yield function, "training_step returns nothing: every batch is skipped, and nothing is learnt"
        for one in found:
            cut = isinstance(one, ast.Call) and getattr(one.func, "attr", "") in ("item", "detach", "numpy")
            keys = [getattr(key, "value", None) for key in one.keys] if isinstance(one, ast.Dict) else ["loss"]
            if cut:
                yield one, f"training_step returns {written(one)}, which has no graph to go back through"
            elif "loss" not in keys and all(isinstance(key, str) for key in keys):
                yield one, "training_step returns a dict without the key 'loss'"


@rule(
    "TORCH303",
    "fine-tuning-rate",
    "warning",
    "a learning rate that wipes out what was learnt before",
    remedy="learning_rate between 1e-5 and 1e-4 for fine-tuning",
    source="Devlin et al. 2019, appendix A.3; transformers, TrainingArguments: learning_rate=5e-5",
)
def fine_tuning_rate(program: Program) -> Iterator[Found]:
    """`TrainingArguments(learning_rate=0.1)`."""
    if "peft" in program.trace.libraries:
        return
    for call in program.trace.calls:
        if call.name.endswith("TrainingArguments") and call.library in ("transformers", "TrainingArguments"):
            rate = number(call.get("learning_rate"))
            if rate is not None and rate >= 0.01:
                yield call.node, f"learning_rate={rate:g} wipes out the weights that were learnt before"


@rule(
    "TORCH304",
    "evaluated-on-training-set",
    "warning",
    "the trainer is given the training rows to judge on",
    remedy="another part for eval_dataset (or val_dataloaders)",
    source="transformers, Trainer: eval_dataset; Humbatova et al. 2020, wrong selection of data",
)
def evaluated_on_training_set(program: Program) -> Iterator[Found]:
    """`Trainer(train_dataset=data, eval_dataset=data)`."""
    pairs = (("train_dataset", "eval_dataset"), ("train_dataloaders", "val_dataloaders"))
    for call in program.trace.calls:
        given = {one.arg: one.value for one in call.node.keywords if one.arg is not None}
        for train, judged in pairs:
            if train in given and judged in given and not isinstance(given[train], ast.Constant):
                same = written(given[train], 200)
                if same == written(given[judged], 200):
                    yield call.node, f"{judged} is {same}, the rows that it is trained on: overfitting cannot be seen"


@rule(
    "TORCH305",
    "stepped-by-hand",
    "error",
    "a LightningModule takes the step by hand, and Lightning takes it, too",
    remedy="return the loss, or self.automatic_optimization = False and self.manual_backward(loss)",
    source="Lightning, Manual optimization",
)
def stepped_by_hand(program: Program) -> Iterator[Found]:
    """`loss.backward()` in `training_step`."""
    if "automatic_optimization" in program.text:
        return
    for home in _modules(program):
        step = methods(home).get("training_step")
        if step is None:
            continue
        for node in own(step):
            if called(node) == "backward" and isinstance(node, ast.Call):
                yield node, f"{written(node)} is done by Lightning: the gradients are taken twice"
                break


@rule(
    "TORCH306",
    "padding-without-mask",
    "warning",
    "texts are padded, and the model is not told which words are padding",
    remedy="model(**encoded), or model(input_ids, attention_mask=encoded['attention_mask'])",
    source="transformers, Padding and truncation; Glossary: attention mask",
)
def padding_unmasked(program: Program) -> Iterator[Found]:
    """`encoded = tokenizer(texts, padding=True)`, and `model(encoded["input_ids"])`."""
    if "transformers" not in program.trace.libraries or "attention_mask" in program.text:
        return
    padded: set[str] = set()
    for line in program.each(ast.Assign):
        if isinstance(line.value, ast.Call):
            told = argument(line.value, "padding")
            off = isinstance(told, ast.Constant) and told.value in (False, "do_not_pad")
            if told is not None and not off:
                padded |= names_in(line.targets[0]) | {written(line.targets[0])}
    for node in program.each(ast.Call):
        if not node.args or not re.search(r"model|bert|generate|encoder", written(node.func).lower()):
            continue
        first = node.args[0]
        whole = first.value if isinstance(first, ast.Attribute | ast.Subscript) else None
        if whole is not None and written(whole) in padded and "input_ids" in written(first):
            yield node, f"{written(first)} is padded, and without attention_mask the padding is read as words"
            return
