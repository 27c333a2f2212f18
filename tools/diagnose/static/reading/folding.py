"""Arithmetic of constants, as far as it is cheap: a program under inspection may ask for any number."""

import ast
from typing import Any

from mlpilot.tools.diagnose.static.reading.values import UNKNOWN, Const, Value

_LARGEST = 10**12


def computed(one: Any, other: Any, operation: ast.operator) -> Value:
    """`one op other`; UNKNOWN where it would be large or is none."""
    if isinstance(one, str) and isinstance(other, str) and isinstance(operation, ast.Add):
        return Const(one + other) if len(one) + len(other) < 1000 else UNKNOWN
    if not all(isinstance(x, int | float) and abs(x) < _LARGEST for x in (one, other)):
        return UNKNOWN
    try:
        match operation:
            case ast.Add():
                return Const(one + other)
            case ast.Sub():
                return Const(one - other)
            case ast.Mult():
                return Const(one * other)
            case ast.Div():
                return Const(one / other)
            case ast.FloorDiv():
                return Const(one // other)
            case ast.Mod():
                return Const(one % other)
            case ast.Pow() if abs(other) <= 64:
                return Const(one**other)
    except (ArithmeticError, ValueError, TypeError):
        return UNKNOWN
    return UNKNOWN
