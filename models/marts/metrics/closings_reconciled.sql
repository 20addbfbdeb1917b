-- Why the same won and lost deals add up to different totals in different tables, to the cent. The
-- totals are those of the tables themselves, the differences are summed from the closings; a test
-- sees that they meet. Long, because each step is a branch of the union.
with closings as (select * from {{ ref('fct_closings') }}),

opportunities as (select * from {{ ref('fct_opportunities') }}),

metric_values as (select * from {{ ref('metric_values') }}),

movements as (select * from {{ ref('pipeline_movements') }}),

walks as (select * from {{ ref('int_pipeline_walks') }}),

booked as (
    select
        metric_id,
        metric_value,
        case when metric_id like 'closed_won%' then 'won' else 'lost' end as outcome
    from metric_values
    where metric_id in (
            'closed_won_count', 'closed_won_amount', 'closed_lost_count', 'closed_lost_amount'
        )
        and period_type = 'quarter'
        and scope = 'company'
),

outcomes as (select distinct outcome from closings),

-- Before anything proves that it is, the win rate of a quarter is not measured.
measured as (
    select period_start
    from metric_values
    where metric_id = 'win_rate' and period_type = 'quarter' and scope = 'company'
),

made as (
    select
        opportunity_id,
        visit_number,
        event_on as made_on
    from closings
    where event_kind = 'closed'
),

undone as (
    select
        opportunity_id,
        visit_number,
        event_on as undone_on
    from closings
    where event_kind = 'taken_back'
),

dated as (
    select
        closings.outcome,
        closings.event_kind,
        closings.is_qualified,
        closings.deals,
        closings.amount,
        {{ week_start('closings.event_on') }} = {{ week_start('made.made_on') }}
            as is_in_week_of_closing,
        coalesce(
            {{ week_start('undone.undone_on') }} = {{ week_start('made.made_on') }}, false
        ) as is_undone_in_week,
        {{ fiscal_quarter_start('closings.event_on') }}
        = {{ fiscal_quarter_start('made.made_on') }} as is_in_quarter_of_closing,
        measured.period_start is not null as is_measured,
        opportunities.status = 'deleted' as is_deleted
    from closings
    inner join made
        on closings.opportunity_id = made.opportunity_id
        and closings.visit_number = made.visit_number
    left join undone
        on closings.opportunity_id = undone.opportunity_id
        and closings.visit_number = undone.visit_number
    inner join opportunities on closings.opportunity_id = opportunities.opportunity_id
    left join measured on {{ fiscal_quarter_start('made.made_on') }} = measured.period_start
),

{%- set differences = [
    ('records', 3, 'undone_within_the_week',
        "event_kind <> 'taken_back' and is_undone_in_week and is_in_week_of_closing", ''),
    ('records', 4, 'corrected_after_the_week',
        "event_kind = 'corrected' and not is_in_week_of_closing", ''),
    ('records', 5, 'taken_back', "event_kind = 'taken_back'", ''),
    ('records', 7, 'deleted_since', 'is_deleted', '-'),
    ('win_rate', 2, 'never_qualified', 'not is_qualified', '-'),
    ('win_rate', 3, 'undone_in_a_later_quarter',
        "event_kind = 'taken_back' and is_qualified and not is_in_quarter_of_closing", '-'),
    ('win_rate', 4, 'not_measured',
        'is_qualified and not is_measured and is_in_quarter_of_closing', '-'),
] %}

steps as (
    select
        'records' as bridge,
        1 as place,
        'left_the_pipeline' as step,
        true as is_total,
        movement as outcome,
        -sum(deals) as deals,
        -sum(amount) as amount
    from movements
    where movement in ('won', 'lost') and period_type = 'week'
    group by movement
    union all
    -- The waterfall is told by close quarter and has no place for a deal without one.
    select
        'records' as bridge,
        2 as place,
        'without_a_close_date' as step,
        false as is_total,
        outcome,
        count(*) as deals,
        sum(to_amount) as amount
    from walks
    where outcome in ('won', 'lost') and period_type = 'week' and to_quarter is null
    group by outcome
    union all
    {% for path, place in [('records', 6), ('win_rate', 1)] -%}
    select
        '{{ path }}' as bridge,
        {{ place }} as place,
        'booked' as step,
        true as is_total,
        outcome,
        sum(case when metric_id like '%_count' then metric_value end) as deals,
        sum(case when metric_id like '%_amount' then cast(metric_value as decimal(28, 2)) end)
            as amount
    from booked
    group by outcome
    union all
    {% endfor -%}
    -- Booked ahead: where the CRM's close date rules, it may lie ahead.
    {% for place, step, is_total, condition in [
        (8, 'booked_ahead', false, 'closed_on > ' ~ as_of_date()), (9, 'stands', true, 'true'),
    ] -%}
    select
        'records' as bridge,
        {{ place }} as place,
        '{{ step }}' as step,
        {{ is_total }} as is_total,
        status as outcome,
        count(*) as deals,
        sum(amount) as amount
    from opportunities
    where status in ('won', 'lost') and {{ condition }}
    group by status
    union all
    {% endfor -%}
    {% for path, place, step, condition, sign in differences -%}
    select
        '{{ path }}' as bridge,
        {{ place }} as place,
        '{{ step }}' as step,
        false as is_total,
        outcome,
        {{ sign }}sum(deals) as deals,
        {{ 'null' if path == 'win_rate' else sign ~ 'sum(amount)' }} as amount
    from dated
    where {{ condition }}
    group by outcome
    union all
    {% endfor -%}
    select
        'win_rate' as bridge,
        5 as place,
        'decided' as step,
        true as is_total,
        outcomes.outcome,
        sum(
            case
                when outcomes.outcome = 'won' then metric_values.numerator
                else metric_values.denominator - metric_values.numerator
            end
        ) as deals,
        null as amount
    from metric_values
    cross join outcomes
    where metric_values.metric_id = 'win_rate'
        and metric_values.period_type = 'quarter'
        and metric_values.scope = 'company'
    group by outcomes.outcome
),

closings_reconciled as (
    select
        bridge,
        cast(place as bigint) as place,
        step,
        is_total,
        outcome,
        cast(deals as bigint) as deals,
        cast(case when bridge = 'records' then coalesce(amount, 0) end as decimal(28, 2)) as amount
    from steps
)

select * from closings_reconciled
order by bridge, outcome, place
