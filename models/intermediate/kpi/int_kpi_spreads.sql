-- What the means of a quarter scatter by: number, sum and sum of squares of the cases in the 90
-- days to the end of each week, month and quarter, as they stand then. Durations and amounts
-- scatter by factors, so their logarithms are summed; of pipeline created, whose number varies as
-- well, the amounts themselves. Of lead response it is the hot leads of the week, and those that
-- waited longer than its trigger allows, in business hours. Long, because each metric's cases are
-- told apart first.
with closings as (select * from {{ ref('int_closing_events') }}),

qualifications as (select * from {{ ref('int_qualification_events') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

waits as (select * from {{ ref('int_lead_waits') }}),

triggers as (select * from {{ configured('kpi_triggers') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

scopes as (
    select *
    from {{ ref('int_scopes') }}
    where scope in ('company', 'segment', 'team')
),

-- What stands of a win once an event of it has happened.
standing as (
    select
        event_on,
        credited_on,
        rep_id,
        segment,
        closed_count,
        abs(won_cycle_days) as cycle_days,
        amount,
        sum(closed_count) over by_event as deals_standing,
        sum(amount) over by_event as amount_standing
    from closings
    where is_won
    window by_event as (
        partition by opportunity_id, visit_number
        order by event_on, event_kind
        rows between unbounded preceding and current row
    )
),

-- A case goes as it was and comes as it is: a sum over what happened by a day holds what stands
-- then.
cases as (
    {% for sign, deals, amount in [
        (1, 'deals_standing', 'amount_standing'),
        (-1, 'deals_standing - closed_count', 'amount_standing - amount'),
    ] -%}
    select
        'avg_deal_size_t90' as metric_id,
        event_on,
        credited_on,
        rep_id,
        segment,
        {{ sign }} as n,
        cast(ln(cast({{ amount }} as double)) as decimal(28, 10)) as x
    from standing
    where {{ deals }} > 0 and {{ amount }} > 0
    union all
    {% endfor -%}
    select
        'sales_cycle_days_t90' as metric_id,
        event_on,
        credited_on,
        rep_id,
        segment,
        closed_count as n,
        cast(ln(greatest(cycle_days, 0.5)) as decimal(28, 10)) as x
    from standing
    where closed_count <> 0 and cycle_days is not null
    union all
    select
        'pipeline_to_quota' as metric_id,
        event_on,
        event_on as credited_on,
        rep_id,
        segment,
        1 as n,
        cast(qualified_amount as decimal(28, 10)) as x
    from qualifications
    where qualified_amount > 0
),

placed as (
    select
        cases.metric_id,
        cases.event_on,
        cases.credited_on,
        coalesce(cases.segment, 'unassigned') as segment,
        coalesce(assignments.team_id, 'unassigned') as team_id,
        cases.n,
        cases.x
    from cases
    left join assignments
        on cases.rep_id = assignments.rep_id
        and {{ in_force('assignments', 'cases.credited_on') }}
),

daily as (
    select
        metric_id,
        event_on,
        credited_on,
        segment,
        team_id,
        sum(n) as n,
        sum(n * x) as sum_x,
        -- Of an amount in hundreds of trillions it has thirty digits.
        sum(n * cast(cast(x as double) * cast(x as double) as decimal(37, 6))) as sum_xx
    from placed
    group by 1, 2, 3, 4, 5
),

reported as (
    select
        daily.metric_id,
        daily.event_on,
        daily.credited_on,
        scopes.scope,
        {{ reported_keys('daily', keys=['segment', 'team']) }},
        sum(daily.n) as n,
        sum(daily.sum_x) as sum_x,
        sum(daily.sum_xx) as sum_xx
    from daily
    cross join scopes
    group by 1, 2, 3, 4, 5, 6
),

ends as (
    select
        period_type,
        period_start,
        window_end
    from periods
    where period_type in ('week', 'month', 'quarter') and is_complete
),

spreads as (
    select
        reported.metric_id,
        ends.period_type,
        ends.period_start,
        reported.scope,
        reported.segment,
        reported.team_id,
        'all' as rep_id,
        'all' as slice_id,
        cast(sum(reported.n) as bigint) as n,
        cast(sum(reported.sum_x) as double) as sum_x,
        cast(sum(reported.sum_xx) as double) as sum_xx
    from ends
    inner join reported
        on ends.window_end >= reported.event_on
        and ends.window_end - 90 < reported.credited_on
    group by 1, 2, 3, 4, 5, 6
    having sum(reported.n) > 0
    union all
    select
        triggers.metric_id,
        waits.period_type,
        waits.period_start,
        scopes.scope,
        {{ reported_keys('waits', keys=['segment', 'team']) }},
        'all' as rep_id,
        triggers.slice_id,
        count(*) as n,
        cast(
            count(case when waits.waited_open_micros > triggers.threshold * 60000000 then 1 end)
            as double
        ) as sum_x,
        cast(null as double) as sum_xx
    from waits
    inner join triggers
        on triggers.metric_id = 'lead_response_business_minutes'
        and waits.period_type = triggers.period_type
    cross join scopes
    where waits.is_hot and waits.period_type = 'week' and triggers.slice_id = 'hot'
    group by 1, 2, 3, 4, 5, 6, 7, 8
)

select * from spreads
