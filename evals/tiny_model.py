"""A tiny language model with random weights, made on the spot: a GGUF file of about 2 MB in a few seconds.

It proves the plumbing (an engine loads it, answers, streams, counts tokens, keeps to a JSON schema, dies and is
restarted), and says nothing of quality: what it writes is noise. A Llama of two layers with a context of 32,768 tokens;
its vocabulary is a byte-level BPE that is trained on modules of the standard library, so that code takes about as many
tokens as with a real model.

    python -m mlpilot.evals.tiny_model model.gguf
"""

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

CONTEXT = 32_768
MERGES = 1_600
WIDTH, HEADS, LAYERS, INNER = 128, 4, 2, 256
SOURCES = (
    "argparse",
    "ast",
    "collections/__init__",
    "csv",
    "dataclasses",
    "functools",
    "heapq",
    "inspect",
    "json/decoder",
)
START, END, TEXT_END = "<|im_start|>", "<|im_end|>", "<|endoftext|>"
TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
_WORD = re.compile(r" ?[A-Za-z]+| ?[0-9]+| ?[^\sA-Za-z0-9]+|\s+")

Pair = tuple[str, str]


def make(path: Path, *, seed: int = 0, context: int = CONTEXT) -> Path:
    """Write the model; returns the path. The same seed makes the same weights. Needs the package `gguf`."""
    import gguf
    import numpy as np

    merges = train(source(), MERGES)
    tokens = [*byte_symbols().values(), *(first + second for first, second in merges), START, END, TEXT_END]
    rng = np.random.default_rng(seed)

    def weights(*shape: int) -> np.typing.NDArray[np.float16]:
        return rng.normal(0, 0.08, shape).astype(np.float16)

    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_name("mlpilot-tiny-random")
    writer.add_context_length(context)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.NORMAL] * (len(tokens) - 3) + [gguf.TokenType.CONTROL] * 3)
    writer.add_token_merges([" ".join(pair) for pair in merges])
    writer.add_bos_token_id(tokens.index(TEXT_END))
    writer.add_eos_token_id(tokens.index(END))
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)
    writer.add_tensor("token_embd.weight", weights(len(tokens), WIDTH))
    writer.add_tensor("output.weight", weights(len(tokens), WIDTH))
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
    for layer in range(LAYERS):
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            writer.add_tensor(f"blk.{layer}.{name}.weight", weights(WIDTH, WIDTH))
        for name in ("ffn_gate", "ffn_up"):
            writer.add_tensor(f"blk.{layer}.{name}.weight", weights(INNER, WIDTH))
        writer.add_tensor(f"blk.{layer}.ffn_down.weight", weights(WIDTH, INNER))
        for name in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{name}.weight", np.ones(WIDTH, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def source() -> str:
    """Some modules of the standard library, to learn a vocabulary from."""
    library = Path(re.__file__).parent.parent
    return "".join((library / f"{name}.py").read_text(encoding="utf-8") for name in SOURCES)


def byte_symbols() -> dict[int, str]:
    """A printable character for each byte, as byte-level BPE vocabularies write it: itself, else from U+0100 on."""
    shown = {*range(33, 127), *range(161, 173), *range(174, 256)}
    others = iter(range(256, 512))
    return {byte: chr(byte if byte in shown else next(others)) for byte in range(256)}


def train(text: str, merges: int) -> list[Pair]:
    """The pairs of symbols that byte-level BPE joins, in their order: always the most frequent one."""
    symbols = byte_symbols()
    counts = Counter(_WORD.findall(text))
    words = [[symbols[byte] for byte in word.encode()] for word in counts]
    times = list(counts.values())
    found: Counter[Pair] = Counter()
    where: defaultdict[Pair, set[int]] = defaultdict(set)
    for number, word in enumerate(words):
        for pair in _pairs(word):
            found[pair] += times[number]
            where[pair].add(number)
    learned: list[Pair] = []
    while len(learned) < merges and found:
        best = max(found, key=lambda pair: (found[pair], pair))
        learned.append(best)
        for number in where.pop(best):
            for pair in _pairs(words[number]):
                found[pair] -= times[number]
            words[number] = _joined(words[number], best)
            for pair in _pairs(words[number]):
                found[pair] += times[number]
                where[pair].add(number)
        del found[best]
    return learned


def _pairs(word: list[str]) -> Iterator[Pair]:
    return pairwise(word)


def _joined(word: list[str], pair: Pair) -> list[str]:
    """A word with every such pair joined, from the left."""
    joined: list[str] = []
    for symbol in word:
        if joined and (joined[-1], symbol) == pair:
            joined[-1] += symbol
        else:
            joined.append(symbol)
    return joined


if __name__ == "__main__":
    print(make(Path(sys.argv[1])))
