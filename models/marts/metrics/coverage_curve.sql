with compared as (select * from {{ ref('int_coverage_compared') }}),

curve as (
    select
        quarter_start,
        cast(days_to_quarter_end as bigint) as days_to_quarter_end,
        calendar_day as date_day,
        scope,
        segment,
        team_id,
        rep_id,
        open_deals as open_count,
        open_amount,
        unrecorded_deals as unrecorded_count,
        won_amount,
        target_amount,
        coverage,
        remaining,
        is_covered,
        required,
        cast(required_quarters as bigint) as required_quarters,
        coverage_quarter_before,
        coverage_year_before
    from compared
)

select * from curve
order by quarter_start, scope, segment, team_id, rep_id, date_day
