"""PyTorch and Keras: the numbers that words are given, and the rows of an embedding.

Sources: PyTorch, nn.Embedding (num_embeddings); Keras, Embedding (input_dim is the largest number + 1).
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule


@rule(
    "TORCH235",
    "embedding-one-too-small",
    "error",
    "the embedding has no row for the largest number",
    remedy="num_embeddings = number of words + 1, where numbers begin at 1",
    source="PyTorch, nn.Embedding: num_embeddings; Keras, Embedding: input_dim is the largest number + 1",
)
def embedding(program: Program) -> Iterator[Found]:
    """`{word: i for i, word in enumerate(words, start=1)}`, and `nn.Embedding(len(words), 8)`."""
    counted = {"word_index"} if "fit_on_texts" in program.names else set()
    for node in program.each(ast.Call):
        if written(node.func) == "enumerate" and node.args:
            start = node.args[1:] + [one.value for one in node.keywords if one.arg == "start"]
            if start and written(start[0]) == "1":
                counted.add(written(node.args[0]))
                counted |= _comprehended(program, node)
    for line in program.each(ast.Assign):
        counted |= _numbered_from_one(line)
    sizes = {
        node.targets[0].id: node.value for node in program.each(ast.Assign) if isinstance(node.targets[0], ast.Name)
    }
    for one in program.trace.instances:
        if one.name != "Embedding" or not isinstance(one.node, ast.Call):
            continue
        said = one.node.args[:1] + [
            key.value for key in one.node.keywords if key.arg in ("num_embeddings", "input_dim")
        ]
        size = sizes.get(said[0].id, said[0]) if said and isinstance(said[0], ast.Name) else said[0] if said else None
        if isinstance(size, ast.Call) and written(size.func) == "len" and size.args:
            of = written(size.args[0])
            if of in counted or of.rpartition(".")[2] in counted:
                yield (
                    one.node,
                    f"numbers go from 1 to {written(size)}, and the embedding has rows 0 to {written(size)} - 1",
                )


def _comprehended(program: Program, counted: ast.Call) -> set[str]:
    """Names of what is made by a comprehension over this count."""
    return {
        node.targets[0].id
        for node in program.each(ast.Assign)
        if isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.DictComp)
        and any(counted is one for one in ast.walk(node.value))
    }


def _numbered_from_one(node: ast.Assign) -> set[str]:
    """`vocab` of `vocab = {word: i + 1 for i, word in enumerate(words)}`."""
    made = node.value
    if not isinstance(made, ast.DictComp) or written(made.value) not in (
        "i + 1",
        "idx + 1",
        "index + 1",
        "n + 1",
        "k + 1",
    ):
        return set()
    return {written(target) for target in node.targets}
