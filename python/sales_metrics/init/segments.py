"""Segments: a field that says them, else the size of the customer, else the size of the deal."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import duckdb

from sales_metrics.init.proposals import Proposal, Question, free
from sales_metrics.init.tables import plain
from sales_metrics.sql import over

# Of the won revenue, the share whose segment a field must say; of accounts, whose size is known.
COVERS = 0.6
FEWEST, MOST = 2, 8
TIERS = ("smb", "mid_market", "enterprise")
NAMES = {"smb": "SMB", "mid_market": "Mid-market", "enterprise": "Enterprise"}
WORDS = {
    "smb": (
        "smb",
        "small",
        "small business",
        "sme",
        "kmu",
        "startup",
        "start up",
        "self serve",
        "klein",
        "pme",
        "pyme",
    ),
    "mid_market": (
        "mid market",
        "midmarket",
        "mid",
        "medium",
        "commercial",
        "mittelstand",
        "mm",
        "mid size",
    ),
    "enterprise": (
        "enterprise",
        "strategic",
        "large",
        "key account",
        "ent",
        "konzern",
        "corporate",
        "grand compte",
        "global",
    ),
}
EMPLOYEES = (200, 2000)
# Of the spellings of a value, which differ in the case of letters, the one most deals have.
_SPELLED = "mode(trim({0}) order by trim({0}))"


def proposed(deals: duckdb.DuckDBPyRelation, accounts: duckdb.DuckDBPyRelation) -> Proposal:
    """`deals`: account_id, amount, segment_value, is_won; `accounts`: account_id, segment_value,
    employees."""
    won = deals.filter("is_won").set_alias("won")
    revenue, count = won.aggregate("sum(amount), count(*)").fetchall()[0]
    total = float(revenue or count or 0)
    weight = "coalesce(amount, 0)" if revenue else "1"
    by_field = {
        "opportunity_field": over(
            won,
            "w",
            f"select {_SPELLED.format('segment_value')}, sum({weight}), median(amount) from w"
            " group by lower(trim(segment_value))",
        ).fetchall(),
        "account_field": _joined(won, accounts, "account_id", "segment_value", weight),
    }
    other = [
        Question(
            "Does another field of the accounts say the segment?",
            "the proposed segments hold.",
            "dbt_project.yml, var raw_columns, {<source>: {<accounts>: {segment: <field>}}}",
        )
    ]
    for where, rows in by_field.items():
        values = [row for row in rows if row[0]]
        covered = sum(float(row[1] or 0) for row in values)
        if FEWEST <= len(values) <= MOST and total and covered >= COVERS * total:
            what = "deal" if where == "opportunity_field" else "account"
            return _of_field(values, covered / total, what)
    sizes = _joined(won, accounts, "account_id", "case when employees > 0 then 'known' end", weight)
    known = sum(float(row[1] or 0) for row in sizes if row[0])
    if total and known >= COVERS * total:
        return Proposal(
            "Segments",
            (
                f"By employees of the account: under {EMPLOYEES[0]} SMB,"
                f" under {EMPLOYEES[1]} mid-market.",
            ),
            (f"the number of employees is known for {known / total:.0%} of won revenue",),
            tuple(other),
            {
                "segments": _segments(),
                "segment_rules": _employee_rules() + _band_rules(_bands(won)),
            },
            {},
        )
    bands = _bands(won)
    return Proposal(
        "Segments",
        (f"By size of the deal: under {bands[0]:,} SMB, under {bands[1]:,} mid-market.",),
        (
            f"no field of deals or accounts with {FEWEST} to {MOST} values covers {COVERS:.0%} of"
            f" won revenue, nor does a number of employees ({known / total if total else 0:.0%});"
            " the bounds part the won deals at a third and at 80 %",
        ),
        tuple(other),
        {"segments": _segments(), "segment_rules": _band_rules(bands)},
        {},
    )


def _joined(
    won: duckdb.DuckDBPyRelation,
    accounts: duckdb.DuckDBPyRelation,
    key: str,
    value: str,
    weight: str,
) -> list[tuple[Any, ...]]:
    """Won revenue and its median deal by a value of the account."""
    known = over(
        accounts,
        "a",
        f"select {key}, any_value({value}) as told from a where {key} is not null group by 1",
    ).set_alias("known")
    joined = won.join(known, f"won.{key} = known.{key}", how="left")
    return joined.aggregate(
        f"{_SPELLED.format('told')}, sum({weight}), median(amount)", "lower(trim(told))"
    ).fetchall()


def _of_field(values: Sequence[tuple[Any, ...]], covered: float, what: str) -> Proposal:
    """Each value is a segment; a word for a size gets the name of the size.

    Two words for one size are two segments of that size: nobody but the company knows whether
    what it calls strategic is more than an enterprise.
    """
    ordered = sorted(values, key=lambda row: row[0])
    words = {tier: {_word(row[0]) for row in ordered if _tier(row[0]) == tier} for tier in TIERS}
    segments: dict[str, tuple[str, str]] = {}
    ids: dict[str, str] = {}
    rules: list[dict[str, Any]] = []
    unsure: list[str] = []
    for value, _, median in ordered:
        tier, word = _tier(value), _word(value)
        if word not in ids:
            is_alone = tier is not None and len(words[tier]) == 1
            ids[word] = tier if tier and is_alone else free(_slug(value), ids.values())
            shown = NAMES[tier] if tier and is_alone else value
            segments[ids[word]] = (shown, tier or _tier_of(median))
            if not tier:
                unsure.append(value)
        rules.append(_rule("field_value", ids[word], raw_value=value.lower()))
    questions = []
    if unsure:
        questions.append(
            Question(
                "Which size of customer is each of "
                + ", ".join(f"`{one}`" for one in unsure)
                + " compared with?",
                "its median won deal tells the benchmarks it is judged by.",
                "seeds/my_segments.csv, column acv_tier",
            )
        )
    return Proposal(
        "Segments",
        (
            f"By the segment of the {what}: "
            + ", ".join(f"`{row['raw_value']}`" for row in rules)
            + ".",
        ),
        (f"the field says it for {covered:.0%} of won revenue",),
        tuple(questions),
        {
            "segments": [
                {"segment": one, "segment_name": shown, "acv_tier": tier}
                for one, (shown, tier) in segments.items()
            ],
            "segment_rules": rules,
        },
    )


def _word(value: str) -> str:
    """However its letters and its parts are written: Mid-Market and mid market."""
    return re.sub(r"(?<=\w)[\s_-]+(?=\w)", " ", value.lower())


def _tier(value: str) -> str | None:
    said = plain(value)
    words = set(said.split())
    for tier, names in WORDS.items():
        if said in names or any(name in words for name in names if " " not in name):
            return tier
    return None


def _segments() -> list[dict[str, Any]]:
    return [{"segment": one, "segment_name": NAMES[one], "acv_tier": one} for one in TIERS]


def _tier_of(amount: float | None) -> str:
    value = float(amount or 0)
    return "smb" if value < 10_000 else "mid_market" if value < 50_000 else "enterprise"


def _bands(won: duckdb.DuckDBPyRelation) -> tuple[int, int]:
    low, high = (
        won.filter("amount > 0")
        .aggregate("quantile_cont(amount, 0.333), quantile_cont(amount, 0.8)")
        .fetchall()[0]
    )
    if low is None:
        return 10_000, 50_000
    first = _round(float(low))
    second = _round(float(high))
    return first, second if second > first else first * 2


def _round(value: float) -> int:
    """To 1, 2 or 5 and zeros."""
    power = 10 ** math.floor(math.log10(max(value, 1)))
    return int(min((1, 2, 5, 10), key=lambda digit: abs(math.log(value / (digit * power)))) * power)


def _rule(rule: str, segment: str, **told: Any) -> dict[str, Any]:
    return {
        "rule": rule,
        "raw_value": "",
        "lower_bound": "",
        "upper_bound": "",
        **told,
        "segment": segment,
    }


def _employee_rules() -> list[dict[str, Any]]:
    return _ranges("employees", EMPLOYEES)


def _band_rules(bounds: tuple[int, int]) -> list[dict[str, Any]]:
    return _ranges("acv_band", bounds)


def _ranges(rule: str, bounds: tuple[int, int]) -> list[dict[str, Any]]:
    return [
        _rule(rule, "smb", lower_bound=0, upper_bound=bounds[0]),
        _rule(rule, "mid_market", lower_bound=bounds[0], upper_bound=bounds[1]),
        _rule(rule, "enterprise", lower_bound=bounds[1]),
    ]


def _slug(value: str) -> str:
    name = re.sub(r"[^a-z0-9]+", "_", plain(value)).strip("_")
    # A number alone, as of a percentage, is no name.
    name = name if re.search("[a-z]", name) else f"segment_{name}".rstrip("_")
    # Words that stand for something else in planning files and marts.
    return f"{name}_segment" if name in ("all", "none", "unassigned", "unknown") else name
