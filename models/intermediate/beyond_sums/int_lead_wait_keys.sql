-- The keys of leads in the periods they were created in, each with the keys it is reported under at
-- every scope of lead response, and the numbers that stand for both: a lead counts in four scopes.
{%- set keys = ['period_type', 'period_start', 'segment', 'team_id', 'rep_id'] %}
with waits as (select * from {{ ref('int_lead_waits') }}),

scopes as (select * from {{ ref('int_scopes') }}),

grains as (select * from {{ ref('int_metric_grains') }}),

distinct_keys as (
    select distinct {{ keys | join(', ') }}
    from waits
),

numbered as (
    select
        *,
        row_number() over (order by {{ keys | join(', ') }}) as key_number
    from distinct_keys
),

reported_scopes as (
    select distinct scopes.*
    from scopes
    inner join grains
        on scopes.scope = grains.scope
        and grains.metric_id in (
            'lead_response_minutes',
            'lead_response_minutes_p95',
            'lead_response_business_minutes',
            'lead_unanswered_share'
        )
),

scoped as (
    select
        numbered.key_number,
        numbered.period_type,
        numbered.period_start,
        numbered.segment as lead_segment,
        numbered.team_id as lead_team_id,
        numbered.rep_id as lead_rep_id,
        reported_scopes.scope,
        {{ reported_keys('numbered', scopes='reported_scopes') }}
    from numbered
    cross join reported_scopes
),

lead_wait_keys as (
    select
        *,
        dense_rank() over (
            order by period_type, period_start, scope, segment, team_id, rep_id
        ) as reported_number
    from scoped
)

select * from lead_wait_keys
