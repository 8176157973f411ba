"""Which faults can be planted in a source, and the source with one of them."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SWAPPED = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
TWINS = {"min": "max", "minimum": "maximum", "any": "all", "ceil": "floor", "left": "right"}
TWINS |= {twin: name for name, twin in TWINS.items()}


def faults(tree):
    """Each place that can be changed: its line, and a function that changes it."""
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    options = {
        id(part) for one in classes for option in one.decorator_list for part in ast.walk(option)
    }
    for node in ast.walk(tree):
        if id(node) not in options:  # frozen, slots: no test asks for them
            yield from faults_of(node)


def faults_of(node):
    match node:
        case ast.Compare(ops=[operator, *_]) if type(operator) in SWAPPED:
            yield node.lineno, lambda: node.ops.__setitem__(0, swap(operator))
        case ast.BinOp() | ast.BoolOp() | ast.AugAssign() if type(node.op) in SWAPPED:
            yield node.lineno, lambda: setattr(node, "op", swap(node.op))
        case ast.Constant(bool()):
            yield node.lineno, lambda: setattr(node, "value", not node.value)
        case ast.Constant(int() | float()):
            yield node.lineno, lambda: setattr(node, "value", shifted(node.value))
        case ast.Constant("left" | "right"):
            yield node.lineno, lambda: setattr(node, "value", TWINS[node.value])
        case ast.UnaryOp(op=ast.Not() | ast.Invert() | ast.USub(), operand=operand):
            yield node.lineno, lambda: become(node, operand)
        case ast.Call(func=ast.Name(id=name)) if name in TWINS:
            yield node.lineno, lambda: setattr(node.func, "id", TWINS[name])
        case ast.Call(func=ast.Attribute(attr=name)) if name in TWINS:
            yield node.lineno, lambda: setattr(node.func, "attr", TWINS[name])


def swap(operator):
    return SWAPPED[type(operator)]()


def shifted(value):
    """One more; a number so large that one more is nothing is doubled."""
    return value + 1 if abs(value) < 1e6 else 2 * value


def become(node, other):
    node.__class__ = other.__class__
    node.__dict__.clear()
    node.__dict__.update(other.__dict__)


def without_types(tree):
    """Annotations are no behaviour: ``str | None`` must not become ``str & None``."""
    for node in ast.walk(tree):
        for part in ("annotation", "returns"):
            if getattr(node, part, None) is not None:
                setattr(node, part, ast.Constant("Any"))
    return tree


def count(path):
    return sum(1 for _ in faults(without_types(ast.parse((ROOT / path).read_text()))))


def planted(path, number):
    """The source with its ``number``-th fault, the line, and the line as it is."""
    tree = without_types(ast.parse((ROOT / path).read_text()))
    line, plant = list(faults(tree))[number]
    before = ast.unparse(tree)
    plant()
    after = ast.unparse(tree)
    pairs = zip(before.split("\n"), after.split("\n"), strict=False)
    changed = [f"{was.strip()}  ->  {now.strip()}" for was, now in pairs if was != now]
    return after, line, changed[0] if changed else "(nothing seen)"
