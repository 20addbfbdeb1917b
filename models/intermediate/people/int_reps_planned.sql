-- Reps that planning names beside the roster: each has rows in public tables, whoever else knows
-- the rep.
with quotas as (select * from {{ ref('stg_planning__quotas') }}),

submissions as (select * from {{ ref('stg_planning__forecast_submissions') }}),

call_scores as (select * from {{ ref('stg_planning__call_scores') }}),

trials as (select * from {{ ref('stg_planning__trials') }}),

-- A quarter is planned as a whole, of the months to come too.
named as (
    select
        rep_id,
        month_start as named_on
    from quotas
    where month_start < {{ fiscal_quarter_start(as_of_date(), shift=1) }}
    union all
    select
        rep_id,
        {{ as_of_date() }} as named_on
    from submissions
    where submitted_at < {{ as_of_end() }}
    union all
    select
        rep_id,
        {{ as_of_date() }} as named_on
    from call_scores
    where scored_at < {{ as_of_end() }}
    union all
    select
        rep_id,
        started_on as named_on
    from trials
    where started_on <= {{ as_of_date() }}
),

reps_planned as (
    select
        rep_id,
        min(named_on) <= {{ as_of_date() }} as is_due
    from named
    where rep_id is not null
    group by rep_id
)

select * from reps_planned
