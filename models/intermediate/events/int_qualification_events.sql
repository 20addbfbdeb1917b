-- The amount is frozen at qualification, whatever becomes of the deal; what it has become by now
-- serves the cohort metrics alone, which the catalog marks `matures`.
with summarised as (select * from {{ ref('int_opportunities_summarised') }}),

opportunity_types as (select * from {{ configured('opportunity_types') }}),

qualification_events as (
    select
        summarised.opportunity_id,
        summarised.qualified_on as event_on,
        summarised.qualified_rep_id as rep_id,
        summarised.qualified_segment as segment,
        'all' as slice_type,
        'all' as slice_id,
        {%- for motion in ['new_logo', 'expansion'] %}
        case when opportunity_types.motion = '{{ motion }}' then 1 end
            as {{ motion }}_qualified_count,
        case
            when opportunity_types.motion = '{{ motion }}'
                then coalesce(summarised.qualified_amount, 0)
        end as {{ motion }}_qualified_amount,
        {%- endfor %}
        1 as qualified_count,
        coalesce(summarised.qualified_amount, 0) as qualified_amount,
        case when summarised.is_booked_won then 1 else 0 end as qualified_won_by_now_count,
        case when summarised.is_open then 1 else 0 end as qualified_open_by_now_count
    from summarised
    left join opportunity_types
        on lower(summarised.qualified_type) = opportunity_types.raw_type
    where summarised.qualified_on is not null
)

select * from qualification_events
