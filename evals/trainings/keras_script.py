"""A training of Keras 3, written out."""

from random import Random

from mlpilot.evals.trainings.plan import Plan
from mlpilot.evals.trainings.style import Style, head, indented, joined, number, split, styled

OPTIMISERS = {
    "sgd": "SGD",
    "momentum": "SGD",
    "adam": "Adam",
    "rmsprop": "RMSprop",
    "adagrad": "Adagrad",
    "adadelta": "Adadelta",
}
CELLS = {"rnn": "SimpleRNN", "relu-rnn": "SimpleRNN", "gru": "GRU", "lstm": "LSTM"}


def written(plan: Plan, draw: Random) -> str:
    """The script."""
    style = styled(draw)
    table = plan.table
    parts, imports = split(style, table.raw and plan.scaled, table.classes > 0)
    imports += ["import numpy as np", "import keras", "from keras import layers", *table.imports]
    grey = "[..., None]" if plan.kind == "convolutional" else ""
    reshaped = [f"X_{part} = X_{part}{grey}" for part in (("train", "test") if style.held_out else ("train",)) if grey]
    model = {"class": _added, "listed": _added, "function": _functional}.get(style.model, _sequential)(plan, style)
    function = style.model == "function"
    body = joined(
        "# data" if style.comments else "",
        table.code,
        parts,
        *reshaped,
        "",
        f"{style.model_name} = build_model()" if function else model,
        _compiled(plan, style),
        _fitted(plan, style) + "\n",
        _last(plan, style),
    )
    if style.main:
        body = f'def main():\n{indented(body)}\n\n\nif __name__ == "__main__":\n    main()'
    definition = f"def build_model():\n{indented(model)}\n    return {style.model_name}\n\n\n" if function else ""
    return head(style, imports, _constants(plan, style)) + definition + body + "\n"


def _constants(plan: Plan, style: Style) -> str:
    if not style.named:
        return ""
    return f"{style.rate_name} = {number(plan.rate)}\nEPOCHS = {plan.epochs}\nBATCH = {plan.batch}"


def _start(plan: Plan) -> str:
    text = ""
    if plan.deviation is not None:
        text += f", kernel_initializer=keras.initializers.RandomNormal(stddev={plan.deviation})"
    if plan.bias is not None:
        text += f", bias_initializer=keras.initializers.Constant({plan.bias})"
    return text


def _rows(plan: Plan) -> list[str]:
    """Layers, the input apart."""
    act = f'activation="{plan.activation}"{_start(plan)}'
    rows = []
    dense = plan.hidden
    if plan.kind == "convolutional":
        rows = [f'layers.Conv2D({width}, 3, padding="same", {act})' for width in plan.hidden]
        rows.append("layers.Flatten()")
        dense = ()
    elif plan.kind == "recurrent":
        more = ', activation="relu"' if plan.cell == "relu-rnn" else ""
        if plan.deviation is not None:
            more += f", recurrent_initializer=keras.initializers.RandomNormal(stddev={plan.deviation})"
        rows = [f"layers.{CELLS[plan.cell]}({plan.hidden[0]}{more})"]
        dense = plan.hidden[1:]
    rows += [f"layers.Dense({width}, {act})" for width in dense]
    if not plan.table.classes:
        return [*rows, "layers.Dense(1)"]
    return [*rows, f'layers.Dense({plan.table.classes}, activation="softmax")']


def _shape(plan: Plan) -> str:
    return repr((*plan.table.shape, 1) if plan.kind == "convolutional" else plan.table.shape)


def _sequential(plan: Plan, style: Style) -> str:
    rows = [f"keras.Input(shape={_shape(plan)})", *_rows(plan)]
    return f"{style.model_name} = keras.Sequential([\n" + "".join(f"    {row},\n" for row in rows) + "])"


def _added(plan: Plan, style: Style) -> str:
    rows = [f"keras.Input(shape={_shape(plan)})", *_rows(plan)]
    return f"{style.model_name} = keras.Sequential()\n" + "\n".join(f"{style.model_name}.add({row})" for row in rows)


def _functional(plan: Plan, style: Style) -> str:
    rows = "\n".join(f"x = {row}(x)" for row in _rows(plan)[:-1])
    last = f"outputs = {_rows(plan)[-1]}(x)"
    return joined(
        f"inputs = keras.Input(shape={_shape(plan)})",
        "x = inputs",
        rows,
        last,
        f"{style.model_name} = keras.Model(inputs, outputs)",
    )


def _compiled(plan: Plan, style: Style) -> str:
    rate = style.rate_name if style.named else number(plan.rate)
    more = f", momentum={plan.momentum}" if plan.optimiser == "momentum" else ""
    optimiser = f"keras.optimizers.{OPTIMISERS[plan.optimiser]}(learning_rate={rate}{more})"
    loss = "sparse_categorical_crossentropy" if plan.table.classes else "mse"
    metrics = ', metrics=["accuracy"]' if plan.table.classes else ""
    return f'{style.model_name}.compile(optimizer={optimiser}, loss="{loss}"{metrics})'


def _fitted(plan: Plan, style: Style) -> str:
    epochs, size = ("EPOCHS", "BATCH") if style.named else (str(plan.epochs), str(plan.batch))
    beside = ", validation_data=(X_test, y_test)" if style.held_out and style.loop != "slices" else ""
    verbose = 2 if style.reports == "each" else 0
    return (
        f"history = {style.model_name}.fit(\n    X_train, y_train, epochs={epochs}, batch_size={size}{beside}, "
        f"verbose={verbose}\n)"
    )


def _last(plan: Plan, style: Style) -> str:
    part = "test" if style.held_out else "train"
    name = style.model_name
    if plan.table.classes:
        return f'loss, score = {name}.evaluate(X_{part}, y_{part}, verbose=0)\nprint(f"{part} accuracy: {{score:.4f}}")'
    return f'score = {name}.evaluate(X_{part}, y_{part}, verbose=0)\nprint(f"{part} loss: {{score:.4f}}")'
