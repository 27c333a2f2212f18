"""Small edits of Python text by the positions of its syntax tree, so that comments and layout stay as they are."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """Characters [start, end) are replaced by `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Place:
    """A piece of text with a tree node's coordinates: lines from 1, columns in UTF-8 bytes."""

    lineno: int
    col_offset: int
    end_lineno: int
    end_col_offset: int


def span(source: str, node: ast.AST | Place) -> tuple[int, int]:
    """Where a node (with a position) stands in the text, in characters."""
    lines = lines_of(source)

    def offset(line: int, column: int) -> int:
        before = sum(map(len, lines[: line - 1]))
        return before + len(lines[line - 1].encode()[:column].decode())

    return (
        offset(node.lineno, node.col_offset),  # type: ignore[union-attr]
        offset(node.end_lineno, node.end_col_offset),  # type: ignore[union-attr]
    )


def lines_of(source: str) -> list[str]:
    """Its lines as Python counts them, ends kept; `str.splitlines` would also split at form feeds and the like."""
    return [f"{line}\n" for line in source.split("\n")]


def text_of(source: str, node: ast.AST | Place) -> str:
    """The text of a node."""
    start, end = span(source, node)
    return source[start:end]


def replace(source: str, node: ast.AST | Place, text: str) -> str:
    """The source with one node's text replaced."""
    return apply_edits(source, [Edit(*span(source, node), text)])


def apply_edits(source: str, edits: Iterable[Edit]) -> str:
    """All edits at once; they must not overlap."""
    for edit in sorted(set(edits), key=lambda edit: (-edit.start, -edit.end)):
        source = source[: edit.start] + edit.text + source[edit.end :]
    return source
