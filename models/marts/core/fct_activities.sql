with activities as (select * from {{ ref('int_activities_credited') }}),

fct_activities as (
    select
        activity_id,
        activity_type,
        direction,
        rep_id,
        team_id,
        segment,
        opportunity_id,
        account_id,
        lead_id,
        booked_at,
        occurred_at,
        outcome
    from activities
)

select * from fct_activities
