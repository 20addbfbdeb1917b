"""Deals told save by save, and the export of them as it stood at the end of any day.

A CRM keeps the row as it is, a snapshot of each save that touches stage, amount, currency or close
date, and a log of every change of a tracked field. Writing all three from one list of saves is what
makes an export of a past day truthful.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

Save = Mapping[str, str | None]
# What the log calls a field, by the column of the row; the amount is a field of the organisation's.
TRACKED = {
    "CurrencyIsoCode": "currency_iso_code",
    "Contract_Sum__c": "Contract_Sum__c",
    "RecordType": "record_type_id",
    "Segment__c": "Segment__c",
    "StageName": "stage_name",
}
SNAPSHOT = ("stage_name", "amount", "currency_iso_code", "close_date")
COLUMNS = {
    "opportunity": (
        *("id", "owner_id", "name", "stage_name", "amount", "Contract_Sum__c", "currency_iso_code"),
        *("record_type_id", "Segment__c", "close_date", "created_date", "last_modified_date"),
    ),
    "opportunity_history": ("id", "opportunity_id", "created_date", *SNAPSHOT),
    "opportunity_field_history": (
        *("id", "opportunity_id", "field", "old_value", "new_value", "created_date"),
    ),
    "currency_type": ("iso_code", "conversion_rate", "is_corporate"),
    "dated_conversion_rate": ("iso_code", "start_date", "conversion_rate"),
    "user": ("id", "name"),
}


@dataclass(frozen=True)
class Life:
    """The saves of one deal by their instant, the first of them its creation."""

    saves: Mapping[str, Save]
    # False: the row carries no modification stamp.
    is_stamped: bool = True
    # False: the row carries no creation date.
    is_dated: bool = True
    # False: nothing but the row is kept of it.
    is_recorded: bool = True


def write_lives(folder: Path, lives: Mapping[str, Life], until: dt.date | None = None) -> Path:
    """The raw folder with the export as it stood at the end of the day `until`, in UTC."""
    rows: dict[str, list[Mapping[str, str | None]]] = {table: [] for table in COLUMNS}
    rows["user"] = [{"id": "0052000000000A1AAA", "name": "Runa Falk"}]
    rows["currency_type"] = [
        {"iso_code": "USD", "conversion_rate": "1", "is_corporate": "true"},
        {"iso_code": "ISK", "conversion_rate": "138", "is_corporate": "false"},
    ]
    rows["dated_conversion_rate"] = [
        {"iso_code": "ISK", "start_date": "2025-01-01", "conversion_rate": "138"},
        {"iso_code": "ISK", "start_date": "2025-05-20", "conversion_rate": "120"},
    ]
    for number, (name, life) in enumerate(lives.items(), 1):
        _tell(rows, number, name, life, until)
    source = folder / "salesforce"
    source.mkdir(parents=True, exist_ok=True)
    for table, found in rows.items():
        with (source / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS[table])
            writer.writeheader()
            writer.writerows(found)
    return folder


def opportunity_id(number: int) -> str:
    return f"006200000000{number:03d}AAA"


def _tell(
    rows: dict[str, list[Mapping[str, str | None]]],
    number: int,
    name: str,
    life: Life,
    until: dt.date | None,
) -> None:
    known = [
        (instant, save)
        for instant, save in life.saves.items()
        if until is None or dt.date.fromisoformat(instant[:10]) <= until
    ]
    if not known:
        return
    deal = opportunity_id(number)
    row: dict[str, str | None] = {}
    for place, (instant, save) in enumerate(known, 1):
        change = f"{number:03d}{place:03d}"
        if place > 1 and life.is_recorded:
            rows["opportunity_field_history"] += _logged(deal, change, instant, row, save)
        row.update(save)
        if life.is_recorded and (place == 1 or set(save) & set(SNAPSHOT)):
            snapshot = {column: row.get(column) for column in SNAPSHOT}
            rows["opportunity_history"].append(
                {
                    "id": f"008200000{change}AAA",
                    "opportunity_id": deal,
                    "created_date": instant,
                    **snapshot,
                }
            )
    rows["opportunity"].append(
        {
            **row,
            "id": deal,
            "owner_id": "0052000000000A1AAA",
            "name": name,
            "created_date": known[0][0] if life.is_dated else None,
            "last_modified_date": known[-1][0] if life.is_stamped else None,
        }
    )


def _logged(
    deal: str, change: str, instant: str, row: Save, save: Save
) -> Iterable[Mapping[str, str | None]]:
    for place, (field, column) in enumerate(TRACKED.items()):
        if column in save and save[column] != row.get(column):
            yield {
                "id": f"01720000{place}{change}AAA",
                "opportunity_id": deal,
                "field": field,
                "old_value": row.get(column),
                "new_value": save[column],
                "created_date": instant,
            }
