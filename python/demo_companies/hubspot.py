"""The same event log as HubSpot keeps it, in the tables Airbyte lands: the CRM's words and ids are
HubSpot's, what happened is what the Salesforce export tells.

The warehouse is one that was fed every night: the history of a deal that was archived since, and
its row before that, are still there. HubSpot has no rates, so a portal of one currency is exported;
it keeps no mail of robots, no copies of meetings for those invited, and no leads of its own.
"""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from demo_companies import company as facts
from demo_companies.ids import ORG

# What the number of a record begins with, by the kind its Salesforce id begins with: numbers of one
# kind sort as the ids do.
_KINDS = {
    prefix: 10 + place
    for place, prefix in enumerate(("001", "005", "006", "008", "00Q", "00T", "00U", "00E"))
}
_ID = re.compile(rf"\b(\w{{3}}){ORG}([0-9a-z]{{9}})\w{{3}}\b")
# Stages are known by ids that stay when a label changes.
_STAGE_IDS = {
    **{name: str(4_100_000 + place) for place, name in enumerate(facts.STAGES[:5])},
    facts.OLD_PROPOSAL_NAME: "4100004",
    facts.STAGES[5]: "closedwon",
    facts.STAGES[6]: "closedlost",
    # Deleted since: it stands in no list of stages.
    facts.UNMAPPED_STAGE_NAME: "4100009",
}
_FORECASTS = {
    "Pipeline": "PIPELINE",
    "Best Case": "BEST_CASE",
    "BestCase": "BEST_CASE",
    "Commit": "COMMIT",
    "Closed": "CLOSED",
    "Omitted": "OMIT",
}
_OUTCOMES = {
    "Held": "COMPLETED",
    "No Show": "NO_SHOW",
    "Cancelled": "CANCELED",
    "Rescheduled": "RESCHEDULED",
}
# HubSpot's own ids of what became of a call.
_DISPOSITIONS = {
    "Connected": "f240bbac-87c9-4f6e-bf70-924b57d47db7",
    "Left Voicemail": "b2cf5968-551e-4856-9783-52b3da59a7d0",
    "No Answer": "73a0d17f-1163-4015-bdd5-ec830791da20",
}


def hubspot_id(prefix: str, number: int) -> str:
    """The id of a record; the SQL macro `sf_id` says the same where HubSpot is exported."""
    return str(_KINDS[prefix] * 10**12 + number)


def _case(column: str, words: dict[str, str]) -> str:
    whens = " ".join(f"when '{word}' then '{value}'" for word, value in words.items())
    return f"case {column} {whens} end"


def speak_hubspot(db: duckdb.DuckDBPyConnection) -> None:
    """Give the macros of the log HubSpot's ids, and add those of its words."""
    kinds = " ".join(f"when '{prefix}' then {kind}" for prefix, kind in _KINDS.items())
    for macro in (
        f"""sf_id(prefix, number) as case when number >= 0 then cast(
            case prefix {kinds} end * 1000000000000 + number as varchar) end""",
        f"stage_id(word) as {_case('word', _STAGE_IDS)}",
        f"forecast_word(word) as {_case('word', _FORECASTS)}",
        "list_of(id) as case when id is null then '[]' else '[\"' || id || '\"]' end",
        "midnight(day) as strftime(day, '%Y-%m-%dT00:00:00.000Z')",
    ):
        db.execute(f"create or replace macro {macro}")


_DEALS = """
select
    id,
    name as properties_dealname,
    stage_id(stage_name) as properties_dealstage,
    'default' as properties_pipeline,
    owner_id as properties_hubspot_owner_id,
    amount as properties_amount,
    cast(close_date as timestamp) as properties_closedate,
    created_date as properties_createdate,
    last_modified_date as properties_hs_lastmodifieddate,
    type as properties_dealtype,
    loss_reason_c as properties_closed_lost_reason,
    forecast_word(forecast_category_name) as properties_hs_manual_forecast_category,
    next_step as properties_hs_next_step,
    lead_source as properties_hs_analytics_source,
    cast(last_activity_date as timestamp) as properties_notes_last_updated,
    is_closed as properties_hs_is_closed,
    is_won as properties_hs_is_closed_won,
    probability / 100 as properties_hs_deal_stage_probability,
    -- The primary company stands twice in the list, beside some deals' other one.
    case when account_id is null then '[]' else '[' || case when account_id like '%3'
        then '"' || cast(cast(account_id as bigint) - 1 as varchar) || '",' else '' end
        || '"' || account_id || '","' || account_id || '"]' end as companies,
    created_date as createdat,
    {modified} as updatedat,
    {archived} as archived,
    {archived_at} as archivedat,
    _fivetran_synced as _airbyte_extracted_at,
from opportunity
where {which}
"""

_PROPERTY_HISTORY = """
with told as (
    select
        number,
        edit,
        second,
        unnest(list_filter([
            {{'hit': changed & 1 > 0, 'property': 'dealstage',
              'value': stage_id(stage_name(stage, second))}},
            {{'hit': changed & 2 > 0, 'property': 'amount',
              'value': case when amount >= 0 then cents_text(amount)
                  when is_first = 0 then '' end}},
            {{'hit': changed & 4 > 0, 'property': 'closedate',
              'value': midnight(on_day(close_day))}},
            {{'hit': changed & 8 > 0 and owner >= 0, 'property': 'hubspot_owner_id',
              'value': sf_id('005', owner)}},
            {{'hit': changed & 16 > 0, 'property': 'hs_manual_forecast_category',
              'value': forecast_word(forecast_name(forecast))}},
            {{'hit': changed & 32 > 0, 'property': 'dealtype', 'value': kind_name(kind)}},
            {{'hit': is_first = 1, 'property': 'pipeline', 'value': 'default'}},
            -- Derived from the stage: of no use, and there.
            {{'hit': changed & 1 > 0, 'property': 'hs_is_closed',
              'value': cast(stage in (5, 6) as varchar)}}
        ], lambda change: change.hit and change.value is not null), recursive := true),
    from log_version
    where what = 0 and second < export_end()
),
shown as (
    select
        sf_id('006', number) as dealid,
        property,
        value,
        instant(second) as timestamp,
        'CRM_UI' as sourcetype,
        false as archived,
        loaded(second, number + edit) as _airbyte_extracted_at,
        (number * 64 + edit) % 613 = 5 as is_doubled,
    from told
)
select * exclude (is_doubled) from shown
union all
select * exclude (is_doubled)
    replace (_airbyte_extracted_at - interval 20 hour as _airbyte_extracted_at)
from shown where is_doubled
union all
select
    opportunity_id as dealid, 'dealstage' as property, stage_id(stage_name) as value,
    created_date as timestamp, 'IMPORT' as sourcetype, false as archived,
    _fivetran_synced as _airbyte_extracted_at
from orphan_history
"""

_ENGAGEMENT = """
    id,
    owner_id as properties_hubspot_owner_id,
    created_date as properties_hs_createdate,
    list_of({deal}) as deals,
    list_of(account_id) as companies,
    list_of(who_id) as contacts,
    created_date as createdat,
    created_date as updatedat,
    is_deleted as archived,
    _fivetran_synced as _airbyte_extracted_at,
"""
_ACTIVITY = _ENGAGEMENT.format(deal="what_id")
_ENGAGEMENTS = {
    "calls": f"""
        select
            {_ACTIVITY}
            created_date as properties_hs_timestamp,
            {_case("call_disposition", _DISPOSITIONS)} as properties_hs_call_disposition,
            upper(call_type) as properties_hs_call_direction,
            'COMPLETED' as properties_hs_call_status,
            call_duration_in_seconds * 1000 as properties_hs_call_duration,
        from (
            select * from task where type = 'Call' and subject <> 'Call back'
            union all
            select * replace (coalesce(completed_date_time, created_date) as created_date)
            from task where subject = 'Call back' and is_closed
        )
        """,
    "emails": f"""
        select
            {_ACTIVITY}
            created_date as properties_hs_timestamp,
            case type when 'Reply' then 'INCOMING_EMAIL' else 'EMAIL' end
                as properties_hs_email_direction,
            'SENT' as properties_hs_email_status,
        from task where type in ('Email', 'Reply')
        """,
    # What a task says of itself is when it is due; who does it logs the call besides.
    "tasks": f"""
        select
            {_ACTIVITY}
            cast(activity_date as timestamp) + interval 9 hour as properties_hs_timestamp,
            'CALL' as properties_hs_task_type,
            case when is_closed then 'COMPLETED' else 'NOT_STARTED' end
                as properties_hs_task_status,
            completed_date_time as properties_hs_task_completion_date,
        from (select * replace ('9' || id as id) from task where subject = 'Call back')
        """,
    "meetings": f"""
        select
            {_ACTIVITY}
            start_date_time as properties_hs_timestamp,
            start_date_time as properties_hs_meeting_start_time,
            end_date_time as properties_hs_meeting_end_time,
            {_case("outcome", _OUTCOMES)} as properties_hs_meeting_outcome,
            type as properties_hs_activity_type,
        from event where not is_child
        """,
}

_COMPANIES = """
select
    id,
    name as properties_name,
    owner_id as properties_hubspot_owner_id,
    parent_id as properties_hs_parent_company_id,
    industry as properties_industry,
    number_of_employees as properties_numberofemployees,
    annual_revenue as properties_annualrevenue,
    billing_country as properties_country,
    segment as properties_segment,
    created_date as createdat,
    system_modstamp as updatedat,
    is_deleted as archived,
    _fivetran_synced as _airbyte_extracted_at,
from account
"""

_OWNERS = """
select
    users.id,
    split_part(users.name, ' ', 1) as firstname,
    substr(users.name, strpos(users.name, ' ') + 1) as lastname,
    users.email,
    case when users.is_active then users.id end as userid,
    -- Who has left is in no team.
    case when users.is_active and roles.id is not null
        then '[{{"id":"' || roles.id || '","name":"' || roles.name || '","primary":true}}]'
        else '[]' end as teams,
    users.created_date as createdat,
    not users.is_active as archived,
from users
left join roles on users.user_role_id = roles.id
where users.user_type = 'Standard' and {which}
"""


def hubspot_tables() -> dict[str, str]:
    """Queries for Airbyte's tables, over views named as the Salesforce export's tables."""
    stages = [
        (
            _STAGE_IDS[name],
            name,
            place,
            facts.STAGE_PROBABILITY[place] / 100,
            str(place in (5, 6)).lower(),
        )
        for place, name in enumerate(facts.STAGES)
    ]
    # Probability and closed are texts there.
    listed = ",".join(
        f'{{"stageId":"{key}","label":"{name}","displayOrder":{place},"active":true,'
        f'"metadata":{{"isClosed":"{closed}","probability":"{share}"}}}}'
        for key, name, place, share, closed in stages
    )
    live = {"archived": "false", "archived_at": "cast(null as timestamp)"}
    return {
        "deals": _DEALS.format(modified="last_modified_date", which="not is_deleted", **live)
        + " union all "
        # The row of an archived deal as an earlier load left it.
        + _DEALS.format(modified="last_stage_change_date", which="is_deleted", **live),
        "deals_archived": _DEALS.format(
            modified="last_modified_date",
            archived="true",
            archived_at="last_modified_date",
            which="is_deleted",
        ),
        "deals_property_history": _PROPERTY_HISTORY.format(),
        "deal_pipelines": f"""
            select 'default' as pipelineid, 'Sales' as label, 0 as displayorder,
                '[{listed}]' as stages, 1735689600000 as updatedat""",
        "companies": _COMPANIES,
        "owners": _OWNERS.format(which="users.is_active"),
        "owners_archived": _OWNERS.format(which="not users.is_active"),
        **{f"engagements_{kind}": query for kind, query in _ENGAGEMENTS.items()},
    }


def rename_ids(plans: Path) -> None:
    """Planning files name deals, accounts, people and activities by HubSpot's ids."""
    for file in sorted(plans.glob("*.csv")):
        text = file.read_text(encoding="utf-8")
        file.write_text(translated(text), encoding="utf-8")


def translated(text: str) -> str:
    """A text with HubSpot's ids in place of the Salesforce export's."""
    return _ID.sub(lambda found: hubspot_id(found[1], int(found[2], 36)), text)
