"""The CRM export of a simulated log as it stood at the end of a day, as raw tables."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from pathlib import Path

import duckdb
import numpy as np

from demo_companies import company as facts
from demo_companies import planning
from demo_companies.company import Company, People, people
from demo_companies.hubspot import hubspot_tables, rename_ids, speak_hubspot
from demo_companies.ids import ORG, id_suffix
from demo_companies.rng import Draws
from demo_companies.simulate import TRACKING_START, Table, simulate_block
from sales_metrics.errors import SalesMetricsError

BLOCK = 20_000
_PARQUET = "(format parquet, compression zstd, compression_level {level}, parquet_version v2)"
# Small tables have doubles, which version 2 packs in a way that Spark does not read.
_SMALL_PARQUET = "(format parquet, compression zstd, parquet_version v1)"
_ID_PREFIXES = (
    "001",
    "005",
    "006",
    "008",
    "017",
    "00E",
    "00Q",
    "00T",
    "00U",
    "01J",
    "04w",
    "701",
)
_LOG_PARQUET = "(format parquet, compression lz4, parquet_version v2)"


def simulate(
    company: Company,
    folder: Path,
    *,
    block: int = BLOCK,
    with_activities: bool = True,
) -> People:
    """Write the event log of a company into a folder, a part per block of opportunities."""
    staff = people(company)
    draws = Draws(company.seed)
    rates = planning.daily_rates()
    db = duckdb.connect()
    try:
        for part, first in enumerate(range(0, company.opportunities, block)):
            last = min(first + block, company.opportunities)
            tables = simulate_block(
                company, staff, draws, rates, first, last, with_activities=with_activities
            )
            for name, table in tables.items():
                _write_part(db, table, folder / f"{name}_{part:05d}.parquet")
        accounts = np.arange(company.new_accounts + company.legacy_accounts, dtype=np.int64)
        _write_part(
            db, planning.accounts(company, draws, staff, accounts), folder / "account_00000.parquet"
        )
    finally:
        db.close()
    return staff


def _write_part(db: duckdb.DuckDBPyConnection, table: Table, path: Path) -> None:
    db.register("part", table)
    db.execute(f"copy (select * from part) to '{path}' {_LOG_PARQUET}")
    db.unregister("part")


def _literals(values: tuple[str, ...]) -> str:
    return "[" + ", ".join("'" + value.replace("'", "''") + "'" for value in values) + "]"


def _open_log(folder: Path, company: Company, until: dt.date) -> duckdb.DuckDBPyConnection:
    db = duckdb.connect()
    db.execute("set threads = 2")
    db.execute("set memory_limit = '4GB'")
    db.execute(f"set temp_directory = '{folder}/spill'")
    for name in ("opportunity", "version", "task", "event", "lead", "account"):
        if list(folder.glob(f"{name}_*.parquet")):
            db.execute(
                f"create view log_{name} as select * from read_parquet('{folder}/{name}_*.parquet')"
            )
    end = (facts.day_number(until) + 1) * facts.DAY
    rename = facts.day_number(facts.RENAME_DAY) * facts.DAY
    prefixes = " ".join(f"when '{p}' then '{id_suffix(p + ORG + '0' * 9)}'" for p in _ID_PREFIXES)
    stages = (*facts.STAGES, facts.UNMAPPED_STAGE_NAME)
    for macro in (
        f"""sf_id(prefix, number) as case when number >= 0 then prefix || '{ORG}'
            || lpad(lower(to_base(greatest(number, 0), 36)), 9, '0')
            || case prefix {prefixes} end end""",
        "instant(second) as make_timestamp(cast(second as bigint) * 1000000)",
        "on_day(day) as date '1970-01-01' + cast(day as integer)",
        # A nightly load, and now and then one that comes a week late.
        """loaded(second, number) as make_timestamp(
            ((cast(second as bigint) // 86400 + case when number % 211 = 7 then 7 else 1 end)
            * 86400 + 7200) * 1000000)""",
        """quarter_end(day) as cast(
            date_trunc('quarter', on_day(day) + interval 1 month) + interval 2 month as date
        ) - date '1970-01-01'""",
        f"export_end() as cast({end} as bigint)",
        f"""stage_name(stage, second) as case
            when stage = 4 and second < {rename} then '{facts.OLD_PROPOSAL_NAME}'
            else {_literals(stages)}[stage + 1] end""",
        f"forecast_name(code) as {_literals(facts.FORECAST_CATEGORIES)}[code + 1]",
        f"kind_name(code) as {_literals(facts.TYPES)}[code + 1]",
        f"source_name(code) as {_literals(planning.LEAD_SOURCES)}[code + 1]",
        "money(cents) as cast(cents as decimal(20, 0)) / 100",
        "cents_text(cents) as cast(cast(cents // 100 as varchar) || '.' "
        "|| lpad(cast(cents % 100 as varchar), 2, '0') as varchar)",
        f"""account_name(number) as {_literals(planning.ACCOUNT_FIRST)}[number % 40 + 1]
            || ' ' || {_literals(planning.ACCOUNT_LAST)}[(number // 40) % 25 + 1]
            || case when number >= 1000 then ' ' || cast(number // 1000 as varchar) else '' end""",
    ):
        db.execute(f"create macro {macro}")
    return db


_OPPORTUNITY = """
with state as (
    select * from log_version where second < export_end() and until >= export_end()
),
moved as (
    -- A reason once given stays on the record, also when the deal is opened again.
    select number, max(second) as moved_at, bool_or(stage = 6) as was_lost
    from log_version
    where second < export_end() and changed & 1 > 0
    group by all
),
worked as (
    select number, max(worked_on) as worked_on
    from (
        select number, done // 86400 as worked_on from log_task
        where has_deal = 1 and done < export_end() and what <> 3
        union all
        select number, starts // 86400 from log_event where starts < export_end()
    )
    group by all
),
shown as (
    select
        o.*,
        s.* exclude (number),
        m.moved_at,
        m.was_lost,
        w.worked_on,
        case when s.what = 1 then o.bad else 0 end as wrong,
    from log_opportunity as o
    inner join state as s on o.number = s.number
    left join moved as m on o.number = m.number
    left join worked as w on o.number = w.number
),
rows as (
    select
        sf_id('006', number) as id,
        sf_id('001', account) as account_id,
        case when owner_1 >= 0 then sf_id('005', owner_1) end as owner_id,
        account_name(account) || ' - ' || kind_name(kind) as name,
        stage_name(stage, greatest(export_end() - 1, 0)) as stage_name,
        case when wrong = 1 then 'n/a' when amount >= 0 then cents_text(amount) end as amount,
        case when currency >= 0 then ['USD', 'EUR', 'GBP'][currency + 1] end as currency_iso_code,
        cast(case when wrong = 4 then 250 else probability end as double) as probability,
        stage in (5, 6) as is_closed,
        stage = 5 as is_won,
        replace(forecast_name(forecast), ' ', '') as forecast_category,
        forecast_name(forecast) as forecast_category_name,
        kind_name(kind_1) as type,
        source_name(source) as lead_source,
        case when campaign >= 0 then sf_id('701', campaign) end as campaign_id,
        case when next_step >= 0 then {next_steps}[next_step + 1] end as next_step,
        case when was_lost and loss_reason >= 0
            then {loss_reasons}[loss_reason + 1] end as loss_reason_c,
        case wrong
            when 2 then date '0001-01-01'
            when 3 then on_day(created // 86400 - 40)
            else on_day(close_day)
        end as close_date,
        instant(created) as created_date,
        instant(moved_at) as last_stage_change_date,
        on_day(worked_on) as last_activity_date,
        instant(second) as last_modified_date,
        instant(second) as system_modstamp,
        what = 2 as is_deleted,
        loaded(second, number) as _fivetran_synced,
        number,
        0 as copy,
        is_doubled,
    from shown
),
copies as (
    -- What an earlier load left behind: the record as it was created.
    select
        r.* replace (
            'Prospecting' as stage_name,
            5.0::double as probability,
            false as is_closed,
            false as is_won,
            'Pipeline' as forecast_category,
            'Pipeline' as forecast_category_name,
            null as loss_reason_c,
            r.created_date as last_stage_change_date,
            r.created_date as last_modified_date,
            r.created_date as system_modstamp,
            false as is_deleted,
            r._fivetran_synced - interval 60 day as _fivetran_synced,
            1 as copy
        )
    from rows as r
    where r.is_doubled = 1
)
select * exclude (number, copy, is_doubled)
from (select * from rows union all select * from copies)
order by copy, number
"""

# Snapshots of deals that no table has.
_ORPHANS = """
select
    sf_id('008', 30000000000 + range) as id,
    sf_id('006', 30000000000 + range) as opportunity_id,
    timestamp '2024-02-01 09:00:00' + to_days(cast(range as integer)) as created_date,
    'Discovery' as stage_name,
    cast(5000 as decimal(18, 2)) as amount,
    date '2024-06-30' as close_date,
    15.0::double as probability,
    'Pipeline' as forecast_category,
    timestamp '2024-02-01 09:00:00' + to_days(cast(range as integer)) as system_modstamp,
    false as is_deleted,
    timestamp '2024-03-01 02:00:00' as _fivetran_synced,
from range(12)
where timestamp '2024-02-01 09:00:00' + to_days(cast(range as integer)) < instant(export_end())
"""

_HISTORY = (
    """
with rows as (
    select *
    from log_version
    where what = 0 and second >= {tracking} and second < export_end()
        and (is_first = 1 or changed & 71 > 0)
),
shown as (
    select
        sf_id('008', number * 64 + edit) as id,
        sf_id('006', number) as opportunity_id,
        instant(second) as created_date,
        stage_name(stage, second) as stage_name,
        case when amount >= 0 then cast(money(amount) as decimal(18, 2)) end as amount,
        on_day(close_day) as close_date,
        cast(probability as double) as probability,
        replace(forecast_name(forecast), ' ', '') as forecast_category,
        instant(second) as system_modstamp,
        false as is_deleted,
        loaded(second, number + edit) as _fivetran_synced,
        (number * 64 + edit) % 397 = 5 as is_doubled,
    from rows
)
select * exclude (is_doubled) from shown
union all
select * exclude (is_doubled) replace (_fivetran_synced - interval 20 hour as _fivetran_synced)
from shown where is_doubled
union all
"""
    + _ORPHANS
)

_FIELD_HISTORY = """
with changes as (
    select
        number, edit, second,
        unnest(list_filter([
            {{'place': 0, 'hit': changed & 1 > 0, 'field': 'StageName', 'data_type': 'DynamicEnum',
              'old': stage_name(stage_before, second), 'new': stage_name(stage, second)}},
            {{'place': 1, 'hit': changed & 2 > 0, 'field': 'Amount', 'data_type': 'Currency',
              'old': case when amount_before >= 0 then cents_text(amount_before) end,
              'new': case when amount >= 0 then cents_text(amount) end}},
            {{'place': 2, 'hit': changed & 4 > 0, 'field': 'CloseDate', 'data_type': 'DateOnly',
              'old': cast(on_day(close_day_before) as varchar),
              'new': cast(on_day(close_day) as varchar)}},
            {{'place': 3, 'hit': changed & 8 > 0 and owner >= 0, 'field': 'Owner',
              'data_type': 'EntityId',
              'old': sf_id('005', owner_before), 'new': sf_id('005', owner)}},
            {{'place': 4, 'hit': changed & 8 > 0 and owner >= 0, 'field': 'Owner',
              'data_type': 'Text',
              'old': {names}[owner_before + 1], 'new': {names}[owner + 1]}},
            {{'place': 5, 'hit': changed & 16 > 0, 'field': 'ForecastCategoryName',
              'data_type': 'DynamicEnum',
              'old': forecast_name(forecast_before), 'new': forecast_name(forecast)}},
            {{'place': 6, 'hit': changed & 32 > 0, 'field': 'Type', 'data_type': 'DynamicEnum',
              'old': kind_name(kind_before), 'new': kind_name(kind)}}
        ], lambda change: change.hit)) as change,
    from log_version
    where what = 0 and is_first = 0 and second >= {tracking} and second < export_end()
        and changed & 63 > 0
),
shown as (
    select
        sf_id('017', (number * 64 + edit) * 8 + change.place) as id,
        -- Some reports still hand out the short form of an id.
        case when number % 997 = 3
            then left(sf_id('006', number), 15) else sf_id('006', number)
        end as opportunity_id,
        change.field as field,
        change.old as old_value,
        change.new as new_value,
        instant(second) as created_date,
        change.data_type as data_type,
        false as is_deleted,
        loaded(second, number + edit) as _fivetran_synced,
        (number * 64 + edit) % 613 = 5 as is_doubled,
    from changes
)
select * exclude (is_doubled) from shown
union all
select * exclude (is_doubled) replace (_fivetran_synced - interval 20 hour as _fivetran_synced)
from shown where is_doubled
"""

_TASK = """
with shown as (
    select
        sf_id('00T', slot) as id,
        case when dirt = 2 then null else sf_id('005', owner) end as owner_id,
        instant(created) as created_date,
        case when lead >= 0 then sf_id('00Q', lead) end as who_id,
        case
            when has_deal = 0 then null
            when dirt = 1 then sf_id('006', 30000000000 + number)
            else sf_id('006', number)
        end as what_id,
        sf_id('001', account) as account_id,
        case when due >= 0 then on_day(due) else on_day(created // 86400) end as activity_date,
        case when due >= 0 and done < export_end() then instant(done) end as completed_date_time,
        case when done < export_end() then 'Completed' else 'Not Started' end as status,
        done < export_end() as is_closed,
        case what when 0 then 'Call' when 1 then 'Email' when 2 then 'Reply'
            when 3 then 'Automated Email' else 'Call' end as type,
        case when what in (0, 4) then 'Call' else 'Email' end as task_subtype,
        case
            when what = 0 then ['Call', 'Call: check in', 'Call: next steps'][subject + 1]
            when what = 4 then 'Call back'
            when what = 2 then 'Re: ' || ['Your question', 'Proposal', 'Next steps'][subject + 1]
            when what = 3 then 'Sequence mail'
            else 'Email: ' || ['introduction', 'summary', 'follow-up'][subject + 1]
        end as subject,
        case when what in (0, 4) then 'Outbound' end as call_type,
        case when seconds >= 0 and done < export_end()
            then seconds end as call_duration_in_seconds,
        case when what not in (0, 4) or done >= export_end() then null
            when seconds >= 0 then 'Connected' when subject = 0 then 'Left Voicemail'
            else 'No Answer' end as call_disposition,
        is_deleted = 1 as is_deleted,
        loaded(created, slot) as _fivetran_synced,
        dirt,
    from log_task
    where created < export_end()
)
select * exclude (dirt) from shown
union all
select * exclude (dirt) replace (_fivetran_synced - interval 20 hour as _fivetran_synced)
from shown where dirt = 0
"""

_EVENT = """
with shown as (
    select
        sf_id('00U', slot) as id,
        sf_id('005', owner) as owner_id,
        instant(created) as created_date,
        instant(starts) as start_date_time,
        instant(starts + length * 1800) as end_date_time,
        cast(null as varchar) as who_id,
        sf_id('006', number) as what_id,
        sf_id('001', account) as account_id,
        ['Meeting', 'Discovery', 'Demo'][what + 1] as type,
        ['Meeting', 'Discovery call', 'Product demo'][what + 1] as subject,
        is_child = 1 as is_child,
        case when starts < export_end()
            then (['Held', 'No Show', 'Cancelled', 'Rescheduled', null])[outcome + 1]
        end as outcome,
        false as is_deleted,
        loaded(created, slot) as _fivetran_synced,
        slot % 773 = 1 as is_doubled,
    from log_event
    where created < export_end()
)
select * exclude (is_doubled) from shown
union all
select * exclude (is_doubled) replace (_fivetran_synced - interval 20 hour as _fivetran_synced)
from shown where is_doubled
"""

_LEAD = """
select
    sf_id('00Q', lead) as id,
    sf_id('005', owner) as owner_id,
    instant(created) as created_date,
    case
        when converted < export_end() then 'Closed - Converted'
        when touched >= export_end() then 'Open - Not Contacted'
        else ['Working - Contacted', 'Nurturing'][status + 1]
    end as status,
    {lead_sources}[source + 1] as lead_source,
    converted < export_end() as is_converted,
    case when converted < export_end() then on_day(converted // 86400) end as converted_date,
    case when converted < export_end()
        then sf_id('006', number) end as converted_opportunity_id,
    ['Hot', 'Warm', 'Cold'][rating + 1] as rating,
    false as is_deleted,
    loaded(created, lead) as _fivetran_synced,
from log_lead
where created < export_end()
"""

_ACCOUNT = """
select
    sf_id('001', number) as id,
    account_name(number) as name,
    case when parent >= 0 then sf_id('001', parent) end as parent_id,
    cast(null as varchar) as master_record_id,
    sf_id('005', owner) as owner_id,
    {industries}[industry + 1] as industry,
    case when employees >= 0 then cast(employees as integer) end as number_of_employees,
    case when revenue >= 0 then cast(revenue as decimal(18, 2)) end as annual_revenue,
    ['United States', 'Germany', 'United Kingdom', 'France'][country + 1] as billing_country,
    instant(created) as created_date,
    case when named >= 0 then {segment_labels}[named + 1] end as segment,
    false as is_deleted,
    instant(created) as system_modstamp,
    loaded(created, number) as _fivetran_synced,
from log_account
where created < export_end()
"""


def export(
    company: Company,
    staff: People,
    log: Path,
    folder: Path,
    until: dt.date,
    crm: str = "salesforce",
    *,
    tracking: int = TRACKING_START,
) -> None:
    """Write every raw table of a CRM as it stood at the end of the day `until`.

    `tracking` is the second since 1970 from which Salesforce logged changes; HubSpot always does.
    """
    tables = folder / crm
    plans = folder / "planning"
    for place in (tables, plans):
        place.mkdir(parents=True, exist_ok=True)
    db = _open_log(log, company, until)
    # The committed files are squeezed; a benchmark's are written quickly.
    level = 15 if company.opportunities <= 2 * facts.USUAL_OPPORTUNITIES else 3
    parquet = _PARQUET.format(level=level)
    try:
        if crm == "hubspot":
            speak_hubspot(db)
        texts = {
            "tracking": tracking,
            "next_steps": _literals(planning.NEXT_STEPS),
            "loss_reasons": _literals(planning.LOSS_REASONS),
            "lead_sources": _literals(planning.LEAD_SOURCES),
            "industries": _literals(planning.INDUSTRIES),
            "segment_labels": _literals(facts.SEGMENT_LABELS),
            "names": _literals(tuple(person.name for person in staff.persons)),
        }
        large = {
            "opportunity": _OPPORTUNITY,
            "opportunity_history": _HISTORY,
            "opportunity_field_history": _FIELD_HISTORY,
            "task": _TASK,
            "event": _EVENT,
            "lead": _LEAD,
            "account": _ACCOUNT,
        }
        large = {name: query.format(**texts) for name, query in large.items()}
        small = planning.small_tables(staff, until)
        if crm == "hubspot":
            for name in ("opportunity", "task", "event", "account"):
                db.execute(f"create view {name} as {large[name]}")
            db.execute(f"create view orphan_history as {_ORPHANS}")
            db.execute(f"create view users as {small['user']}")
            db.execute(f"create view roles as {small['user_role']}")
            large, small = hubspot_tables(), {}
        for name, query in large.items():
            db.execute(f"copy ({query}) to '{tables / name}.parquet' {parquet}")
        for name, query in small.items():
            db.execute(f"copy ({query}) to '{tables / name}.parquet' {_SMALL_PARQUET}")
        planning.write_plans(db, company, staff, plans, until)
        if crm == "hubspot":
            rename_ids(plans)
    finally:
        db.close()
    as_of = min(until, facts.AS_OF)
    (folder / "as_of.csv").write_text(f"as_of_date\n{as_of.isoformat()}\n")


def write_company(
    company: Company,
    folder: Path,
    until: dt.date = facts.HORIZON,
    *,
    block: int = BLOCK,
    crm: str = "salesforce",
    tracking: int = TRACKING_START,
) -> None:
    """Simulate a company and export the raw tables of its CRM, "salesforce" or "hubspot"."""
    if not facts.HISTORY_START <= until <= facts.HORIZON:
        raise SalesMetricsError(
            f"--until must lie between {facts.HISTORY_START} and {facts.HORIZON}, not {until}."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SalesMetricsError(
            f"The folder {folder} cannot be written ({error.strerror}); take another --out."
        ) from error
    work = Path(tempfile.mkdtemp(prefix="sales_metrics_demo_"))
    try:
        staff = simulate(company, work, block=block)
        export(company, staff, work, folder, until, crm, tracking=tracking)
    finally:
        shutil.rmtree(work, ignore_errors=True)
