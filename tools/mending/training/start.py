"""Edits of where a training begins: first weights and biases, the scale of inputs, the clipping of gradients."""

import ast

from mlpilot.tools.diagnose.syntax import called, calls, keyword, parents, with_keyword, without_keyword
from mlpilot.tools.mending.training.code import (
    Edited,
    Optimiser,
    imports,
    model_of,
    optimisers,
    plain,
    root_of_keras,
    statement_of,
)
from mlpilot.tools.mending.training.layers import KERAS_LAYERS, KERAS_NORM
from mlpilot.tools.mending.training.rate import NAMED, words
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

DRAWN = ("normal_", "uniform_", "trunc_normal_", "constant_", "ones_", "zeros_", "fill_", "zero_")
KERAS_DRAWN = ("RandomNormal", "RandomUniform", "TruncatedNormal", "Constant", "Zeros", "Ones")
"""Initialisers whose scale does not follow the width of the layer."""
LAYERS_OF_TORCH = ("Linear", "Conv1d", "Conv2d")


def initialised(source: str, tree: ast.Module) -> list[Edited]:
    """Weights drawn as their layer's width asks (He for ReLUs, Glorot otherwise) and biases at zero, where the script
    draws or sets them itself."""
    relus = bool(calls(tree, "relu") or calls(tree, "ReLU")) or '"relu"' in source or "'relu'" in source
    edits = _torch_initial(source, tree, relus) if imports(tree, "torch") else []
    edits += _keras_initial(source, tree, relus)
    said = ("He" if relus else "Glorot") + " initialisation, and biases at zero"
    text = apply_edits(source, edits)
    return [(text, said)] if text != source else []


def _torch_initial(source: str, tree: ast.Module, relus: bool) -> list[Edit]:
    parent = parents(tree)
    edits = []
    for call in calls(tree):
        function = call.func
        if called(call) not in DRAWN or not isinstance(function, ast.Attribute):
            continue
        what = text_of(source, function.value)
        if what.endswith((".weight", ".weight.data")) and _binds(tree, "torch"):  # `m.weight.data.fill_(0.0)`
            weight = what.removesuffix(".data")
            drawn = f'kaiming_normal_({weight}, nonlinearity="relu")' if relus else f"xavier_normal_({weight})"
            edits.append(Edit(*span(source, call), f"torch.nn.init.{drawn}"))
            continue
        inits = text_of(source, function.value).rsplit(".", 1)[-1] == "init"
        if not inits or not call.args:
            continue
        what, holder = text_of(source, call.args[0]), text_of(source, function.value)
        if "bias" in what:
            if called(call) != "zeros_":
                edits.append(Edit(*span(source, call), f"{holder}.zeros_({what})"))
        elif relus and not _is_recurrent(call, parent, source):
            edits.append(Edit(*span(source, call), f'{holder}.kaiming_normal_({what}, nonlinearity="relu")'))
        else:
            edits.append(Edit(*span(source, call), f"{holder}.xavier_normal_({what})"))
    return edits


def _is_recurrent(call: ast.Call, parent: dict[ast.AST, ast.AST], source: str) -> bool:
    """Whether it stands in a branch that asks for a recurrent layer."""
    node: ast.AST = call
    while node in parent:
        if isinstance(parent[node], ast.If) and node in parent[node].body:  # type: ignore[attr-defined]
            asked = text_of(source, parent[node].test)  # type: ignore[attr-defined]
            if any(name in asked for name in ("RNN", "GRU", "LSTM")):
                return True
        node = parent[node]
    return False


def _keras_initial(source: str, tree: ast.Module, relus: bool) -> list[Edit]:
    edits = []
    for call in calls(tree):
        for name in ("kernel_initializer", "recurrent_initializer", "bias_initializer"):
            given = keyword(call, name)
            drawn = isinstance(given.value, ast.Call) and called(given.value) in KERAS_DRAWN if given else False
            if given is None or not (drawn or (isinstance(given.value, ast.Constant) and name == "kernel_initializer")):
                continue
            he = relus and called(call) in KERAS_LAYERS
            usual = {
                "kernel_initializer": "he_normal" if he else "glorot_uniform",
                "recurrent_initializer": "orthogonal",
            }.get(name, "zeros")
            edits.append(Edit(*span(source, given.value), f'"{usual}"'))
    return edits


def he_inserted(source: str, tree: ast.Module) -> list[Edited]:
    """He initialisation, put before the optimiser of a PyTorch script that leaves weights as they come."""
    for one in optimisers(tree):
        name = model_of(one)
        statement = statement_of(tree, one.call)
        if not name or statement is None or not _binds(tree, "torch"):
            continue
        pad = " " * statement.col_offset
        rows = [
            f"for layer in {name}.modules():",
            "    if isinstance(layer, (torch.nn.Linear, torch.nn.Conv2d)):",
            '        torch.nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")',
        ]
        at = span(source, statement)[0]
        return [(apply_edits(source, [Edit(at, at, "".join(f"{row}\n{pad}" for row in rows))]), "He initialisation")]
    return []


def _binds(tree: ast.Module, name: str) -> bool:
    return any(
        (one.asname or one.name.split(".")[0]) == name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for one in node.names
    )


def clipped(source: str, tree: ast.Module) -> list[Edited]:
    """The norm of the gradients bounded by 1."""
    edits, said = [], "gradients clipped to norm 1"
    made = optimisers(tree)
    for one in made:
        if not one.torch and keyword(one.call, "clipnorm") is None and all(key.arg for key in one.call.keywords):
            return [(with_keyword(source, one.call, "clipnorm", "1.0"), said)]
    for word in words(tree):
        root = root_of_keras(tree)
        if root:
            text = f"{root}.optimizers.{NAMED[str(word.value).lower()]}(clipnorm=1.0)"
            return [(replace(source, word, text), said)]
    if calls(tree, "clip_grad_norm_") or not _binds(tree, "torch"):
        return []
    for call in calls(tree, "step"):
        holder = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
        statement = statement_of(tree, call)
        if statement is None or "opt" not in holder.rpartition(".")[2].lower():
            continue
        what = _parameters(tree, call, holder, made)
        start = span(source, statement)[0]
        row = f"torch.nn.utils.clip_grad_norm_({what}, 1.0)\n{' ' * statement.col_offset}"
        edits.append(Edit(start, start, row))
    return [(apply_edits(source, edits), said)] if edits else []


def _parameters(tree: ast.Module, call: ast.Call, optimiser: str, made: list[Optimiser]) -> str:
    """What is to be clipped, by a name that can be seen there."""
    parent = parents(tree)
    node: ast.AST = call
    while node in parent:
        node = parent[node]
        if isinstance(node, ast.FunctionDef):
            names = {one.arg for one in node.args.args}
            if names & {"model", "net"}:
                return f"{'model' if 'model' in names else 'net'}.parameters()"
            break
    name = next((model_of(one) for one in made if model_of(one)), "")
    own = {ast.unparse(one) for one in ast.walk(node) if isinstance(one, ast.Name | ast.Attribute)}
    if name and (name in own or not isinstance(node, ast.FunctionDef)):
        return f"{name}.parameters()"
    return f"[p for group in {optimiser}.param_groups for p in group['params']]"


def scaled(source: str, tree: ast.Module) -> list[Edited]:
    """Inputs brought to mean 0 and deviation 1, by what the training rows say, below the split."""
    for node in ast.walk(tree):
        parts = node.targets[0].elts if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple) else []
        names = [one.id for one in parts if isinstance(one, ast.Name)]
        split = (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and called(node.value) == "train_test_split"
        )
        if not isinstance(node, ast.Assign) or not split or len(names) != 4:
            continue
        train, test, pad = names[0], names[1], "\n" + " " * node.col_offset
        rows = [
            f"input_mean, input_std = {train}.mean(axis=0), {train}.std(axis=0) + 1e-7",
            f"{train} = ({train} - input_mean) / input_std",
            f"{test} = ({test} - input_mean) / input_std",
        ]
        end = span(source, node)[1]
        return [(apply_edits(source, [Edit(end, end, "".join(pad + row for row in rows))]), "inputs scaled")]
    return _normalised_inputs(source, tree)


def _normalised_inputs(source: str, tree: ast.Module) -> list[Edited]:
    """Batch normalisation of the inputs, where no split is seen."""
    said = "inputs scaled by a batch normalisation before the first layer"
    first = next((call for call in calls(tree) if called(call) in (*LAYERS_OF_TORCH, *KERAS_LAYERS)), None)
    if first is None or not first.args or called(first) not in ("Linear", "Dense"):
        return []
    start = span(source, first)[0]
    if called(first) == "Dense":
        made = calls(tree, "Input")
        holder = text_of(source, first.func)[: -len("Dense")]
        if not made or not isinstance(parents(tree)[made[0]], ast.List):
            return []
        return [(apply_edits(source, [Edit(start, start, f"{holder}{KERAS_NORM}, ")]), said)]
    holder = text_of(source, first.func)[: -len("Linear")]
    norm = f"{holder}BatchNorm1d({text_of(source, first.args[0])})"
    around = parents(tree)[first]
    if isinstance(around, ast.Call) and called(around) == "Sequential":
        return [(apply_edits(source, [Edit(start, start, f"{norm}, ")]), said)]
    end = span(source, first)[1]
    wrap = [Edit(start, start, f"{holder}Sequential({norm}, "), Edit(end, end, ")")]
    return [(apply_edits(source, wrap), said)]


def unclipped(source: str, tree: ast.Module) -> list[Edited]:
    """A bound of the gradients' norm so small that nothing can be learnt is taken out (Keras)."""
    for one in optimisers(tree):
        given = keyword(one.call, "clipnorm") or keyword(one.call, "clipvalue")
        now = plain(given.value) if given is not None else None
        if given is not None and given.arg and now is not None and now < 1e-2:
            text = without_keyword(source, one.call, given.arg)
            return [(text, f"without {given.arg}={now:g}")] if text is not None else []
    return []
