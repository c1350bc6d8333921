"""The statements of ``features``, which are DuckDB's, said in Spark's dialect. SQLGlot translates; what it does not know is here, as rules on trees.

A rule is general: none knows a statement, a table or a column. What differs between the two and is no matter of grammar:

- a number with a point is a decimal to both, but their quotients differ: for Spark it is a double, which DuckDB divides too;
- ``arg_max`` passes over rows of which it has nothing to say, ``max_by`` does not;
- ``hash`` names content, with another number on each: nothing may be ordered by it;
- ``x not in (select …)`` would hold for nobody if the query gave a null; none does, and Spark is spared a join that looks for one;
- a condition on a windowed aggregate, a position that is absent, a list of structs laid out in columns take other forms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlglot import exp, parse_one

from features.engine import Parameters

Tree = exp.Expr
Rule = Callable[[Tree], Tree]


@dataclass(frozen=True, kw_only=True)
class Macro:
    """``body``, in which the names of ``parameters`` stand for what is given."""

    parameters: tuple[str, ...]
    body: Tree


def parsed(
    sql: str, parameters: Parameters, macros: Mapping[str, Macro], variables: Mapping[str, Tree]
) -> Tree:
    """The tree of one statement, with the values of its parameters, macros and variables in their places; a macro's variables are read where it is used."""
    given, asked = _by_name(parameters), parse_one(sql, read="duckdb")
    is_macro = isinstance(asked, exp.Create) and asked.kind == "MACRO"

    def placed(node: Tree) -> Tree:
        if isinstance(node, exp.Placeholder):
            return given[node.name].copy()
        if not isinstance(node, exp.Anonymous):
            return node
        if node.name in macros:
            return rewritten(_applied(macros[node.name], node.expressions), placed)
        is_read = node.name == "getvariable" and not is_macro
        return variables[node.expressions[0].name].copy() if is_read else node

    return rewritten(asked, placed)


def rewritten(tree: Tree, rule: Rule) -> Tree:
    """A copy in which the rule was applied to every node, the innermost first."""
    root = tree.copy()
    for node in reversed(list(root.dfs())):
        parent, key, index = node.parent, node.arg_key, node.index
        made = rule(node)
        if made is node:
            continue
        if parent is None or key is None:
            root = made
        else:
            parent.set(key, made, index)
    return root


def spoken(tree: Tree) -> str:
    """The statement as Spark understands it."""
    return rewritten(tree, lambda node: _RULES.get(type(node), _as_it_is)(node)).sql(dialect="spark")


def literal(value: object) -> Tree:
    """A value as a typed literal."""
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "date")
    if isinstance(value, list | tuple):
        return exp.Array(expressions=[literal(v) for v in value])
    return exp.convert(value)


def macro_of(create: Tree) -> tuple[str, Macro]:
    """Of ``create macro name(parameters) as body``."""
    names = tuple(parameter.name for parameter in create.this.expressions)
    return create.this.this.name, Macro(parameters=names, body=create.args["expression"])


def _by_name(parameters: Parameters) -> Mapping[str, Tree]:
    if isinstance(parameters, Mapping):
        return {name: literal(value) for name, value in parameters.items()}
    return {str(place): literal(value) for place, value in enumerate(parameters or (), start=1)}


def _applied(macro: Macro, given: Sequence[Tree]) -> Tree:
    values = dict(zip(macro.parameters, given, strict=True))

    def placed(node: Tree) -> Tree:
        return exp.paren(values[node.name]) if isinstance(node, exp.Column) and node.name in values else node

    return exp.paren(rewritten(macro.body, placed))


def _as_it_is(node: Tree) -> Tree:
    return node


def _is_known(value: Tree) -> Tree:
    return exp.Not(this=exp.Is(this=value.copy(), expression=exp.Null()))


def _number(node: Tree) -> Tree:
    is_decimal = not node.is_string and not node.name.isdigit()
    return exp.cast(exp.Literal.string(node.name), "double") if is_decimal else node


def _table(node: Tree) -> Tree:
    """Spark's temporary views have no schema: it becomes part of the name."""
    return exp.to_table(flat_name(node), alias=node.alias or None) if node.text("db") else node


def flat_name(table: Tree) -> str:
    """A table's name with its schema."""
    return "__".join(part for part in (table.text("db"), table.name) if part)


def _type(node: Tree) -> Tree:
    return exp.DataType.build("bigint") if node.this == exp.DataType.Type.UBIGINT else node


def _extreme(node: Tree) -> Tree:
    if isinstance(node.parent, exp.Filter):
        return node
    return exp.Filter(this=node, expression=exp.Where(this=_is_known(node.this)))


def _filtered(node: Tree) -> Tree:
    aggregate, condition = node.this, node.expression.this
    if isinstance(aggregate, exp.ArgMin | exp.ArgMax):
        condition = exp.and_(condition, _is_known(aggregate.this))
    if not isinstance(node.parent, exp.Window):
        return exp.Filter(this=aggregate, expression=exp.Where(this=condition))
    counted = exp.Literal.number(1) if isinstance(aggregate.this, exp.Star) else aggregate.this
    counting: Tree = type(aggregate)(this=exp.case().when(condition, counted))
    return counting


def _laid_out(node: Tree) -> Tree:
    """A list of structs laid out in rows and, where DuckDB is told ``recursive``, columns."""
    return exp.func("inline", node.this) if node.expressions else node


def _named(node: Tree) -> Tree:
    rule = _BY_NAME.get(node.name)
    return rule(node) if rule else node


def _hashed(node: Tree) -> Tree:
    """Spark's passes over what is null, so that this is said beside each."""
    told = [part for e in node.expressions for part in (_is_known(e), e)]
    return exp.func("xxhash64", *told)


def _position(node: Tree) -> Tree:
    return exp.Nullif(this=exp.func("array_position", *node.expressions), expression=exp.Literal.number(0))


def _not(node: Tree) -> Tree:
    asked = node.this
    if not (isinstance(asked, exp.In) and asked.args.get("query")):
        return node
    return exp.paren(exp.and_(_is_known(asked.this), exp.Not(this=exp.func("coalesce", asked, exp.false()))))


def _overlap(node: Tree) -> Tree:
    return exp.func("arrays_overlap", node.this, node.expression)


def _joined(node: Tree) -> Tree:
    """Different texts in their own order; beside another ``distinct`` Spark's ``listagg`` fails."""
    texts = node.this.this if isinstance(node.this, exp.Order) else node.this
    if not isinstance(texts, exp.Distinct) or [o.this for o in node.this.expressions] != texts.expressions:
        return node
    every = exp.func("array_sort", exp.func("collect_set", *texts.expressions))
    return exp.func("array_join", every, node.args["separator"])


def _year(node: Tree) -> Tree:
    return exp.cast(node, "bigint")


def _any(node: Tree) -> Tree:
    value = node.this
    return (
        exp.Anonymous(this="any_value", expressions=[value.this, exp.true()])
        if isinstance(value, exp.AnyValue)
        else node
    )


_RULES: Mapping[type[Tree], Rule] = {
    exp.Literal: _number,
    exp.Table: _table,
    exp.DataType: _type,
    exp.ArgMin: _extreme,
    exp.ArgMax: _extreme,
    exp.Filter: _filtered,
    exp.Explode: _laid_out,
    exp.Anonymous: _named,
    exp.Not: _not,
    exp.ArrayOverlaps: _overlap,
    exp.GroupConcat: _joined,
    exp.Year: _year,
    exp.IgnoreNulls: _any,
}
_BY_NAME: Mapping[str, Rule] = {"hash": _hashed, "list_position": _position}
