-- One trigger has one open breach at a time for the same keys and slice.
with breaches as (select * from {{ ref('kpi_breaches') }}),

chained as (
    select
        breach_id,
        opened_on,
        closed_on,
        lead(opened_on) over (
            partition by trigger_id, scope, segment, team_id, rep_id, slice_id
            order by opened_on, breach_id
        ) as next_opened_on
    from breaches
),

overlapping as (
    select *
    from chained
    where closed_on <= opened_on
        or (next_opened_on is not null and coalesce(closed_on >= next_opened_on, true))
)

select * from overlapping
