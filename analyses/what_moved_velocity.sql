-- What moved velocity? One row per complete week of the last twelve, company and segments: the
-- velocity, how much of its change each driver made, and the driver that made most of it.
with velocity_drivers as (
    select *
    from {{ ref('velocity_drivers') }}
    where scope in ('company', 'segment')
        and is_complete
        and week_start > {{ as_of_date() }} - 91
),

measured as (
    select
        *,
        greatest(
            abs(open_qualified_count_effect),
            abs(win_rate_effect),
            abs(avg_deal_size_effect),
            abs(sales_cycle_days_effect)
        ) as largest_effect
    from velocity_drivers
),

named as (
    select
        week_start,
        scope,
        segment,
        velocity,
        velocity / nullif(velocity_before, 0) - 1 as change,
        open_qualified_count_effect,
        win_rate_effect,
        avg_deal_size_effect,
        sales_cycle_days_effect,
        case
            when abs(open_qualified_count_effect) = largest_effect then 'open qualified deals'
            when abs(win_rate_effect) = largest_effect then 'win rate'
            when abs(avg_deal_size_effect) = largest_effect then 'deal size'
            when abs(sales_cycle_days_effect) = largest_effect then 'sales cycle'
        end as moved_most_by,
        change_12_weeks
    from measured
)

select * from named
order by scope asc, segment asc, week_start desc
