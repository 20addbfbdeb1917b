-- Which share of a week's wins falls on each day of it, by the year before. Where a quarter ends
-- within a week this tells how much of that week it has. Ten wins on every working day are added,
-- so that few do not say much.
with closings as (select * from {{ ref('int_closings') }}),

days as (select * from {{ ref('int_forecast_days') }}),

known as (select distinct learnt_until from days),

weekdays as (
    {%- for week_day in range(7) %}
    select
        {{ week_day }} as week_day,
        {{ 10 if week_day < 5 else 0 }} as prior_wins
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

wins as (
    select
        entered_on,
        {{ week_day('entered_on') }} as week_day,
        count(*) as wins
    from closings
    where is_won
    group by 1, 2
),

counted as (
    select
        known.learnt_until,
        weekdays.week_day,
        coalesce(sum(wins.wins), 0) + max(weekdays.prior_wins) as wins
    from known
    cross join weekdays
    left join wins
        on weekdays.week_day = wins.week_day
        and known.learnt_until >= wins.entered_on
        and known.learnt_until - {{ learning_days() }} < wins.entered_on
    group by 1, 2
),

forecast_weekdays as (
    select
        learnt_until,
        week_day,
        cast(wins as double)
        / nullif(cast(sum(wins) over (partition by learnt_until) as double), 0) as week_share
    from counted
)

select * from forecast_weekdays
