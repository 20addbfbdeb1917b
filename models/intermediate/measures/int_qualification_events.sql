-- The amount is frozen at qualification, whatever becomes of the deal; what it has become by now
-- serves the cohort metrics alone, which the catalog marks `matures`.
with summarised as (select * from {{ ref('int_opportunities_summarised') }}),

qualifications as (
    select
        opportunity_id,
        qualified_on as event_on,
        qualified_rep_id as rep_id,
        qualified_segment as segment,
        'all' as slice_type,
        'all' as slice_id,
        1 as qualified_count,
        coalesce(qualified_amount, 0) as qualified_amount,
        case when is_booked_won then 1 else 0 end as qualified_won_by_now_count,
        case when is_open then 1 else 0 end as qualified_open_by_now_count
    from summarised
    where qualified_on is not null
)

select * from qualifications
