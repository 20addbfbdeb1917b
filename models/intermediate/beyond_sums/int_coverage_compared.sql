-- Each day's coverage beside what was needed on the same day of earlier quarters, and beside that
-- day of the quarter and of the year before. Quarters are compared by the days that are left. Long,
-- because what is not measured is taken out before anything is compared with it.
with covered as (select * from {{ ref('int_coverage_daily') }}),

-- A company that gives no amounts has no pipeline of 0.
amounts as (
    select min(calendar_day) as known_from
    from covered
    where open_amount <> 0 or won_amount <> 0
),

-- Where the history does not tell when open deals were to close, today's close dates would be how
-- they ended: only of the as-of day itself is today's row right, and no later day is compared to
-- it.
measured as (
    select
        covered.quarter_start,
        covered.calendar_day,
        covered.days_to_quarter_end,
        covered.scope,
        covered.segment,
        covered.team_id,
        covered.rep_id,
        case when covered.undated_deals > 0 then null else covered.open_deals end as open_deals,
        case
            when covered.undated_deals > 0 then null
            when covered.calendar_day >= amounts.known_from then covered.open_amount
        end as open_amount,
        case when covered.unrecorded_deals > 0 then null else covered.open_won_amount end
            as open_won_amount,
        case when covered.calendar_day >= amounts.known_from then covered.won_amount end
            as won_amount,
        covered.unrecorded_deals,
        covered.target_amount
    from covered
    cross join amounts
),

ratios as (
    select
        *,
        cast(open_amount as double) / nullif(cast(target_amount as double), 0) as coverage,
        -- Nothing is left to cover once the target is won.
        case
            when target_amount > won_amount
                then
                    cast(open_amount as double)
                    / nullif(cast(target_amount - won_amount as double), 0)
        end as remaining,
        coalesce(target_amount <= won_amount, false) as is_covered,
        case
            when open_amount > 0
                then cast(open_won_amount as double) / nullif(cast(open_amount as double), 0)
        end as yield
    from measured
),

required as (
    select
        ratios.quarter_start,
        ratios.calendar_day,
        ratios.scope,
        ratios.segment,
        ratios.team_id,
        ratios.rep_id,
        median(earlier.yield) as median_yield,
        count(earlier.yield) as quarters
    from ratios
    inner join ratios as earlier
        on ratios.scope = earlier.scope
        and ratios.segment = earlier.segment
        and ratios.team_id = earlier.team_id
        and ratios.rep_id = earlier.rep_id
        and ratios.days_to_quarter_end = earlier.days_to_quarter_end
        and ratios.quarter_start > earlier.quarter_start
    group by 1, 2, 3, 4, 5, 6
),

compared as (
    select
        ratios.quarter_start,
        ratios.calendar_day,
        ratios.days_to_quarter_end,
        ratios.scope,
        ratios.segment,
        ratios.team_id,
        ratios.rep_id,
        ratios.open_deals,
        ratios.open_amount,
        ratios.unrecorded_deals,
        ratios.won_amount,
        ratios.target_amount,
        ratios.coverage,
        ratios.remaining,
        ratios.is_covered,
        case when required.median_yield > 0 then 1 / nullif(required.median_yield, 0) end
            as required,
        coalesce(required.quarters, 0) as required_quarters,
        quarter_before.coverage as coverage_quarter_before,
        year_before.coverage as coverage_year_before
    from ratios
    left join required
        on ratios.quarter_start = required.quarter_start
        and ratios.calendar_day = required.calendar_day
        and ratios.scope = required.scope
        and ratios.segment = required.segment
        and ratios.team_id = required.team_id
        and ratios.rep_id = required.rep_id
    {% for alias, shift in [('quarter_before', -1), ('year_before', -4)] -%}
    left join ratios as {{ alias }}
        on {{ fiscal_quarter_start('ratios.quarter_start', shift=shift) }}
        = {{ alias }}.quarter_start
        and ratios.days_to_quarter_end = {{ alias }}.days_to_quarter_end
        and ratios.scope = {{ alias }}.scope
        and ratios.segment = {{ alias }}.segment
        and ratios.team_id = {{ alias }}.team_id
        and ratios.rep_id = {{ alias }}.rep_id
    {% endfor %}
)

select * from compared
