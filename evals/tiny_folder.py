"""A tiny language model with random weights as a Hugging Face folder, made on the spot: for `transformers serve`.

It proves the plumbing and says nothing of quality: what it writes is noise. Runs where transformers is installed, which
mlpilot itself does not need, and so by its path: `python evals/tiny_folder.py FOLDER`.
"""

import argparse
import ast
import inspect
import sys

TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def make(folder: str) -> None:
    """Write the weights, the tokenizer and their configuration."""
    import torch
    from tokenizers import ByteLevelBPETokenizer
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    torch.manual_seed(0)
    marks = ["<|im_start|>", "<|im_end|>", "<unk>"]
    trained = ByteLevelBPETokenizer()
    sources = [inspect.getsource(module) for module in (argparse, ast)]
    trained.train_from_iterator(sources, vocab_size=2000, special_tokens=marks)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=trained._tokenizer, bos_token=marks[0], eos_token=marks[1], unk_token=marks[2]
    )
    tokenizer.chat_template = TEMPLATE
    shape = {"hidden_size": 128, "intermediate_size": 256, "num_hidden_layers": 2, "num_attention_heads": 4}
    ends = {"bos_token_id": 0, "eos_token_id": 1}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=len(tokenizer), max_position_embeddings=16_384, **shape, **ends))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


if __name__ == "__main__":
    make(sys.argv[1])
