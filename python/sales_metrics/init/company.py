"""Currency, time zone, fiscal year and the last day the data know of."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from zoneinfo import available_timezones

import duckdb

from sales_metrics.init.proposals import Proposal, Question, counted
from sales_metrics.init.tables import Matched
from sales_metrics.sql import over, quoted

PROJECT = "dbt_project.yml"
# An export whose newest change lies further back than this is an old one, not a live feed.
LIVE_DAYS = 14
# Of the deals closed, the share in the last month of quarters that shows where quarters end.
CLUSTERS = 0.45
ENOUGH = 30
# Of the deals of a month, the share that one fiscal quarter must have.
IS_SURE = 0.9
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
HOURS_OF_WORK = 9


def currency(deals: duckdb.DuckDBPyRelation, currencies: duckdb.DuckDBPyRelation) -> Proposal:
    """`deals`: currency_code; `currencies`: currency_code, is_corporate, conversion_rate."""
    used = over(
        deals,
        "d",
        "select upper(trim(currency_code)), count(*) from d where trim(currency_code) <> ''"
        " group by 1 order by 2 desc, 1",
    ).fetchall()
    rates = over(
        currencies,
        "c",
        "select upper(currency_code), bool_or(is_corporate), min(conversion_rate) from c"
        " group by 1 order by 1",
    ).fetchall()
    corporate = [code for code, is_corporate, _ in rates if is_corporate]
    if not corporate:
        corporate = [code for code, _, rate in rates if rate == 1]
    shown = ", ".join(f"{code} {count}" for code, count in used) or "no deal names a currency"
    questions = []
    if len(corporate) == 1:
        chosen, why = corporate[0], "the corporate currency of the CRM"
    elif used:
        chosen, why = used[0][0], "the currency of most deals"
    else:
        chosen, why = "USD", "nothing names a currency"
        questions.append(
            Question(
                "Which currency are the amounts in?",
                "they are called USD and nothing is converted.",
                f"{PROJECT}, var reporting_currency",
                "reporting_currency",
            )
        )
    known = {code for code, _, _ in rates} | {chosen}
    foreign = [f"{code} ({counted(count, 'deal')})" for code, count in used if code not in known]
    if foreign:
        questions.append(
            Question(
                f"At which rate are {', '.join(foreign)} converted into {chosen}?",
                "their amounts are empty and counted as a finding.",
                "currency_type.csv of the raw folder, whatever the CRM is (docs/own_crm.md, step 6,"
                " says in which folder, with which columns, and when with the var crm_sources)",
            )
        )
    return Proposal(
        "Currency",
        (f"{chosen}: {why}.",),
        (f"deals by currency: {shown}",),
        tuple(questions),
        vars={"reporting_currency": chosen},
    )


def time_zone(zones: Mapping[str, int], activities: duckdb.DuckDBPyRelation) -> Proposal:
    """`zones`: how many users have which zone; `activities`: created_at of what people did."""
    zones = {name: count for name, count in zones.items() if name in available_timezones()}
    if zones:
        chosen = max(sorted(zones), key=lambda name: zones[name])
        told = ", ".join(
            f"{name} {count}" for name, count in sorted(zones.items(), key=lambda one: -one[1])
        )
        questions: tuple[Question, ...] = ()
        if zones[chosen] < 0.8 * sum(zones.values()):
            questions = (
                Question(
                    "Which time zone does the company count its days in?",
                    f"days begin at midnight of {chosen}.",
                    f"{PROJECT}, var business_timezone",
                    "business_timezone",
                ),
            )
        return Proposal(
            "Time zone",
            (f"{chosen}: the zone of most users.",),
            (f"users by zone: {told}",),
            questions,
            vars={"business_timezone": chosen},
        )
    rows = over(
        activities,
        "a",
        "select hour(created_at), count(*) from a where created_at is not null"
        " and created_at <> date_trunc('day', created_at) group by 1",
    ).fetchall()
    counts: dict[int, int] = dict(rows)
    total = sum(counts.values())
    evidence, guess = f"activities that tell a time of day: {total}", ""
    if total >= ENOUGH:
        start = max(
            range(24),
            key=lambda hour: (
                sum(counts.get((hour + one) % 24, 0) for one in range(HOURS_OF_WORK)),
                -hour,
            ),
        )
        share = sum(counts.get((start + one) % 24, 0) for one in range(HOURS_OF_WORK)) / total
        end = (start + HOURS_OF_WORK) % 24
        evidence = f"{share:.0%} of activities were made from {start}:00 to {end}:00 UTC"
        offset = (9 - start + 12) % 24 - 12
        guess = f" People seem to work about {offset:+d} hours from UTC."
    return Proposal(
        "Time zone",
        ("UTC: no user names a zone.",),
        (evidence,),
        (
            Question(
                f"Which time zone does the company count its days in?{guess}",
                "days begin at midnight UTC.",
                f"{PROJECT}, var business_timezone",
                "business_timezone",
            ),
        ),
        vars={"business_timezone": "UTC"},
    )


def fiscal_quarters(
    tables: Iterable[Matched], connection: duckdb.DuckDBPyConnection
) -> dict[int, int]:
    """The CRM's own fiscal quarter of each month, where a table has one beside a close date.

    None where a month lies in two quarters, as in years of weeks.
    """
    for table in tables:
        names = {re.sub("[^a-z]", "", one.lower()): one for one in table.found.columns}
        told = names.get("fiscalquarter") or names.get("fiscal")
        closes = table.columns.get("close_date")
        if not told or not closes:
            continue
        # `2`, or `2025 2`.
        rows = connection.execute(
            f"select month(try_cast(left(trim(cast({quoted(closes)} as varchar)), 10) as date)) as"
            f" m, try_cast(regexp_extract(trim(cast({quoted(told)} as varchar)), '[1-4]$') as"
            f" integer) as q, count(*) from {table.found.relation} group by all"
            " having m is not null and q is not null order by all"
        ).fetchall()
        of_month: dict[int, Counter[int]] = defaultdict(Counter)
        for month, quarter, count in rows:
            of_month[month][quarter] += count
        if all(max(one.values()) >= IS_SURE * one.total() for one in of_month.values()):
            return {month: one.most_common(1)[0][0] for month, one in of_month.items()}
    return {}


def fiscal_year(deals: duckdb.DuckDBPyRelation, quarters: Mapping[int, int]) -> Proposal:
    """`deals`: closed_on, is_closed; `quarters`: the CRM's own fiscal quarter of each month."""
    where = f"{PROJECT}, var fiscal_year_start_month"
    starts = [
        start
        for start in range(1, 13)
        if all((month - start) % 12 // 3 + 1 == quarter for month, quarter in quarters.items())
    ]
    # Few months leave more than one open.
    if len(starts) == 1:
        return Proposal(
            "Fiscal year",
            (f"It begins in {MONTHS[starts[0] - 1]}.",),
            ("the CRM's own fiscal quarters of close dates",),
            vars={"fiscal_year_start_month": starts[0]},
        )
    rows = over(
        deals,
        "d",
        "select month(closed_on) % 3, count(*) from d where is_closed and closed_on is not null"
        " group by 1",
    ).fetchall()
    counts = {int(rest): count for rest, count in rows}
    total = sum(counts.values())
    peak = max(sorted(counts), key=lambda rest: counts[rest], default=0)
    start, evidence = 1, f"{total} closed deals show no month in which quarters end"
    if total >= ENOUGH and counts[peak] >= CLUSTERS * total:
        # 0: March, June …; 1: January, April …; 2: February, May …
        start = {0: 1, 1: 2, 2: 3}[peak]
        ends = ", ".join(MONTHS[month - 1] for month in range(1, 13) if month % 3 == peak)
        evidence = f"{counts[peak] / total:.0%} of closed deals closed in {ends}"
    return Proposal(
        "Fiscal year",
        (f"It begins in {MONTHS[start - 1]}.",),
        (evidence,),
        (
            Question(
                "In which month does the fiscal year begin?",
                f"it begins in {MONTHS[start - 1]}.",
                where,
                "fiscal_year_start_month",
            ),
        ),
        vars={"fiscal_year_start_month": start},
    )


def last_day(newest: dt.datetime | None, stated: str | None, today: dt.date) -> Proposal:
    """`newest`: the newest change that lies not in the future; `stated`: what as_of.csv says."""
    if stated:
        return Proposal(
            "Last day",
            (f"{stated}, as as_of.csv in the raw folder says.",),
            (f"the newest change is of {newest:%Y-%m-%d}",) if newest else (),
            vars={"as_of_date": stated},
        )
    if newest is None:
        return Proposal("Last day", ("The day of the build: nothing tells when the data end.",))
    day = newest.date()
    if (today - day).days <= LIVE_DAYS:
        return Proposal(
            "Last day",
            ("The day of the build: the data are fresh.",),
            (f"the newest change is of {day}",),
        )
    return Proposal(
        "Last day",
        (f"{day}: the newest change of the data, which are {(today - day).days} days old.",),
        (),
        (
            Question(
                "Will fresh exports come?",
                f"every build is as of {day}.",
                f"{PROJECT}: take the var as_of_date out, and a build is as of its own day",
            ),
        ),
        vars={"as_of_date": str(day)},
    )
