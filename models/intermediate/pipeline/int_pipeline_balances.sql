-- The pipeline of each closing quarter at the beginning and at the end of every week and fiscal
-- quarter: changes summed by period, a running sum over them, and only then a row for each period
-- it holds for. No deal is joined to periods. Long, because each of these steps is a query.
{%- set keys = ['close_quarter', 'segment', 'team_id', 'rep_id'] %}
with changes as (select * from {{ ref('int_pipeline_changes') }}),

periods as (
    select
        period_type,
        period_start,
        row_number() over (order by period_type, period_start) as period_number
    from {{ ref('int_calendar_periods') }}
    where period_type in ('week', 'quarter')
),

last_periods as (
    select
        period_type,
        max(period_number) as last_number
    from periods
    group by 1
),

deltas as (
    select
        changed_on,
        {{ keys | join(',\n        ') }},
        1 as deals,
        amount
    from changes
    where outcome is null and close_quarter is not null
    union all
    select
        changed_on,
        {{ keys | join('_before,\n        ') }}_before,
        -1 as deals,
        -amount_before as amount
    from changes
    where was_open and close_quarter_before is not null
),

dated as (
    select
        {{ week_start('changed_on') }} as week_start,
        {{ fiscal_quarter_start('changed_on') }} as quarter_start,
        {{ keys | join(',\n        ') }},
        sum(deals) as deals,
        sum(amount) as amount
    from deltas
    group by 1, 2, 3, 4, 5, 6
),

by_period as (
    {% for period in ['week', 'quarter'] -%}
    {% if not loop.first %}union all{% endif %}
    select
        '{{ period }}' as period_type,
        {{ period }}_start as period_start,
        {{ keys | join(',\n        ') }},
        sum(deals) as deals,
        sum(amount) as amount
    from dated
    group by 1, 2, 3, 4, 5, 6
    {% endfor -%}
),

numbered as (
    select
        by_period.*,
        periods.period_number,
        last_periods.last_number
    from by_period
    inner join periods
        on by_period.period_type = periods.period_type
        and by_period.period_start = periods.period_start
    inner join last_periods on by_period.period_type = last_periods.period_type
),

running as (
    select
        {{ keys | join(',\n        ') }},
        period_number as from_number,
        last_number,
        lead(period_number) over by_number as next_number,
        sum(deals) over so_far as deals,
        sum(amount) over so_far as amount
    from numbered
    window
        by_number as (
            partition by period_type, {{ keys | join(', ') }} order by period_number
        ),
        so_far as (
            partition by period_type, {{ keys | join(', ') }}
            order by period_number rows between unbounded preceding and current row
        )
),

-- What stands at the end of a period opens the next one.
balances as (
    {% for movement, later in [('opening', 1), ('closing', 0)] -%}
    {% set end = 'coalesce(running.next_number, running.last_number + ' ~ (1 - later) ~ ')' -%}
    {% if not loop.first %}union all{% endif %}
    select
        periods.period_type,
        periods.period_start,
        {{ keys | join(',\n        ') }},
        '{{ movement }}' as movement,
        cast(running.deals as bigint) as deals,
        cast(running.amount as decimal(18, 2)) as amount
    from running
    inner join periods
        on periods.period_number >= running.from_number + {{ later }}
        and periods.period_number < {{ end }} + {{ later }}
    where running.deals <> 0 or running.amount <> 0
    {% endfor -%}
)

select * from balances
