"""How a number is written outside the pages: as `static/format.js` writes it, digit by digit.

Two of one kind, held against each other by the tests of the pages: a mail rounds as a page does.
"""

from __future__ import annotations

import datetime as dt
import decimal
import re
from typing import Any

SIGNS = {"USD": "$", "EUR": "\u20ac", "GBP": "\u00a3", "JPY": "\u00a5"}
NO_BREAK, MINUS, DASH = "\u00a0", "\u2212", "\u2013"
# Up to where an amount is written in which unit.
SIZES = (
    ("999.5", 1, ""),
    ("999500", 1000, f"{NO_BREAK}k"),
    ("999.5e6", 10**6, f"{NO_BREAK}M"),
    ("Infinity", 10**9, f"{NO_BREAK}bn"),
)
ACRONYMS = {"ceo", "vp", "sdr", "smb", "crm", "arr", "cs"}
# Written as English has them, whatever the machine's language.
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


# How far back a metric looks, by its window; a point is a state, and all else the period itself.
WINDOWS = {"t28": "28 days", "t90": "90 days", "t365": "365 days"}


def spelled(name: str) -> str:
    """An id in words, such as a role: `vp_sales` is VP sales."""
    words = name.replace("_", " ").split()
    return " ".join(word.upper() if word in ACRONYMS else word for word in words)


def span(window: str | None, period_type: str | None, last_day: Any) -> str:
    """The days a value speaks of, as part of its name: no two values of a metric have the same."""
    if not last_day:
        return ""
    until = show(last_day, "day")
    if window in WINDOWS:
        return f"{WINDOWS[window]} to {until}"
    is_state = window == "point" or period_type == "day"
    return f"on {until}" if is_state else f"{period_type} to {until}"


def metric_name(label: str) -> str:
    """Without the window that the span names."""
    return re.sub(r", trailing \d+ days$", "", label)


def show(value: Any, unit: str, currency: str = "USD") -> str:
    """A value of a public table in the unit that `dim_metrics` names, or one of the pages' own."""
    if value is None or value == "":
        return DASH
    if unit == "day":
        day = dt.date.fromisoformat(str(value)[:10])
        return f"{day.day}{NO_BREAK}{MONTHS[day.month - 1]}{NO_BREAK}{day.year}"
    number = decimal.Decimal(value)
    text = _unsigned(abs(number), unit, SIGNS.get(currency, currency + NO_BREAK))
    if number < 0 and re.search("[1-9]", text):
        return MINUS + text
    return f"+{text}" if number > 0 and unit in ("change", "percentage points") else text


def _unsigned(size: decimal.Decimal, unit: str, sign: str) -> str:
    if unit in ("cents", "amount"):
        return sign + _fixed(size, 2 if unit == "cents" else 0)
    if unit.startswith("currency"):
        by, letter = next((by, letter) for to, by, letter in SIZES if size < decimal.Decimal(to))
        # Divided as the script divides, in doubles.
        scaled = decimal.Decimal(float(size) / by)
        amount = _fixed(scaled, 0) if by == 1 else three(scaled)
        return f"{sign}{amount}{letter}{unit.removeprefix('currency').replace(' per ', ' a ')}"
    if unit in ("change", "percentage points") or unit.startswith("share"):
        word = "points" if unit == "percentage points" else "%"
        return f"{_fixed(decimal.Decimal(float(size) * 100), 1)}{NO_BREAK}{word}"
    if unit in ("days", "months", "minutes"):
        whole = size == size.to_integral_value() or size >= decimal.Decimal("9.95")
        text = _fixed(size, 0 if whole else 1)
        return f"{text}{NO_BREAK}{unit[:-1] if text == '1' else unit}"
    if unit == "multiple":
        return _fixed(size, 2) + "\u00d7"
    if unit in ("count", "points"):
        return _fixed(size, 0 if unit == "count" else 1)
    return three(size) if " per " in unit else f"{_fixed(size, 0)}{NO_BREAK}{unit}"


def three(size: decimal.Decimal) -> str:
    """Three digits that count."""
    ends = ("0.09995", "0.9995", "9.995", "99.95")
    beyond = sum(size >= decimal.Decimal(end) for end in ends)
    return _fixed(size, 4 - beyond if size else 0)


def _fixed(size: decimal.Decimal, digits: int) -> str:
    step = decimal.Decimal(1).scaleb(-digits)
    return f"{size.quantize(step, decimal.ROUND_HALF_UP):,}"
