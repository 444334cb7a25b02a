"""The sentences of faults and refusals, found in the source for the catalogue; `make translations` asks here.

The rules know no language: they name a sentence in English, and `web/errors.py` looks up its German. A sentence may
be written where the fault is raised, or come there by a local name, a choice, a table of the module, or a parameter
of a function of the module. What comes from farther away cannot be found, and stops the gathering.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any, cast

from babel.messages.extract import extract_python

Function = ast.FunctionDef | ast.AsyncFunctionDef
Place = tuple[str, int]
SAYS: Mapping[str, tuple[Place, ...]] = {
    "fault": (("cause", 0), ("remedy", 1)),
    ".fault": (("cause", 1), ("remedy", 2)),
    "faults.add": (("cause", 0), ("remedy", 1)),
    "Reason": (("template", 0),),
}
"""Who takes a sentence, from whatever module: the parameter's name and where it stands."""
CARRIED = frozenset({"template", "cause", "remedy", "fault"})
"""Attributes that hold a sentence which another place has written, and from where it has been gathered."""


class Unfound(Exception):
    """A sentence comes from where the gathering cannot follow it."""


Where = tuple[Function, ...]
"""The functions around a place, the outermost first."""


class _Module:
    def __init__(self, tree: ast.Module, file: str) -> None:
        self.tree = tree
        self.file = file
        self.calls: list[tuple[ast.Call, Where]] = []
        self._walk(tree, ())
        self.functions = {each.name: each for each in ast.walk(tree) if isinstance(each, Function)}
        self.says = {**SAYS, **dict(_carriers(tree))}
        self._following: set[tuple[ast.AST, str]] = set()

    def _walk(self, node: ast.AST, where: Where) -> None:
        if isinstance(node, ast.Call):
            self.calls.append((node, where))
        inside = (*where, node) if isinstance(node, Function) else where
        for child in ast.iter_child_nodes(node):
            self._walk(child, inside)

    def sentences(self) -> Iterator[tuple[int, str]]:
        for call, where in self.calls:
            for name, position in self.says.get(_called(call), ()):
                for given in _handed(call, name, position):
                    yield from ((call.lineno, sentence) for sentence in self._said(given, where))

    def _said(self, node: ast.expr, where: Where) -> Iterator[str]:
        for end, there in self._ends(node, where):
            match end:
                case ast.Constant(value=str() as sentence):
                    yield sentence
                case ast.BinOp(left=left, op=ast.Add(), right=right):
                    endings = list(self._said(right, there))
                    yield from (start + ending for start in self._said(left, there) for ending in endings)
                case ast.Starred() | ast.Constant(value=None):
                    pass
                case ast.Attribute(attr=attr) if attr in CARRIED:
                    pass
                case _:
                    raise Unfound(f"{self.file}:{end.lineno}: no sentence can be found in {ast.unparse(end)}")

    def _ends(self, node: ast.expr, where: Where) -> Iterator[tuple[ast.expr, Where]]:
        """What the expression comes to: each branch of a choice, each value of a name, a table or a function."""
        branches: list[tuple[ast.expr, Where]]
        match node:
            case ast.IfExp(body=one, orelse=other):
                branches = [(one, where), (other, where)]
            case ast.BoolOp(values=values):
                branches = [(each, where) for each in values]
            case ast.Subscript(value=ast.Dict(values=values)):
                branches = [(each, where) for each in values]
            case ast.Subscript(value=ast.Name() as table):
                tables = [end for end, _ in self._ends(table, where) if isinstance(end, ast.Dict)]
                branches = [(each, where) for found in tables for each in found.values]
            case ast.Call(
                func=ast.Name(id="gettext" | "ngettext") | ast.Attribute(attr="gettext" | "ngettext"),
                args=[inner, *_],
            ):
                branches = [(inner, where)]
            case ast.Call(func=ast.Name(id=name)) if name in self.functions:
                function = self.functions[name]
                returned = [each.value for each in ast.walk(function) if isinstance(each, ast.Return)]
                branches = [(each, (function,)) for each in returned if each is not None]
            case ast.Name(id=name):
                yield from self._named(name, node, where)
                return
            case _:
                yield node, where
                return
        for branch, there in branches:
            yield from self._ends(branch, there)

    def _named(self, name: str, node: ast.expr, where: Where) -> Iterator[tuple[ast.expr, Where]]:
        for depth in range(len(where), -1, -1):
            inside = where[:depth]
            scope = inside[-1] if inside else self.tree
            if (scope, name) in self._following:
                return
            self._following.add((scope, name))
            bound = list(self._bound(scope, name, inside))
            ends = [end for value, place, there in bound for end in self._picked(value, place, there)]
            self._following.discard((scope, name))
            if bound:
                yield from ends
                return
        yield node, where

    def _picked(self, value: ast.expr, place: int | None, where: Where) -> Iterator[tuple[ast.expr, Where]]:
        for end, there in self._ends(value, where):
            if place is not None and isinstance(end, ast.Tuple):
                yield from self._ends(end.elts[place], there)
            else:
                yield end, there

    def _bound(self, scope: ast.AST, name: str, where: Where) -> Iterator[tuple[ast.expr, int | None, Where]]:
        """What the name is given in the function or the module, and by callers; a number picks from a tuple."""
        for node in ast.walk(scope) if where else self.tree.body:
            for target, value, looped in _given(node):
                targets = target.elts if isinstance(target, ast.Tuple) else [target]
                names = [each.id if isinstance(each, ast.Name) else "" for each in targets]
                if name in names:
                    place = names.index(name) if isinstance(target, ast.Tuple) else None
                    values = self._elements(value, where) if looped else [value]
                    yield from ((each, place, where) for each in values)
        if isinstance(scope, Function):
            names = [each.arg for each in scope.args.args if each.arg not in ("self", "cls")]
            if name in (*names, *(each.arg for each in scope.args.kwonlyargs)):
                yield ast.Attribute(value=ast.Name(id=name), attr="template"), None, where
                position = names.index(name) if name in names else len(names)
                for call, there in self.calls:
                    if _called(call).rpartition(".")[2] == scope.name:
                        yield from ((value, None, there) for value in _handed(call, name, position))

    def _elements(self, several: ast.expr, where: Where) -> Iterator[ast.expr]:
        for end, _ in self._ends(several, where):
            yield from end.elts if isinstance(end, ast.Tuple | ast.List) else []


def _carriers(tree: ast.Module) -> Iterator[tuple[str, tuple[Place, ...]]]:
    """The module's own classes with a field that holds a sentence."""
    for each in tree.body:
        if isinstance(each, ast.ClassDef):
            fields = [field for field in each.body if isinstance(field, ast.AnnAssign)]
            names = [ast.unparse(field.target) for field in fields]
            words = [place for place, field in enumerate(fields) if ast.unparse(field.annotation) == "str"]
            yield each.name, tuple((names[place], place) for place in words if names[place] in CARRIED)


def _given(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr, bool]]:
    """What the statement gives to which target, and whether it gives one element after the other."""
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from ((target, value, False) for target in targets)
        case ast.AnnAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value) if value:
            yield target, value, False
        case ast.For(target=target, iter=several):
            yield target, several, True


def _handed(call: ast.Call, name: str, position: int) -> Iterator[ast.expr]:
    given = [each.value for each in call.keywords if each.arg == name]
    yield from given or call.args[position : position + 1]


def _called(call: ast.Call) -> str:
    """`fault`, `.fault` of something, `faults.add` of any collection of faults, else the last name."""
    match call.func:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id="faults") | ast.Attribute(attr="faults"), attr=attr):
            return f"faults.{attr}"
        case ast.Attribute(attr=attr):
            return f".{attr}"
    return ""


def sentences(source: str | bytes, file: str = "") -> list[tuple[int, str]]:
    """The sentences of the source's faults and refusals, each with the line that takes it; raises `Unfound`."""
    return list(_Module(ast.parse(source), file).sentences())


def one_or_many(source: str | bytes, file: str = "") -> list[tuple[int, tuple[str, str]]]:
    """The sentences for one and for several, each pair with the line that writes it; raises `Unfound`."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _called(node) == "OneOrMany":
            words = tuple(each.value for each in node.args if isinstance(each, ast.Constant))
            if len(words) != 2 or node.keywords:
                raise Unfound(f"{file}:{node.lineno}: no two sentences can be found in {ast.unparse(node)}")
            found.append((node.lineno, (str(words[0]), str(words[1]))))
    return found


def gather(
    file: IO[bytes], keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Any]:
    """All sentences of a Python file, those marked by `gettext` and those of faults; a method of Babel."""
    source = file.read()
    yield from extract_python(io.BytesIO(source), keywords, comment_tags, cast("Any", options))
    yield from ((line, None, sentence, []) for line, sentence in sentences(source, file.name))
    yield from ((line, "ngettext", pair, []) for line, pair in one_or_many(source, file.name))
