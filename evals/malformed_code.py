"""Replies that hold a Solution, in every wrapping and with every fault that models are known for."""

import ast
import random
from collections.abc import Callable

from mlpilot.evals.malformed_parts import DECOY, Case, Finish, around, damaged, dressed, nonsense, prose, thinking

_IMPORTS = ("import numpy as np", "from sklearn.linear_model import Ridge", "import pandas as pd", "import re")
_BODIES = ("return np.median(y)", "return Ridge(**params).fit(X, y)", "model = {'mean': y.mean()}\n    return model")
_ANSWERS = ("return model.predict(X)", "out = np.zeros(len(X))\n    out[:] = model['mean']\n    return out")
_TAGS = (
    "python",
    "py",
    "python3",
    "Python",
    "PYTHON",
    " python",
    "",
    "",
    "{python}",
    'python title="a.py"',
    "python:s.py",
)
_ODD_TAGS = ("text", "plaintext", "txt", "code", "solution", "solution.py", "pyton", "javascript", "ruby", "Python 3")
_OTHERS = {
    "r": "fit <- function(X, y, params) {\n  lm(y ~ ., data = X)\n}\npredict2 <- function(m, X) predict(m, X)\n",
    "julia": "function fit(X, y, params)\n    return mean(y)\nend\n",
    "javascript": "function fit(X, y, params) {\n  return 1;\n}\nconst predict = (m, X) => {\n  return 2;\n}\n",
    "bash": "pip install scikit-learn\npython solution.py\n",
    "diff": "--- a\n+++ b\n-def fit(X, y, params):\n+def fit(X, y, p):\n",
    "json": '{"code": "def fit(X, y, params): return 1"}\n',
}


def module(rng: random.Random, mark: str = "") -> str:
    """A Solution, different each time; `mark` is a constant in it."""
    doc = rng.choice(('"""A model."""\n', '"""Two\n\nlines: “quoted”, it’s.\n"""\n', "# A model.\n", ""))
    imports = sorted(rng.sample(_IMPORTS, rng.randint(1, 3)))
    constant = f'MARK = "{mark or rng.randrange(10**9)}"'
    space = rng.choice(("", 'SPACE = {"alpha": Float(1e-3, 1e3, log=True), "depth": Int(2, 9)}\n'))
    inner = rng.choice(
        ("", "", '    """Fit.\n\n    ```\n    fit(X, y, {})\n    ```\n    """\n', "    # note: don't ``` here\n")
    )
    helper = rng.choice(
        (
            "",
            "def _clean(X):\n\treturn X.fillna(0)\n\n\n",
            "class Mean:\n    def fit(self, X):\n        return self\n\n\n",
        )
    )
    text = f"{constant}\n{space}\n\n{helper}def fit(X, y, params):\n{inner}    {rng.choice(_BODIES)}\n\n\n"
    text += f"def predict(model, X):\n    {rng.choice(_ANSWERS)}\n"
    return doc + "\n".join(imports) + "\n" + text


def fenced(rng: random.Random, code: str, tag: str | None = None) -> str:
    """The code in a block of its own."""
    char = "~" if rng.random() < 0.1 else "`"
    longest = 4 if rng.random() < 0.1 else 3
    closing = char * longest + rng.choice(("", "", "", "  ", "\t"))
    return f"{char * longest}{rng.choice(_TAGS) if tag is None else tag}\n{code}{closing}"


def code_case(rng: random.Random) -> Case:
    """One reply to a request for code."""
    make = rng.choice(rng.choice((_GOOD, _GOOD, _BAD, _RANDOM)))
    text, finish, want = make(rng)
    verdict = "read" if make in _GOOD else "refuse" if make in _BAD else "either"
    return Case("code", make.__name__.strip("_"), dressed(rng, text), finish, verdict, want)  # type: ignore[arg-type]


Made = tuple[str, Finish, str | None]
"""The reply, why it ended, and what must come out."""


def _decoy(rng: random.Random) -> str:
    return fenced(rng, module(rng, DECOY), "python")


def _fence(rng: random.Random) -> Made:
    code = module(rng)
    return around(rng, fenced(rng, code)), "stop", code


def _odd_tag(rng: random.Random) -> Made:
    code = module(rng).replace("    ```\n", "")
    return around(rng, fenced(rng, code, rng.choice(_ODD_TAGS))), "stop", code


def _thought(rng: random.Random) -> Made:
    code = module(rng)
    return (
        thinking(rng, rng.choice((_decoy(rng), "```python\n" + module(rng, DECOY)))) + around(rng, fenced(rng, code)),
        "stop",
        code,
    )


def _unclosed(rng: random.Random) -> Made:
    code = module(rng)
    return f"{prose(rng)}\n```python\n{code}", "stop", code


def _naked(rng: random.Random) -> Made:
    code = module(rng)
    return rng.choice(("", "python\n", "\n\n")) + code + rng.choice(("", "\n```", "\n\n```\nDone")), "stop", code


def _naked_in_prose(rng: random.Random) -> Made:
    code = module(rng)
    return around(rng, code, tame=True), "stop", code


def _listed(rng: random.Random) -> Made:
    code, indent = module(rng), rng.choice(("  ", "    ", "\t"))
    block = "".join(f"{indent}{line}\n" if line else "\n" for line in f"```python\n{code}```".split("\n"))
    return f"1. The code:\n\n{block}\n2. {prose(rng)}", "stop", code


def _markdown(rng: random.Random) -> Made:
    code = module(rng)
    outer = rng.choice(("```markdown", "````markdown", "```md", "```"))
    before = "" if outer == "```" else "# Solution\n\n"
    return f"{outer}\n{before}```python\n{code}```\n{outer.rstrip('markdown')}", "stop", code


def _glued(rng: random.Random) -> Made:
    code = module(rng).replace("    ```\n", "")
    start = rng.choice(
        (
            f"{prose(rng)[:200]} ```python\n{code}",
            f"```python {code}" if code.startswith("import") else f"```python\n{code}",
        )
    )
    return start.rstrip("\n") + rng.choice(("\n```", "```", "\n``` Hope it helps!")) + f"\n{prose(rng)}", "stop", code


def _pieces(rng: random.Random) -> Made:
    one, two = "import numpy as np\n", f"def fit(X, y, params):\n    return np.mean(y) + {rng.randrange(99)}\n"
    three = "def predict(model, X):\n    return np.full(len(X), model)\n"
    text = f"\n\n{prose(rng)}\n\n".join(f"```python\n{code}```" for code in (one, two, three))
    return text, "stop", f"{one}\n\n{two}\n\n{three}"


def _company(rng: random.Random) -> Made:
    """The module, and blocks that are none: a command, an object, a call, an illustration, the same once more."""
    code = module(rng)
    lines = code.split("\n")
    fit = "\n".join(lines[lines.index("def fit(X, y, params):") :]).split("\n\n\n")[0] + "\n"
    others = [
        *(f"```{tag}\n{_OTHERS[tag]}```" for tag in ("bash", "json", "r")),
        "```python\nmodel = fit(X, y, {})\nprint(predict(model, X))\n```",
        "```python\ndef predict(model, X): ...\n```",
        "```\nscore 0.93\n```",
        f"```python\n{fit}```",
        f"```python\n{code}```",
    ]
    row = [fenced(rng, code, "python"), *rng.sample(others, rng.randint(1, 3))]
    rng.shuffle(row)
    return f"\n\n{prose(rng)}\n\n".join(row), "stop", code


def _typographic(rng: random.Random) -> Made:
    code = module(rng)
    odd = code.replace("    return", "\u00a0\u00a0\u00a0\u00a0return").replace('MARK = "', "MARK = “", 1)
    return around(rng, fenced(rng, _closed(odd), "python")), "stop", code


def _closed(code: str) -> str:
    at = code.index("MARK = “")
    end = code.index('"', at)
    return f"{code[:end]}”{code[end + 1 :]}".replace("np.", "np\u200b.")


def _cut_in_prose(rng: random.Random) -> Made:
    code = module(rng)
    return f"{prose(rng)}\n{fenced(rng, code, 'python')}\n{prose(rng)[:20]}", "length", code


def _two(rng: random.Random) -> Made:
    return around(rng, f"{_decoy(rng)}\n\n{prose(rng)}\n\n{fenced(rng, module(rng), 'python')}"), "stop", None


def _two_naked(rng: random.Random) -> Made:
    return f"{module(rng)}\n\nOr, if you'd rather:\n\n{module(rng)}", "stop", None


def _cut_in_code(rng: random.Random) -> Made:
    code = module(rng)
    text = f"{prose(rng)}\n```python\n"
    if rng.random() < 0.3:
        text = _decoy(rng) + "\n" + text
    return text + code[: rng.randrange(len(code))], "length", None


def _cut_naked(rng: random.Random) -> Made:
    code = module(rng)
    return code[: rng.randrange(len(code) + 1)], "length", None


def _other_language(rng: random.Random) -> Made:
    tag = rng.choice(sorted(_OTHERS))
    return (
        around(rng, f"```{rng.choice((tag, tag, '')) if tag in 'rjuliajavascript' else tag}\n{_OTHERS[tag]}```"),
        "stop",
        None,
    )


def _correction(rng: random.Random) -> Made:
    later = rng.choice(("def predict(model, X):\n    return model\n", "def fit(X, y, params):\n    return (1\n"))
    return f"{_decoy(rng)}\n\nBetter:\n\n```python\n{later}```", "stop", None


def _only_thought(rng: random.Random) -> Made:
    opening = rng.choice(("<think>", "<thinking>\n", "<reasoning>"))
    return f"{opening}{prose(rng)}\n{_decoy(rng)}\n{prose(rng)}", rng.choice(("stop", "length")), None


def _half(rng: random.Random) -> Made:
    code = module(rng)
    cut = rng.choice(
        (code.split("def predict")[0], code.replace("def fit(", "def fitted("), code.replace("def ", "async def "))
    )
    return around(rng, fenced(rng, cut, "python")), "stop", None


def _broken(rng: random.Random) -> Made:
    """Code with a hole or a stray character, outside of a docstring, so that it parses no more."""
    while True:
        code = module(rng, DECOY).replace("    ```\n", "")
        at = rng.randrange(len(code))
        code = code[:at] + rng.choice(("", "(", ")", '"', "$", "?", "\x00", " def ")) + code[at + 1 :]
        try:
            ast.parse(code)
        except (SyntaxError, ValueError):
            return around(rng, fenced(rng, code, "python")), "stop", None


def _huge(rng: random.Random) -> Made:
    filler = "".join(f"X{number} = {number}\n" for number in range(6000))
    text = rng.choice(
        (f"```python\n{filler}{module(rng, DECOY)}```", "(" * 5000, "```\n" * 2000, "```python\nx = " + "[" * 3000)
    )
    return text, "stop", None


def _empty(rng: random.Random) -> Made:
    return rng.choice(("", " \n", "```python\n```", "```", prose(rng), "I cannot help with that.")), "stop", None


def _cut_quietly(rng: random.Random) -> Made:
    code = module(rng)
    return thinking(rng, _decoy(rng)) + f"```python\n{code[: rng.randrange(len(code))]}", "stop", None


def _damaged(rng: random.Random) -> Made:
    text, finish, _ = rng.choice(_GOOD)(rng)
    return damaged(rng, text.replace(DECOY, "draft")), finish, None


def _nonsense(rng: random.Random) -> Made:
    return nonsense(rng), rng.choice(("stop", "length")), None


_Maker = Callable[[random.Random], Made]
_GOOD: tuple[_Maker, ...] = (
    *(_fence, _fence, _odd_tag, _thought, _unclosed, _naked, _naked_in_prose, _listed, _markdown, _glued, _pieces),
    *(_company, _company, _typographic, _cut_in_prose),
)
_BAD: tuple[_Maker, ...] = (
    *(_two, _two_naked, _cut_in_code, _cut_naked, _other_language, _correction, _only_thought, _half, _broken, _huge),
    _empty,
)
_RANDOM: tuple[_Maker, ...] = (_cut_quietly, _damaged, _damaged, _nonsense)
