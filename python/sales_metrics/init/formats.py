"""How dates and amounts are written: every value is tried against every format staging reads.

A format is proposed where it alone reads the values; where two do, as with 03/04/2025, what other
columns of the same source settle counts, and else it is a question.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from sales_metrics.sql import literal, quoted

# Shares of the values: what a format must read, and what makes a column one of dates or amounts.
READS = 0.995
IS_KIND = 0.5
# Of one group of three digits nobody knows whether it is one; of some in a row it is.
ENOUGH_GROUPS = 3
DATES = ("iso", "m/d/y", "d/m/y", "d-m-y", "d.m.y")
AMOUNTS = ("plain", "us", "eu")
SIGNS = {"m/d/y": "/", "d/m/y": "/", "d-m-y": "-", "d.m.y": "."}
ZONE = "(Z|UTC|GMT|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)"
CLOCK = "([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?( ?" + ZONE + ")?"
HALF_DAY = "(0?[1-9]|1[0-2]):[0-5][0-9](:[0-5][0-9])? ?[AaPp][Mm]"
POWER = "([eE][+-]?[0-9]{1,3})?"
SIGNED = "([+-]?[$€£]?|[$€£][+-]?) ?"
# As macros/staging/text_as.sql reads them.
NUMBERS = {
    "plain": rf"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+){POWER}",
    "us": rf"{SIGNED}(([0-9]{{1,3}}(,[0-9]{{2,3}})+|[0-9]+)([.][0-9]*)?|[.][0-9]+){POWER} ?%?",
    "eu": rf"{SIGNED}(([0-9]{{1,3}}([.\x{{a0}}\x{{202f}} ][0-9]{{3}})+|[0-9]+)(,[0-9]*)?|,[0-9]+)"
    rf"{POWER} ?[€£%]?",
}
# What else people write; `recipes` turns it into what staging reads.
OTHER_DATES = {
    "d mon y": ("[0-9]{1,2}[ -][A-Za-z]{3,9}[ -]([0-9]{4}|[0-9]{2})", ("%d %b %Y", "%d %B %Y")),
    "mon d, y": ("[A-Za-z]{3,9} [0-9]{1,2}, ?[0-9]{4}", ("%b %d, %Y", "%B %d, %Y")),
    "y.m.d": ("[0-9]{4}[.][0-9]{1,2}[.][0-9]{1,2}", ("%Y.%m.%d",)),
    "ymd": ("(19|20)[0-9]{6}", ("%Y%m%d",)),
}
# How people write true and false, without accents; staging reads the first five of each.
TRUE = (
    *("true", "t", "yes", "y", "1", "1.0", "x", "on", "ja", "j", "wahr", "oui", "vrai"),
    *("si", "s", "verdadero", "vero", "sim", "verdadeiro", "tak", "prawda"),
)
FALSE = (
    *("false", "f", "no", "n", "0", "0.0", "-", "off", "nein", "falsch", "non", "faux"),
    *("falso", "nao", "nie", "falsz", "nee", "nej"),
)
# Signs of money and their currency, none where several have it: those that staging does not read,
# and those it reads.
OTHER_SIGNS = {"R$": "BRL", "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "₹": "INR", "kr": "", "¥": ""}
READ_SIGNS = {"€": "EUR", "£": "GBP"}
_MARK = "[A-Z]{3}|" + "|".join(sign.replace("$", "[$]") for sign in OTHER_SIGNS)
CURRENCY_CODE = rf"^({_MARK})[ \x{{a0}}]?|[ \x{{a0}}]?({_MARK})$"
# How a number is divided says more than that it can be read.
GROUPS = r"^\D*[0-9]{1,3}(%s[0-9]{3})+(\D*|[.,][0-9]{1,2}\D*)$"
DECIMALS = r"^.*[0-9]*%s[0-9]{1,2}\D*$"


@dataclass(frozen=True)
class Readings:
    """How much of a column each format reads."""

    values: int
    by_format: Mapping[str, int]
    samples: tuple[str, ...] = ()
    # Of amounts: how many are divided by which sign into groups or decimals.
    marks: Mapping[str, int] = field(default_factory=dict)

    def share(self, name: str) -> float:
        return self.by_format[name] / self.values if self.values else 0.0

    @property
    def best(self) -> float:
        return max((self.share(name) for name in self.by_format), default=0.0)

    @property
    def readable(self) -> tuple[str, ...]:
        """The formats that read all but a few."""
        return tuple(name for name in self.by_format if self.values and self.share(name) >= READS)


def day_sql(text: str, style: str) -> str:
    """The day a text writes in a style, null where it is not of the style: as staging reads it."""
    day = f"split_part(split_part({text}, 'T', 1), ' ', 1)"
    if style == "iso":
        pattern = rf"[0-9]{{4}}(-[0-9]{{1,2}}-|/[0-9]{{1,2}}/)[0-9]{{1,2}}([ T]{CLOCK})?"
        written = f"replace({day}, '/', '-')"
    else:
        sign = SIGNS[style]
        part = f"[0-9]{{1,2}}[{sign}]"
        pattern = f"{part}{part}([0-9]{{4}}|[0-9]{{2}})( ({CLOCK}|{HALF_DAY}))?"
        parts = [f"split_part({day}, '{sign}', {place})" for place in (1, 2, 3)]
        month, number = (parts[0], parts[1]) if style == "m/d/y" else (parts[1], parts[0])
        year = (
            f"case when length({parts[2]}) = 4 then {parts[2]}"
            f" when {parts[2]} < '69' then '20' || {parts[2]} else '19' || {parts[2]} end"
        )
        written = f"{year} || '-' || {month} || '-' || {number}"
    return (
        f"case when regexp_full_match({text}, {literal(pattern)})"
        f" then try_cast({written} as date) end"
    )


def other_day_sql(text: str, style: str) -> str:
    """The day a text writes in a style that staging does not read."""
    pattern, formats = OTHER_DATES[style]
    plain = f"replace({text}, '-', ' ')" if style == "d mon y" else text
    tried = ", ".join(
        f"try_strptime({plain}, {literal(one)})"
        for name in formats
        for one in ([name.replace("%Y", "%y"), name] if style == "d mon y" else [name])
    )
    return (
        f"case when regexp_full_match({text}, {literal(pattern)})"
        f" then cast(coalesce({tried}) as date) end"
    )


def amount_sql(text: str, style: str) -> str:
    """The number a text writes in a style, null where it is not of the style."""
    digits = text if style == "plain" else f"regexp_replace({text}, '[^0-9.,eE+-]', '', 'g')"
    if style == "us":
        digits = f"replace({digits}, ',', '')"
    elif style == "eu":
        digits = f"replace(replace({digits}, '.', ''), ',', '.')"
    return (
        f"case when regexp_full_match({text}, {literal(NUMBERS[style])})"
        f" then try_cast({digits} as double) end"
    )


def without_code(text: str) -> str:
    """An amount without the code of its currency."""
    return f"trim(regexp_replace({text}, {literal(CURRENCY_CODE)}, ''))"


def code_sql(text: str) -> str:
    """The code of the currency that stands with an amount; null where its sign has several."""
    mark = f"trim(regexp_extract({text}, {literal(CURRENCY_CODE + '|[€£]')}))"
    signs = " ".join(
        f"when {literal(sign)} then nullif({literal(code)}, '')"
        for sign, code in {**OTHER_SIGNS, **READ_SIGNS}.items()
    )
    return f"case {mark} {signs} else nullif({mark}, '') end"


def read_dates(connection: duckdb.DuckDBPyConnection, relation: str, column: str) -> Readings:
    tried = {name: day_sql("t", name) for name in DATES}
    others = {name: other_day_sql("t", name) for name in OTHER_DATES}
    return _readings(connection, relation, column, {**tried, **others})


def read_amounts(connection: duckdb.DuckDBPyConnection, relation: str, column: str) -> Readings:
    text = without_code("t")
    tried = {name: amount_sql(text, name) for name in AMOUNTS}
    found = _readings(connection, relation, column, tried)
    marks = {
        f"{sign}{kind}": f"nullif(regexp_matches({text}, {literal(pattern % one)}), false)"
        for kind, pattern in (("groups", GROUPS), ("decimals", DECIMALS))
        for sign, one in ((",", ","), (".", "[.]"))
    }
    marks["codes"] = f"nullif(regexp_matches(t, {literal(CURRENCY_CODE)}), false)"
    marks["currencies"] = code_sql("t")
    told = _readings(connection, relation, column, marks).by_format
    return Readings(found.values, found.by_format, found.samples, told)


def read_booleans(connection: duckdb.DuckDBPyConnection, relation: str, column: str) -> Readings:
    known = ", ".join(literal(word) for word in (*TRUE, *FALSE))
    tried = {"boolean": f"nullif({word_sql('t')} in ({known}), false)"}
    return _readings(connection, relation, column, tried)


def word_sql(text: str) -> str:
    """A word however its letters are written."""
    return f"lower(strip_accents({text}))"


def _readings(
    connection: duckdb.DuckDBPyConnection, relation: str, column: str, tried: Mapping[str, str]
) -> Readings:
    counted = ", ".join(f"count({sql})" for sql in tried.values())
    row = connection.execute(
        f"select count(*), {counted}, min(t), max(t), min(reverse(t)) from ("
        f"select trim(cast({quoted(column)} as varchar)) as t from {relation}) where t <> ''"
    ).fetchall()[0]
    shown = [row[-3], row[-2], (row[-1] or "")[::-1]]
    samples = tuple(dict.fromkeys(one for one in shown if one))
    return Readings(row[0], dict(zip(tried, row[1:-3], strict=True)), samples)


@dataclass(frozen=True)
class Chosen:
    """The format of a column, or none where two read it alike; and how that was found."""

    format: str | None
    why: str
    is_open: tuple[str, ...] = ()


def chosen_dates(readings: Mapping[str, Readings]) -> dict[str, Chosen]:
    """The format of each column; what one column settles holds for the others of its source."""
    alone = [one.readable[0] for one in readings.values() if len(one.readable) == 1]
    settled = {name: alone.count(name) for name in alone}
    return {column: _date(one, settled) for column, one in readings.items()}


def chosen_amounts(readings: Mapping[str, Readings]) -> dict[str, Chosen]:
    alone = [_amount(one, ()) for one in readings.values()]
    known = {one.format for one in alone if one.format != "plain" and not one.is_open}
    return {column: _amount(one, known) for column, one in readings.items()}


def _amount(one: Readings, known: Collection[str | None]) -> Chosen:
    """Three digits behind a sign, in every value, are a group and not the mills of a price."""
    shown = ", ".join(one.samples[:3])
    if not one.values:
        return Chosen("plain", "no value")
    readable = one.readable
    if len(readable) == 1:
        return Chosen(readable[0], f"reads {one.share(readable[0]):.1%} ({shown})")
    if not readable:
        return _nearly(one, AMOUNTS)
    groups = {sign: one.marks.get(f"{sign}groups", 0) for sign in ",."}
    decimals = {sign: one.marks.get(f"{sign}decimals", 0) for sign in ",."}
    if not any((*groups.values(), *decimals.values())):
        also = [name for name in readable if name in known]
        return Chosen(also[0] if len(also) == 1 else readable[0], f"whole numbers ({shown})")
    if decimals[","] and not decimals["."]:
        style = "eu"
    elif decimals["."]:
        style = "us" if groups[","] else "plain"
    else:
        style = "us" if groups[","] else "eu"
    if style not in readable:
        return _nearly(one, AMOUNTS)
    marked = groups[","] + groups["."] + decimals[","] + decimals["."]
    is_sure = any(decimals.values()) or marked >= ENOUGH_GROUPS or style in known
    is_open = () if is_sure else readable
    return Chosen(style, f"{marked} of {one.values} values are divided so ({shown})", is_open)


def _nearly(one: Readings, order: Sequence[str]) -> Chosen:
    shown = ", ".join(one.samples[:3])
    best = max(one.by_format, key=lambda name: one.by_format[name])
    rival = sorted(one.by_format.values())[-2]
    if one.share(best) >= IS_KIND and one.by_format[best] > rival:
        return Chosen(best, f"reads {one.share(best):.1%}, the rest no format does ({shown})")
    return Chosen(None, f"no format reads it ({shown})")


def _date(one: Readings, settled: Mapping[str, int]) -> Chosen:
    shown = ", ".join(one.samples[:2])
    if not one.values:
        return Chosen("iso", "no value")
    if len(one.readable) == 1:
        return Chosen(one.readable[0], f"reads {one.share(one.readable[0]):.1%} ({shown})")
    if not one.readable:
        return _nearly(one, DATES)
    told = [name for name in one.readable if name in settled]
    if len(told) == 1:
        return Chosen(told[0], f"as other columns of the source are written ({shown})")
    return Chosen(None, f"read alike as {' and '.join(one.readable)} ({shown})", one.readable)
