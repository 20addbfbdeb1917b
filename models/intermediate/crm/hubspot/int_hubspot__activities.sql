-- Engagements of every kind; those of the first version of the API only where no table of their
-- kind has them. One may touch many deals and counts once: for the live deal with the smallest id.
-- Long, because each kind is a branch.
{%- set kinds = {
    'call': {
        'raw_subtype': 'activity_type', 'raw_disposition': 'disposition',
        'raw_direction': 'direction', 'raw_status': 'status',
    },
    'meeting': {'raw_subtype': 'activity_type', 'raw_outcome': 'outcome'},
    'email': {'raw_subtype': 'direction', 'raw_status': 'status'},
    'task': {'raw_subtype': 'task_type', 'raw_status': 'status'},
    'note': {},
    'communication': {'raw_subtype': 'channel'},
} %}
{%- set words = [
    'raw_subtype', 'raw_disposition', 'raw_direction', 'raw_status', 'raw_outcome',
] %}
with
{%- for kind in kinds %}
{{ kind }}s as (select * from {{ ref('stg_hubspot__engagement_' ~ kind ~ 's') }}),
{% endfor %}
engagements as (select * from {{ ref('stg_hubspot__engagements') }}),

engagement_deals as (select * from {{ ref('stg_hubspot__engagement_deals') }}),

engagement_companies as (select * from {{ ref('stg_hubspot__engagement_companies') }}),

engagement_contacts as (select * from {{ ref('stg_hubspot__engagement_contacts') }}),

opportunities as (select * from {{ ref('int_hubspot__opportunities') }}),

of_kinds as (
    {%- for kind, known in kinds.items() %}
    select
        engagement_id,
        '{{ kind }}' as raw_type,
        {%- for word in words %}
        {{ known.get(word, 'cast(null as ' ~ dbt.type_string() ~ ')') }} as {{ word }},
        {%- endfor %}
        rep_id,
        created_at,
        {{ 'coalesce(started_at, happened_at)' if kind == 'meeting' else 'happened_at' }}
            as happened_at,
        {{ 'completed_at' if kind == 'task' else 'cast(null as timestamp)' }} as completed_at,
        is_deleted
    from {{ kind }}s
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

of_first_version as (
    select
        engagements.engagement_id,
        lower(engagements.engagement_type) as raw_type,
        engagements.task_type as raw_subtype,
        engagements.disposition as raw_disposition,
        engagements.direction as raw_direction,
        engagements.status as raw_status,
        engagements.outcome as raw_outcome,
        engagements.rep_id,
        engagements.created_at,
        coalesce(engagements.started_at, engagements.happened_at) as happened_at,
        engagements.completed_at,
        engagements.is_deleted
    from engagements
    anti join of_kinds on engagements.engagement_id = of_kinds.engagement_id
),

recorded as (
    select * from of_kinds
    union all
    select * from of_first_version
),

deals_of as (
    select
        engagement_deals.engagement_id,
        min_by(
            engagement_deals.opportunity_id,
            {{ tuple_of([
                "case when coalesce(opportunities.is_deleted, true)"
                ~ " or opportunities.merged_into_id is not null then '1' else '0' end",
                'lpad(engagement_deals.opportunity_id, 38, \'0\')',
            ]) }}
        ) as opportunity_id
    from engagement_deals
    left join opportunities on engagement_deals.opportunity_id = opportunities.opportunity_id
    where not engagement_deals.is_deleted
    group by engagement_deals.engagement_id
),

companies_of as (
    select
        engagement_id,
        min(account_id) as account_id
    from engagement_companies
    where not is_deleted
    group by engagement_id
),

contacts_of as (
    select
        engagement_id,
        min(contact_id) as contact_id
    from engagement_contacts
    where not is_deleted
    group by engagement_id
),

activities as (
    select
        recorded.engagement_id as activity_id,
        'engagement' as record_kind,
        recorded.raw_type,
        recorded.raw_subtype,
        recorded.raw_disposition,
        recorded.raw_direction,
        recorded.raw_status,
        recorded.raw_outcome,
        recorded.rep_id,
        deals_of.opportunity_id,
        companies_of.account_id,
        {{ crm_nulls('activities', ['lead_id']) -}}
        contacts_of.contact_id,
        coalesce(recorded.created_at, recorded.happened_at) as created_at,
        -- What a task says of itself is when it is due.
        case
            when recorded.raw_type = 'task'
                then coalesce(recorded.completed_at, recorded.created_at)
            else coalesce(recorded.happened_at, recorded.created_at)
        end as occurred_at,
        case when recorded.raw_type = 'task' then {{ business_day('recorded.happened_at') }} end
            as due_on,
        case when recorded.raw_type = 'meeting' then true end as is_closed,
        recorded.raw_type <> 'task' or recorded.completed_at is not null as is_done_unless_told,
        recorded.is_deleted
    from recorded
    left join deals_of on recorded.engagement_id = deals_of.engagement_id
    left join companies_of on recorded.engagement_id = companies_of.engagement_id
    left join contacts_of on recorded.engagement_id = contacts_of.engagement_id
)

select * from activities
