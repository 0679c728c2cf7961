"""SQL as the source spells it: what an expression says, and what of it stands in no brackets."""

import ast
import re
from collections.abc import Mapping, Sequence


def sql_of(text: ast.expr, texts: Mapping[str, list[ast.expr]], deep: int = 5) -> str:
    """SQL as far as this file tells: a name stands for all that is ever called so here."""
    parts: Sequence[ast.expr] = ()
    match text:
        case ast.Constant(value):
            return str(value)
        case ast.Name(name) if name in texts and deep:
            parts, deep = texts[name], deep - 1
        case ast.JoinedStr(parts):
            pass
        case ast.BinOp(left, _, right):
            parts = (left, right)
        case ast.FormattedValue(value) | ast.Call(ast.Attribute(value)):  # .format() and .join()
            parts = (value,)
    return "".join(sql_of(part, texts, deep) for part in parts) or "x"


def outside_brackets(sql: str) -> str:
    """What stands in no brackets, no CASE and no text in quotes, its words apart by one space."""
    words, nested = [], 0
    for word in re.findall(r"'[^']*'|[()]|\w+|[^\s\w()]", sql):
        closes = word == ")" or word.upper() == "END"
        nested -= closes
        if not (nested or closes):
            words.append("TEXT" if word[0] == "'" else word.upper())
        nested += word == "(" or word.upper() == "CASE"
    return f" {' '.join(words)} "
