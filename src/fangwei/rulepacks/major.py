"""Major hazards, GB 18218-2018: S says whether a unit is one, R how grave it is. Pure.

S = sum(q / Q); R = alpha * sum(beta * q / Q). q is the design maximum (4.2.2): figures from live stock are operational,
never the registered level.
"""

from collections.abc import Sequence
from typing import Any

from fangwei.rulepacks.facts import Facts, Stock
from fangwei.rulepacks.pack import Pack, Table

Rows = dict[str, dict[str, Any]]


def figures(packs: Sequence[Pack], facts: Facts) -> dict[str, float | None] | None:
    """S and R by the first pack that holds the tables; None when none does or nothing is stocked."""
    stocks = facts.major.stocks
    for pack in packs:
        tables = {table.id: table for table in pack.tables}
        if stocks is not None and {"quantities", "beta", "alpha"} <= tables.keys():
            return {"s": share(stocks, tables), "r": rank(stocks, facts.major.residents, tables)}
    return None


def share(stocks: Sequence[Stock], tables: dict[str, Table]) -> float | None:
    """S; None when an amount or a threshold is unknown."""
    return _sum(stocks, tables, weighted=False)


def rank(stocks: Sequence[Stock], residents: int | None, tables: dict[str, Table]) -> float | None:
    """R; None when an amount, a threshold, a factor or the number of residents is unknown."""
    total = _sum(stocks, tables, weighted=True)
    alpha = next(
        (float(row["alpha"]) for row in tables["alpha"].rows if residents is not None and residents >= row["from"]),
        None,
    )
    return None if total is None or alpha is None else round(alpha * total, 9)


def _sum(stocks: Sequence[Stock], tables: dict[str, Table], *, weighted: bool) -> float | None:
    quantities, betas = _by_key(tables["quantities"]), _by_key(tables["beta"])
    total = 0.0
    for stock in stocks:
        row = quantities.get(stock.substance or "") or quantities.get(stock.klass or "")
        if row is None or stock.amount is None:
            return None
        beta = 1.0
        if weighted:
            factor = betas.get(stock.substance or "") or betas.get(stock.klass or row.get("class", ""))
            if factor is None:
                return None
            beta = float(factor["beta"])
        total += beta * stock.amount / float(row["q"])
    return round(total, 9)


def _by_key(table: Table) -> Rows:
    return {str(row["key"]): row for row in table.rows}
