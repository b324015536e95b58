"""Small changes to a module's source, one at a time: what tests must notice."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

_SWAPS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_SUMS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}

_TURNED = {"any": "all", "all": "any", "min": "max", "max": "min"}
_STATEMENTS = ast.Assign | ast.AugAssign | ast.For | ast.Return | ast.Continue | ast.Expr
_LITERALS = ast.Set | ast.Tuple | ast.List


def mutants(source: str) -> Iterator[tuple[int, str, ast.Module]]:
    """Each mutant with its line and what was changed; docstrings, imports and annotations stay as they are."""
    tree = ast.parse(source)
    nodes = list(_walk(tree))
    for index, node in enumerate(nodes):
        for number, change in enumerate(_changes(node)):
            changed = copy.deepcopy(tree)
            target = list(_walk(changed))[index]
            list(_changes(target, apply=number))
            yield getattr(node, "lineno", 1), change, ast.fix_missing_locations(changed)


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """Every node that may change, in a fixed order."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return
    yield node
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list", "bases"}:
            continue
        children = value if isinstance(value, list) else [value]
        for child in children:
            is_docstring = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
            if isinstance(child, ast.AST) and not is_docstring:
                yield from _walk(child)


def _changes(node: ast.AST, apply: int | None = None) -> Iterator[str]:
    """Describe the changes that fit the node; with `apply`, make the one of that number."""
    number = -1

    def here() -> bool:
        nonlocal number
        number += 1
        return number == apply

    if isinstance(node, ast.Compare) and type(node.ops[0]) in _SWAPS:
        swapped = _SWAPS[type(node.ops[0])]
        if here():
            node.ops[0] = swapped()
        yield f"{type(node.ops[0]).__name__} -> {swapped.__name__}"
    if isinstance(node, ast.BoolOp):
        for position in range(len(node.values)):
            if here():
                del node.values[position]
            yield f"drop operand {position} of {type(node.op).__name__}"
        if here():
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "and <-> or"
    if isinstance(node, ast.BinOp) and type(node.op) in _SUMS:
        summed = _SUMS[type(node.op)]
        if here():
            node.op = summed()
        yield f"{type(node.op).__name__} -> {summed.__name__}"
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        for value in (True, False):
            if here():
                node.test = ast.Constant(value=value)
            yield f"condition {value}"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        if here():
            node.op, node.operand = ast.Not(), ast.UnaryOp(op=ast.Not(), operand=node.operand)
        yield "drop not"
    if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | str) and node.value != "":
        before, changed = node.value, _other(node.value)
        if here():
            node.value = changed
        yield f"{before!r} -> {changed!r}"
    if isinstance(node, ast.comprehension):
        for position in range(len(node.ifs)):
            if here():
                del node.ifs[position]
            yield f"drop filter {position}"
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"any", "all", "min", "max"}
    ):
        other = {"any": "all", "all": "any", "min": "max", "max": "min"}[node.func.id]
        if here():
            node.func.id = other
        yield f"{node.func.id} -> {other}"
    if isinstance(node, _LITERALS) and not isinstance(getattr(node, "ctx", None), ast.Store):
        for position in range(len(node.elts)):
            if here():
                del node.elts[position]
            yield f"drop element {position}"
    if isinstance(node, ast.Dict):
        for position in range(len(node.keys)):
            if here():
                del node.keys[position], node.values[position]
            yield f"drop key {position}"
    body = getattr(node, "body", None)
    if isinstance(body, list) and not isinstance(node, ast.Module | ast.ClassDef):
        for position, statement in enumerate(body):
            if isinstance(
                statement, ast.Assign | ast.AugAssign | ast.For | ast.Return | ast.Continue | ast.Expr
            ):
                if _says_nothing(statement, last=position == len(body) - 1):
                    continue
                if here():
                    body[position] = ast.Pass()
                yield f"drop statement at line {statement.lineno}"


def _says_nothing(statement: ast.stmt, *, last: bool) -> bool:
    """True for a docstring, and for a last `return None`, without which a function returns None as well."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    none = isinstance(statement, ast.Return) and isinstance(statement.value, ast.Constant)
    return last and none and statement.value.value is None  # type: ignore[attr-defined]


def _other(value: bool | int | str) -> bool | int | str:
    """A value that is not this one."""
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else "@" + value
