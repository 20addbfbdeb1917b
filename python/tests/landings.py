"""One invented HubSpot company as each loader lays it down.

Four deals: one won with a second company, one lost in a stage that has been deleted since, one
archived, one whose amount was cleared and of which a merged one is left. Only the shapes are the
loaders'; no loader is run.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

Row = dict[str, Any]
PIPELINE = "default"
STAGES = [
    ("101", "Discovery", 0, 0.2, False),
    ("102", "Proposal", 1, 0.6, False),
    ("won", "Signed", 2, 1.0, True),
    ("lost", "Gone", 3, 0.0, True),
]
# id, name, stage, owner, amount, close date, created, modified, companies: the primary one twice.
DEALS: list[Row] = [
    {"id": "1001", "dealname": "One", "dealstage": "won", "hubspot_owner_id": "51",
     "amount": "500.5", "closedate": "2025-03-03T00:00:00.000Z",
     "createdate": "2025-01-10T09:00:00.123Z",
     "hs_lastmodifieddate": "2025-03-03T10:00:00.000Z", "closed": (True, True),
     "companies": ["9", "8", "8"], "merged": "1005"},
    {"id": "1002", "dealname": "Two", "dealstage": "lost", "hubspot_owner_id": "52",
     "amount": "80", "closedate": "2025-02-14T00:00:00.000Z",
     "createdate": "2025-01-20T09:00:00.123Z",
     "hs_lastmodifieddate": "2025-02-14T10:00:00.000Z", "closed": (True, False),
     "companies": ["9"]},
    {"id": "1003", "dealname": "Three", "dealstage": "101", "hubspot_owner_id": "51",
     "amount": "70",
     "closedate": "2025-08-31T00:00:00.000Z", "createdate": "2025-02-01T09:00:00.123Z",
     "hs_lastmodifieddate": "2025-02-02T10:00:00.000Z", "closed": (False, False),
     "companies": [], "archived": "2025-05-05T12:00:00.000Z"},
    {"id": "1004", "dealname": "Four", "dealstage": "102", "hubspot_owner_id": "", "amount": "",
     "closedate": "2025-09-30T00:00:00.000Z", "createdate": "2025-03-01T09:00:00.123Z",
     "hs_lastmodifieddate": "2025-04-01T10:00:00.000Z", "closed": (False, False), "companies": []},
    # Loaded before it was merged away.
    {"id": "1005", "dealname": "Copy", "dealstage": "101", "hubspot_owner_id": "51",
     "amount": "500", "closedate": "2025-03-31T00:00:00.000Z",
     "createdate": "2025-01-11T09:00:00.123Z",
     "hs_lastmodifieddate": "2025-01-11T09:00:00.123Z", "closed": (False, False), "companies": []},
]  # fmt: skip
HISTORY = [
    ("1001", "dealstage", "101", "2025-01-10T09:00:00.123Z"),
    ("1001", "dealstage", "gone", "2025-02-10T09:00:00.123Z"),
    ("1001", "dealstage", "won", "2025-03-03T10:00:00.000Z"),
    ("1001", "amount", "500.5", "2025-01-10T09:00:00.123Z"),
    ("1001", "hs_is_closed", "true", "2025-03-03T10:00:00.000Z"),
    ("1002", "dealstage", "101", "2025-01-20T09:00:00.123Z"),
    ("1002", "dealstage", "lost", "2025-02-14T10:00:00.000Z"),
    ("1004", "dealstage", "102", "2025-03-01T09:00:00.123Z"),
    ("1004", "amount", "60", "2025-03-01T09:00:00.123Z"),
    ("1004", "amount", "", "2025-04-01T10:00:00.000Z"),
    ("1004", "hubspot_owner_id", "51", "2025-03-01T09:00:00.123Z"),
    ("1004", "hubspot_owner_id", "", "2025-04-01T10:00:00.000Z"),
]
COMPANIES = [("8", "Alder", 40), ("9", "Birch's", 900)]
# id, first name, last name, user, team.
OWNERS = [
    ("51", "Ana", "Lind", "501", ("71", "North")),
    ("52", "Ben", "Oduya", None, None),
]
# id, kind, owner, made, happened, word (disposition, outcome, direction or status), deals.
ENGAGEMENTS = [
    ("301", "call", "51", "2025-01-12T09:00:00.000Z", "2025-01-12T09:00:00.000Z", "own-guid",
     ["1004", "1001"]),
    ("302", "meeting", "51", "2025-01-15T09:00:00.000Z", "2025-01-16T10:00:00.000Z", "NO_SHOW",
     ["1001"]),
    ("303", "task", "52", "2025-02-01T09:00:00.000Z", "2025-02-03T08:00:00.000Z", "COMPLETED",
     ["1002"]),
]  # fmt: skip
DONE = "2025-02-02T10:00:00.000Z"


def millis(text: str) -> int:
    return round(dt.datetime.fromisoformat(text).timestamp() * 1000)


def properties(deal: Row) -> Row:
    closed, won = deal["closed"]
    names = ("dealname", "dealstage", "hubspot_owner_id", "amount", "closedate", "createdate")
    return {
        **{name: deal[name] or None for name in (*names, "hs_lastmodifieddate")},
        "pipeline": PIPELINE,
        "hs_is_closed": closed,
        "hs_is_closed_won": won,
        "hs_merged_object_ids": deal.get("merged"),
        "hs_object_id": float(deal["id"]),
    }


def airbyte(folder: Path) -> None:
    """Folders of packed JSON lines, as its S3 destination lays them; a deal is in two loads."""
    extracted = {"_airbyte_extracted_at": "2025-09-30T01:00:00Z"}
    deals, archived = [], []
    for deal in DEALS:
        flat = {f"properties_{name}": value for name, value in properties(deal).items()}
        row = {"id": deal["id"], **flat, "companies": deal["companies"], "archived": False}
        row |= {"updatedAt": deal["hs_lastmodifieddate"], "createdAt": deal["createdate"]}
        deals.append(row | extracted)
        if "archived" in deal:
            gone = {"archived": True, "archivedAt": deal["archived"], "companies": None}
            archived.append(row | gone | {"_airbyte_extracted_at": "2025-09-30T02:00:00Z"})
    # Of another amount, and with a company that it has no more.
    older = {**deals[0], "properties_amount": 1, "companies": ["7", "7"], **extracted_before()}
    json_lines(folder / "deals" / "2025_09_29_0.jsonl.gz", [older])
    json_lines(folder / "deals" / "2025_09_30_0.jsonl.gz", deals)
    json_lines(folder / "deals_archived" / "2025_09_30_0.jsonl.gz", archived)
    json_lines(
        folder / "deals_property_history" / "0.jsonl",
        [
            {"dealId": deal, "property": name, "value": value, "timestamp": at, "archived": False}
            for deal, name, value, at in HISTORY
        ],
    )
    stages = [
        {
            "stageId": stage,
            "label": label,
            "displayOrder": order,
            "metadata": {"isClosed": str(closed).lower(), "probability": str(probability)},
        }
        for stage, label, order, probability, closed in STAGES
    ]
    pipeline = {"pipelineId": PIPELINE, "label": "Sales", "displayOrder": 0, "stages": stages}
    json_lines(folder / "deal_pipelines.jsonl", [{**pipeline, "updatedAt": 1745136000000}])
    json_lines(
        folder / "companies.jsonl",
        # The raw layout: one column that holds the row.
        [
            {
                "_airbyte_data": {
                    "id": key,
                    "properties_name": name,
                    "properties_numberofemployees": number,
                },
                **extracted,
            }
            for key, name, number in COMPANIES
        ],
    )
    owners: dict[bool, list[Row]] = {False: [], True: []}
    for key, first, last, user, team in OWNERS:
        teams = [{"id": team[0], "name": team[1], "primary": True}] if team else None
        row = {"id": key, "firstName": first, "lastName": last, "userId": user, "teams": teams}
        owners[user is None].append({**row, "archived": user is None})
    json_lines(folder / "owners.jsonl", owners[False])
    json_lines(folder / "owners_archived.jsonl", owners[True])
    old: list[Row] = []
    for key, kind, owner, made, happened, word, deals_of in ENGAGEMENTS:
        row = {"id": key, "properties_hubspot_owner_id": owner, "properties_hs_createdate": made}
        row |= {"properties_hs_timestamp": happened, "deals": deals_of, "archived": False}
        row |= {f"properties_hs_{name}": value for name, value in words(kind, word).items()}
        json_lines(folder / f"engagements_{kind}s.jsonl", [row])
        instants = {"createdAt": millis(made), "timestamp": millis(happened)}
        associations = {"associations_dealIds": [int(deal) for deal in deals_of]}
        old.append({"id": int(key), "type": kind.upper(), "ownerId": int(owner)})
        old[-1] |= {**instants, **associations}
    # The first version of the API tells the same again.
    json_lines(folder / "engagements.jsonl", old)


def words(kind: str, word: str) -> Row:
    return {
        "call": {"call_disposition": word},
        "meeting": {"meeting_outcome": word},
        "task": {"task_status": word, "task_completion_date": DONE},
    }[kind]


def extracted_before() -> Row:
    return {"_airbyte_extracted_at": "2025-09-29T01:00:00Z"}


def fivetran(folder: Path) -> None:
    """CSV files of its tables; numbers went through a program that made floats of them."""
    deals = []
    for deal in DEALS:
        told = properties(deal)
        row = {"deal_id": f"{deal['id']}.0", "is_deleted": "archived" in deal}
        row |= {"deal_pipeline_id": PIPELINE, "deal_pipeline_stage_id": deal["dealstage"]}
        row |= {"owner_id": f"{deal['hubspot_owner_id']}.0" if deal["hubspot_owner_id"] else ""}
        for name in ("dealname", "amount", "closedate", "createdate", "hs_is_closed"):
            row[f"property_{name}"] = told[name]
        row["property_hs_is_closed_won"] = told["hs_is_closed_won"]
        # It does not say when a deal was archived; the modification stamp is what there is.
        row["property_hs_lastmodifieddate"] = deal.get("archived", deal["hs_lastmodifieddate"])
        deals.append(row)
    comma(folder / "deal.csv", deals)
    comma(
        folder / "deal_property_history.csv",
        [
            {"deal_id": deal, "name": name, "value": value, "timestamp": at}
            for deal, name, value, at in HISTORY
        ],
    )
    comma(
        folder / "deal_pipeline_stage.csv",
        [
            {
                "stage_id": stage,
                "pipeline_id": PIPELINE,
                "label": label,
                "display_order": order,
                "probability": probability,
                "is_closed": closed,
            }
            for stage, label, order, probability, closed in STAGES
        ],
    )
    comma(folder / "deal_pipeline.csv", [{"pipeline_id": PIPELINE, "label": "Sales"}])
    comma(
        folder / "deal_company.csv",
        [
            {"deal_id": deal["id"], "company_id": company, "type_id": type_id}
            for deal in DEALS
            for company in sorted(set(deal["companies"]))
            for type_id in ((5, 341) if deal["companies"].count(company) > 1 else (341,))
        ],
    )
    comma(folder / "merged_deal.csv", [{"deal_id": "1001", "merged_deal_id": "1005"}])
    comma(
        folder / "company.csv",
        [
            {"id": key, "property_name": name, "property_numberofemployees": float(number)}
            for key, name, number in COMPANIES
        ],
    )
    names = ("owner_id", "first_name", "last_name", "active_user_id")
    comma(folder / "owner.csv", [dict(zip(names, owner[:4], strict=True)) for owner in OWNERS])
    teams = [(owner[0], owner[4]) for owner in OWNERS if owner[4]]
    comma(
        folder / "owner_team.csv",
        [{"owner_id": owner, "team_id": team[0], "is_team_primary": True} for owner, team in teams],
    )
    comma(folder / "team.csv", [{"id": team[0], "name": team[1]} for _, team in teams])
    links = []
    for key, kind, owner, made, happened, word, deals_of in ENGAGEMENTS:
        row = {"engagement_id": key, "property_hubspot_owner_id": owner}
        row |= {"property_hs_createdate": made, "property_hs_timestamp": happened}
        row |= {f"property_hs_{name}": value for name, value in words(kind, word).items()}
        comma(folder / f"engagement_{kind}.csv", [row])
        links += [{"deal_id": deal, "engagement_id": key, "type_id": 1} for deal in deals_of]
    comma(folder / "engagement_deal.csv", links)
    comma(
        folder / "engagement.csv",
        [{"id": key, "type": kind.upper()} for key, kind, *_ in ENGAGEMENTS],
    )


def tap(folder: Path, write: Callable[[Path, list[Row]], None] | None = None) -> None:
    """Parquet with JSON as text, as a Singer target writes objects: the live records and no log."""
    write = write or parquet
    deals = []
    for deal in DEALS:
        if "archived" in deal:
            continue
        since = {
            name: max([at for key, of, _, at in HISTORY if (key, of) == (deal["id"], name)] or [""])
            for name in ("dealstage", "amount", "hubspot_owner_id")
        }
        row: Row = {"dealid": int(deal["id"])}
        for name, value in properties(deal).items():
            told = {"value": "" if value is None else value, "timestamp": since.get(name)}
            row[f"property_{name}"] = json.dumps(told)
        for stage in {
            stage for key, of, stage, _ in HISTORY if (key, of) == (deal["id"], "dealstage")
        }:
            at = min(at for key, of, value, at in HISTORY if (key, value) == (deal["id"], stage))
            # Behind the id of a stage a name may have a number that only the portal knows.
            name = {"lost": "lost_233247981"}.get(stage, stage)
            row[f"property_hs_v2_date_entered_{name}"] = json.dumps({"value": at})
        # The last of these entries once more, which HubSpot keeps for every deal.
        if since["dealstage"]:
            now = json.dumps({"value": since["dealstage"]})
            row["property_hs_v2_date_entered_current_stage"] = now
        companies = [int(company) for company in deal["companies"]]
        row["associations"] = json.dumps({"associatedCompanyIds": companies})
        deals.append(row)
    write(folder / "deals.parquet", deals)
    stages = [
        {
            "stageId": stage,
            "label": label,
            "displayOrder": order,
            "probability": probability,
            "closedWon": closed and probability == 1,
        }
        for stage, label, order, probability, closed in STAGES
    ]
    pipeline = {"pipelineid": PIPELINE, "label": "Sales", "stages": json.dumps(stages)}
    write(folder / "deal_pipelines.parquet", [pipeline])
    owners = []
    for key, first, last, user, team in OWNERS:
        if user:
            teams = json.dumps([{"id": team[0], "name": team[1], "primary": True}] if team else [])
            row = {"id": key, "firstname": first, "lastname": last, "userid": int(user)}
            owners.append({**row, "teams": teams, "archived": False})
    write(folder / "owners.parquet", owners)
    write(
        folder / "companies.parquet",
        [
            {
                "companyid": int(key),
                "property_name": json.dumps({"value": name}),
                "property_numberofemployees": json.dumps({"value": float(number)}),
            }
            for key, name, number in COMPANIES
        ],
    )
    write(
        folder / "engagements.parquet",
        [
            {
                "engagement_id": int(key),
                "engagement": json.dumps(
                    {
                        "type": kind.upper(),
                        "ownerId": int(owner),
                        "createdAt": made,
                        "timestamp": at,
                    }
                ),
                "associations": json.dumps({"dealIds": [int(deal) for deal in deals_of]}),
                "metadata": json.dumps({"disposition": word} if kind == "call" else {}),
            }
            for key, kind, owner, made, at, word, deals_of in ENGAGEMENTS
        ],
    )


def tap_flat(folder: Path) -> None:
    """The same with the first level of objects flattened, and JSON beside it that repeats it."""

    def flattened(path: Path, rows: list[Row]) -> None:
        flat: list[Row] = []
        for row in rows:
            told: Row = {}
            for name, value in row.items():
                inside = json.loads(value) if str(value).startswith("{") else None
                if inside is None:
                    told[name] = value
                    continue
                if name.startswith("property_"):
                    told[name.replace("property_", "properties__", 1)] = value
                for key, one in inside.items():
                    column = f"{name}__{key}".lower()
                    told[column] = json.dumps(one) if isinstance(one, list) else one
            flat.append(told)
        parquet(path, flat)

    tap(folder, flattened)


def tap_csv(folder: Path) -> None:
    """The same by a target that writes objects into a CSV file as Python prints them, and numbers
    in them as its decimals.
    """

    def printed(path: Path, rows: list[Row]) -> None:
        names = list(dict.fromkeys(name for row in rows for name in row))
        comma(
            path.with_suffix(".csv"),
            [
                {
                    name: str(json.loads(row[name], parse_float=Decimal))
                    if str(row.get(name)).startswith(("{", "["))
                    else row.get(name)
                    for name in names
                }
                for row in rows
            ],
        )

    tap(folder, printed)


def dlt(database: Path, schema: str) -> None:
    """Tables of a schema: lists are tables below, a value of another type is in a second column."""
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"create schema {schema}")

        def table(name: str, rows: list[Row], types: str) -> None:
            connection.execute(f"create table {schema}.{name} ({types})")
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(
                f"insert into {schema}.{name} values ({marks})",
                [list(row.values()) for row in rows],
            )

        table(
            "deals",
            [
                {
                    "id": deal["id"],
                    **{n: deal[n] or None for n in ("dealname", "dealstage", "hubspot_owner_id")},
                    # Whole numbers came first.
                    "amount": None if "." in deal["amount"] else deal["amount"] or None,
                    "amount__v_double": deal["amount"] if "." in deal["amount"] else None,
                    **{n: deal[n] for n in ("closedate", "createdate", "hs_lastmodifieddate")},
                    "pipeline": PIPELINE,
                    "is_deleted": "archived" in deal or None,
                    "load": "1795902710.129955",
                }
                for deal in DEALS
            ],
            "id varchar, dealname varchar, dealstage varchar, hubspot_owner_id varchar,"
            " amount bigint, amount__v_double double, closedate timestamptz,"
            " createdate timestamptz, hs_lastmodifieddate timestamptz, pipeline varchar,"
            " is_deleted boolean, _dlt_load_id varchar",
        )
        log = [
            {
                "object_id": deal,
                "property_name": name,
                "value": value,
                "timestamp": at,
                "dealstage": None,
            }
            for deal, name, value, at in HISTORY
        ]
        # Each run adds the whole history again.
        table(
            "deals_property_history",
            [*log, *log],
            "object_id varchar, property_name varchar, value varchar, timestamp timestamptz,"
            " dealstage varchar",
        )
        table(
            "pipelines_deals",
            [{"id": PIPELINE, "label": "Sales", "key": "p1"}],
            "id varchar, label varchar, _dlt_id varchar",
        )
        table(
            "pipelines_deals__stages",
            [
                {
                    "id": stage,
                    "label": label,
                    "order": order,
                    "closed": str(closed).lower(),
                    "probability": str(probability),
                    "above": "p1",
                    "key": f"s{order}",
                }
                for stage, label, order, probability, closed in STAGES
            ],
            "id varchar, label varchar, display_order bigint, metadata__is_closed varchar,"
            " metadata__probability varchar, _dlt_parent_id varchar, _dlt_id varchar",
        )
        table(
            "companies",
            [{"id": key, "name": name, "number": number} for key, name, number in COMPANIES],
            "id varchar, name varchar, numberofemployees double",
        )
        table(
            "owners",
            [
                {
                    "id": key,
                    "first": first,
                    "last": last,
                    "user": user,
                    "gone": True if user is None else None,
                    "key": f"o{key}",
                }
                for key, first, last, user, _ in OWNERS
            ],
            "id varchar, first_name varchar, last_name varchar, user_id bigint,"
            " is_deleted boolean, _dlt_id varchar",
        )
        table(
            "owners__teams",
            [
                {"id": owner[4][0], "name": owner[4][1], "primary": True, "above": f"o{owner[0]}"}
                for owner in OWNERS
                if owner[4]
            ],
            'id varchar, name varchar, "primary" boolean, _dlt_parent_id varchar',
        )


def dlt_bucket(folder: Path) -> None:
    """The same tables in a bucket: folders of parts, one load in Parquet, one in JSON lines."""
    folder.mkdir(parents=True)
    database = folder / "_dlt_work.duckdb"
    dlt(database, "raw")
    with duckdb.connect(str(database)) as connection:
        for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall():
            (folder / name).mkdir()
            parts = [("1795902657.1.aa.parquet", "parquet", "true")]
            if name == "pipelines_deals__stages":
                parts = [
                    ("1795902657.1.aa.parquet", "parquet", "display_order < 2"),
                    ("1795902699.2.bb.jsonl.gz", "json", "display_order >= 2"),
                ]
            for file, kind, rows in parts:
                chosen = f"from raw.{name} where {rows}"
                connection.execute(f"copy ({chosen}) to '{folder / name / file}' (format {kind})")
    database.unlink()


def json_lines(path: Path, rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(row) + "\n" for row in rows)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")


def comma(path: Path, rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def parquet(path: Path, rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = path.with_suffix(".jsonl")
    json_lines(lines, [{name: row.get(name) for name in names} for row in rows])
    types = ", ".join(
        f"'{name}': '{'bigint' if isinstance(rows[0].get(name), int) else 'varchar'}'"
        for name in names
    )
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (from read_json('{lines}', format = 'newline_delimited', columns = {{{types}}}))"
            f" to '{path}' (format parquet)"
        )
    lines.unlink()
