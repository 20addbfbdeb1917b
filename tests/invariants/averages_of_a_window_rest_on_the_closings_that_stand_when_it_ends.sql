-- Summed from the closings themselves, whatever the engine makes of days and windows: what closed
-- in a window, with what corrected it or took it back by the window's end and nothing else. The
-- sums of a month take every event of its days. Where a metric is not measured (metric_evidence)
-- none is expected, and none may be there.
with closings as (select * from {{ ref('fct_closings') }}),

metric_values as (
    select *
    from {{ ref('metric_values') }}
    where scope in ('company', 'rep')
        and slice_type = 'all'
        and (
            period_type = 'week' and metric_id in (
                'win_rate_t90', 'win_rate_value_t90', 'avg_deal_size_t90', 'sales_cycle_days_t90'
            )
            or period_type = 'month' and metric_id = 'closed_won_amount'
        )
),

periods as (select * from {{ ref('int_calendar_periods') }}),

windows as (
    select
        period_type,
        period_start,
        case when period_type = 'week' then window_end - 89 else period_start end as first_day,
        window_end as last_day
    from periods
    where period_type in ('week', 'month')
),

sellers as (
    select
        closings.*,
        'all' as reported_rep_id
    from closings
    union all
    select
        closings.*,
        closings.rep_id as reported_rep_id
    from closings
),

summed as (
    select
        windows.period_type,
        windows.period_start,
        sellers.reported_rep_id as rep_id,
        {%- for name, value, condition in [
            ('won', 'deals', "sellers.outcome = 'won'"),
            ('won_amount', 'amount', "sellers.outcome = 'won'"),
            ('won_with_amount', 'deals_with_amount', "sellers.outcome = 'won'"),
            ('cycle_days', 'cycle_days', "sellers.outcome = 'won'"),
            ('decided', 'deals', 'sellers.is_qualified'),
            ('decided_amount', 'amount', 'sellers.is_qualified'),
        ] %}
        coalesce(
            sum(sellers.{{ value }}) filter (
                where sellers.closed_on >= windows.first_day and {{ condition }}
            ), 0
        ) as {{ name }},
        {%- endfor %}
        coalesce(sum(sellers.amount) filter (where sellers.outcome = 'won'), 0) as booked
    from sellers
    inner join windows
        on sellers.event_on >= windows.first_day and sellers.event_on <= windows.last_day
    group by 1, 2, 3
),

unmeasured as (
    select *
    from {{ ref('int_metrics_unmeasured') }}
    where not is_baseline
),

summed_up as (
    {% for metric_id, period_type, numerator, denominator in [
        ('win_rate_t90', 'week', 'won', 'decided'),
        ('win_rate_value_t90', 'week', 'won_amount', 'decided_amount'),
        ('avg_deal_size_t90', 'week', 'won_amount', 'won_with_amount'),
        ('sales_cycle_days_t90', 'week', 'cycle_days', 'won'),
        ('closed_won_amount', 'month', 'booked', '0'),
    ] -%}
    {% if not loop.first %}union all{% endif %}
    select
        '{{ metric_id }}' as metric_id,
        period_type,
        period_start,
        rep_id,
        {{ numerator }} as numerator,
        {{ denominator }} as denominator
    from summed
    where period_type = '{{ period_type }}'
    {% endfor -%}
),

expected as (
    select summed_up.*
    from summed_up
    anti join unmeasured
        on summed_up.metric_id = unmeasured.metric_id
        and summed_up.period_type = unmeasured.period_type
        and summed_up.period_start = unmeasured.period_start
),

broken as (
    select
        metric_values.metric_id,
        metric_values.period_start,
        metric_values.rep_id
    from metric_values
    full join expected
        on metric_values.metric_id = expected.metric_id
        and metric_values.period_start = expected.period_start
        and metric_values.rep_id = expected.rep_id
    where
        abs(coalesce(metric_values.numerator, 0) - coalesce(expected.numerator, 0)) > 0.001
        or abs(coalesce(metric_values.denominator, 0) - coalesce(expected.denominator, 0)) > 0.001
)

select * from broken
