"""A training of PyTorch, written out."""

import itertools
from random import Random

from mlpilot.evals.trainings.plan import Plan
from mlpilot.evals.trainings.style import Style, head, indented, joined, number, split, styled

LAYERS = {"relu": "nn.ReLU()", "tanh": "nn.Tanh()", "sigmoid": "nn.Sigmoid()", "elu": "nn.ELU()"}
CALLS = {"relu": "F.relu", "tanh": "torch.tanh", "sigmoid": "torch.sigmoid", "elu": "F.elu"}
OPTIMISERS = {
    "sgd": "SGD",
    "momentum": "SGD",
    "adam": "Adam",
    "rmsprop": "RMSprop",
    "adagrad": "Adagrad",
    "adadelta": "Adadelta",
}


def written(plan: Plan, draw: Random) -> str:
    """The script."""
    style = styled(draw)
    table = plan.table
    parts, imports = split(style, table.raw and plan.scaled, table.classes > 0)
    imports += ["import numpy as np", "import torch", "from torch import nn", *table.imports]
    if style.loop != "slices":
        imports.append("from torch.utils.data import DataLoader, TensorDataset")
    definition = _definition(plan, style)
    if "F." in definition:
        imports.append("import torch.nn.functional as F")
    body = joined(
        "# data" if style.comments else "",
        table.code,
        parts,
        _tensors(plan, style) + "\n",
        f"{style.model_name} = {'build_model()' if style.model == 'function' else 'Net()'}"
        if style.model != "sequential"
        else f"{style.model_name} = {_sequential(plan)}",
        _started(plan, style),
        _optimiser(plan, style),
        _criterion(plan) + "\n",
        _loop(plan, style) + "\n",
        _last(plan, style),
    )
    if style.main:
        body = f'def main():\n{indented(body)}\n\n\nif __name__ == "__main__":\n    main()'
    definitions = joined(definition + "\n\n" if definition else "", _functions(plan, style))
    return head(style, imports, _constants(plan, style)) + (definitions + "\n" if definitions else "") + body + "\n"


def _constants(plan: Plan, style: Style) -> str:
    if not style.named:
        return ""
    said = "  # passes over the data" if style.comments else ""
    return f"{style.rate_name} = {number(plan.rate)}\nEPOCHS = {plan.epochs}{said}\nBATCH = {plan.batch}"


def _tensors(plan: Plan, style: Style) -> str:
    made = ""
    for part in ("train", "test") if style.held_out else ("train",):
        layer = ".unsqueeze(1)" if plan.kind == "convolutional" else ""
        made += f"X_{part} = torch.tensor(X_{part}){layer}\ny_{part} = torch.tensor(y_{part})\n"
    if style.loop != "slices":
        size = "BATCH" if style.named else plan.batch
        made += f"loader = DataLoader(TensorDataset(X_train, y_train), batch_size={size}, shuffle=True)\n"
    return made.rstrip("\n")


def _outputs(plan: Plan) -> int:
    return plan.table.classes or 1


def _layers(plan: Plan) -> list[tuple[str, bool]]:
    """(layer, whether the activation follows), without the recurrent one."""
    if plan.kind == "convolutional":
        widths = (1, *plan.hidden)
        found = [(f"nn.Conv2d({a}, {b}, 3, padding=1)", True) for a, b in itertools.pairwise(widths)]
        return [*found, ("nn.Flatten()", False), (f"nn.Linear({widths[-1] * 64}, {_outputs(plan)})", False)]
    widths = (plan.table.shape[0] if plan.kind == "dense" else plan.hidden[0], *plan.hidden[plan.kind == "recurrent" :])
    found = [(f"nn.Linear({a}, {b})", True) for a, b in itertools.pairwise(widths)]
    return [*found, (f"nn.Linear({widths[-1]}, {_outputs(plan)})", False)]


def _rows(plan: Plan) -> list[str]:
    return [row for layer, active in _layers(plan) for row in ([layer, LAYERS[plan.activation]] if active else [layer])]


def _sequential(plan: Plan) -> str:
    if plan.kind == "recurrent":
        return "Net()"
    return "nn.Sequential(\n" + "".join(f"    {row},\n" for row in _rows(plan)) + ")"


def _recurrent(plan: Plan) -> str:
    width = plan.table.shape[1]
    name = {"rnn": "RNN", "relu-rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}[plan.cell]
    more = ', nonlinearity="relu"' if plan.cell == "relu-rnn" else ""
    return f"nn.{name}({width}, {plan.hidden[0]}{more}, batch_first=True)"


def _definition(plan: Plan, style: Style) -> str:
    """A class or a function for the model, where it is not written in one piece."""
    recurrent = plan.kind == "recurrent"
    if style.model == "sequential" and not recurrent:
        return ""
    if style.model == "function" and not recurrent:
        rows = "".join(f"    layers.append({row})\n" for row in _rows(plan))
        return f"def build_model():\n    layers = []\n{rows}    return nn.Sequential(*layers)"
    if style.model in ("listed", "sequential"):
        return _class_listed(plan)
    made = [f"self.rnn = {_recurrent(plan)}"] if recurrent else []
    forward = ["out, _ = self.rnn(x)", "x = out[:, -1]"] if recurrent else []
    for at, (layer, active) in enumerate(_layers(plan), 1):
        if layer == "nn.Flatten()":
            forward.append("x = x.flatten(1)")
            continue
        made.append(f"self.{'conv' if 'Conv' in layer else 'fc'}{at} = {layer}")
        call = f"self.{'conv' if 'Conv' in layer else 'fc'}{at}(x)"
        forward.append(f"x = {CALLS[plan.activation]}({call})" if active else f"return {call}")
    text = _class(made, forward)
    return text + "\n\n\ndef build_model():\n    return Net()" if style.model == "function" else text


def _class_listed(plan: Plan) -> str:
    made, forward = [], []
    if plan.kind == "recurrent":
        made.append(f"self.encoder = {_recurrent(plan)}")
        forward += ["states, _ = self.encoder(x)", "x = states[:, -1, :]"]
    inner = [layer for layer, active in _layers(plan) if active]
    made.append("self.layers = nn.ModuleList([\n" + "".join(f"    {one},\n" for one in inner) + "])")
    made.append(f"self.act = {LAYERS[plan.activation]}")
    made.append(f"self.out = {_layers(plan)[-1][0]}")
    forward += ["for layer in self.layers:", "    x = self.act(layer(x))"]
    forward.append("return self.out(x.flatten(1))" if plan.kind == "convolutional" else "return self.out(x)")
    return _class(made, forward)


def _class(made: list[str], forward: list[str]) -> str:
    lines = ["class Net(nn.Module):", "    def __init__(self):", "        super().__init__()"]
    lines += [indented(one, 2) for one in made]
    lines += ["", "    def forward(self, x):", *(indented(one, 2) for one in forward)]
    return "\n".join(lines)


def _functions(plan: Plan, style: Style) -> str:
    parts = []
    if _own_start(plan):
        kinds = "(nn.Linear, nn.Conv2d)"
        lines = ["def init_weights(m):", f"    if isinstance(m, {kinds}):"]
        lines += [f"        nn.init.normal_(m.weight, mean=0.0, std={plan.deviation})"] if plan.deviation else []
        lines += [f"        nn.init.constant_(m.bias, {plan.bias})"] if plan.bias is not None else []
        if plan.kind == "recurrent" and plan.deviation:
            lines += [
                "    elif isinstance(m, (nn.RNN, nn.GRU, nn.LSTM)):",
                "        for name, weight in m.named_parameters():",
            ]
            lines += [
                "            if 'weight' in name:",
                f"                nn.init.normal_(weight, std={plan.deviation})",
            ]
        parts.append("\n".join(lines) + "\n\n")
    if style.loop == "function":
        parts.append(
            "def train_one_epoch(model, loader, criterion, optimizer):\n    model.train()\n    total = 0.0\n"
            "    for inputs, targets in loader:\n        optimizer.zero_grad()\n"
            f"        loss = criterion({_squeezed('model(inputs)', plan)}, targets)\n        loss.backward()\n"
            "        optimizer.step()\n        total += loss.item() * len(inputs)\n"
            "    return total / len(loader.dataset)\n\n"
        )
    return "\n".join(parts)


def _own_start(plan: Plan) -> bool:
    return plan.deviation is not None or plan.bias is not None


def _started(plan: Plan, style: Style) -> str:
    return f"{style.model_name}.apply(init_weights)" if _own_start(plan) else ""


def _optimiser(plan: Plan, style: Style) -> str:
    rate = style.rate_name if style.named else number(plan.rate)
    more = f", momentum={plan.momentum}" if plan.optimiser == "momentum" else ""
    return f"optimizer = torch.optim.{OPTIMISERS[plan.optimiser]}({style.model_name}.parameters(), lr={rate}{more})"


def _criterion(plan: Plan) -> str:
    return "criterion = nn.CrossEntropyLoss()" if plan.table.classes else "criterion = nn.MSELoss()"


def _squeezed(call: str, plan: Plan) -> str:
    return call if plan.table.classes else f"{call}.squeeze(1)"


def _loop(plan: Plan, style: Style) -> str:
    name = style.model_name
    epochs = "EPOCHS" if style.named else str(plan.epochs)
    shown = {"each": 'print(f"epoch {epoch} loss {total:.4f}")', "end": ""}.get(
        style.reports, 'if epoch % 10 == 0:\n    print("epoch", epoch, "loss", round(total, 4))'
    )
    if style.loop == "function":
        step = f"total = train_one_epoch({name}, loader, criterion, optimizer)"
        return f"for epoch in range({epochs}):\n{indented(joined(step, shown))}"
    step = (
        f"optimizer.zero_grad()\nloss = criterion({_squeezed(f'{name}(xb)', plan)}, yb)\nloss.backward()\n"
        "optimizer.step()\ntotal += loss.item()"
    )
    if style.loop == "loader":
        inner = joined("total = 0.0", "for xb, yb in loader:", indented(step), "total /= len(loader)", shown)
        return f"for epoch in range({epochs}):\n{indented(inner)}"
    size = "BATCH" if style.named else str(plan.batch)
    start = f"order = torch.randperm(len(X_train))\ntotal = 0.0\nfor start in range(0, len(order), {size}):"
    rows = f"rows = order[start : start + {size}]\nxb, yb = X_train[rows], y_train[rows]\n"
    after = f"total /= -(-len(order) // {size})"
    return f"for epoch in range({epochs}):\n{indented(joined(start, indented(rows + step), after, shown))}"


def _last(plan: Plan, style: Style) -> str:
    part, said = ("test", "test") if style.held_out else ("train", "train")
    name = style.model_name
    if plan.table.classes:
        found = f"score = ({name}(X_{part}).argmax(dim=1) == y_{part}).float().mean().item()"
        found += f'\nprint(f"{said} accuracy: {{score:.4f}}")'
    else:
        found = f'score = criterion({name}(X_{part}).squeeze(1), y_{part}).item()\nprint(f"{said} loss: {{score:.4f}}")'
    return f"{name}.eval()\nwith torch.no_grad():\n" + indented(found)
