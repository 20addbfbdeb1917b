-- What a KPI of weeks is compared with, and how much either side is off by chance. Compared are the
-- 90 days (or 28) to the week's end with those that ended 13, 26, 39 and 52 weeks before: the same
-- weeks of the four quarters before, of which no day counts twice. Shares are compared by points,
-- means, amounts and rates by logarithms. Lead response is the share of leads that waited longer
-- than the threshold in business hours; a projection is compared with the threshold itself.
-- Long, because each kind of metric has its own error.
with readings as (select * from {{ ref('int_kpi_readings') }}),

triggers as (select * from {{ configured('kpi_triggers') }}),

trigger_scopes as (select * from {{ ref('int_trigger_scopes') }}),

spreads as (select * from {{ ref('int_kpi_spreads') }}),

metric_values as (select * from {{ ref('int_metric_values_unioned') }}),

watched as (
    select distinct
        triggers.metric_id,
        triggers.period_type,
        trigger_scopes.scope
    from triggers
    inner join trigger_scopes on triggers.trigger_id = trigger_scopes.trigger_id
    where triggers.evidence = 'discoveries' and coalesce(triggers.is_on, true)
),

judged as (
    select
        readings.*,
        spreads.n as cases,
        spreads.sum_x,
        spreads.sum_xx
    from readings
    inner join watched
        on readings.metric_id = watched.metric_id
        and readings.period_type = watched.period_type
        and readings.scope = watched.scope
    left join spreads
        on readings.metric_id = spreads.metric_id
        and readings.period_type = spreads.period_type
        and readings.period_start = spreads.period_start
        and readings.segment = spreads.segment
        and readings.team_id = spreads.team_id
        and readings.rep_id = spreads.rep_id
        and readings.slice_id = spreads.slice_id
    where readings.period_type = 'week'
        and (readings.metric_value is not null or readings.is_worst)
),

shifts as (
    select {{ each_number(1, 4) }} as quarters_before
),

looking_back as (
    select
        judged.*,
        judged.period_start - cast(91 * shifts.quarters_before as integer) as earlier_start
    from judged
    cross join shifts
),

year_before as (
    select
        looking_back.metric_id,
        looking_back.period_start,
        looking_back.segment,
        looking_back.team_id,
        looking_back.rep_id,
        looking_back.slice_id,
        cast(sum(cast(earlier.numerator as decimal(28, 4))) as double) as numerator,
        cast(sum(cast(earlier.denominator as decimal(28, 4))) as double) as denominator,
        -- What was decided where nothing was won is no case of a mean over deals won.
        sum(case when earlier.is_worst and earlier.cases is null then 0 else earlier.n end) as n,
        count(*) as windows,
        sum(earlier.cases) as cases,
        cast(sum(cast(earlier.sum_x as decimal(28, 4))) as double) as sum_x,
        cast(sum(cast(earlier.sum_xx as decimal(38, 4))) as double) as sum_xx
    from looking_back
    inner join judged as earlier
        on {{ same_series('looking_back', 'earlier') }}
        and looking_back.earlier_start = earlier.period_start
    group by 1, 2, 3, 4, 5, 6
),

ranges as (
    select
        period_type,
        period_start,
        segment,
        team_id,
        max(case when metric_id = 'projected_attainment_high' then metric_value end)
        - max(case when metric_id = 'projected_attainment_low' then metric_value end) as range_80
    from metric_values
    where metric_id in ('projected_attainment_high', 'projected_attainment_low')
        and rep_id = 'all' and period_type = 'week'
    group by 1, 2, 3, 4
),

told as (
    select
        judged.*,
        year_before.numerator / nullif(year_before.denominator, 0) as year_value,
        cast(coalesce(year_before.n, 0) as bigint) as year_n,
        year_before.windows as year_windows,
        year_before.denominator as year_denominator,
        year_before.cases as year_cases,
        year_before.sum_x as year_sum_x,
        year_before.sum_xx as year_sum_xx,
        ranges.range_80
    from judged
    left join year_before on {{ same_series('judged', 'year_before', ['period_start']) }}
    left join ranges
        on judged.metric_id = 'projected_attainment'
        and judged.period_type = ranges.period_type
        and judged.period_start = ranges.period_start
        and judged.segment = ranges.segment
        and judged.team_id = ranges.team_id
        and judged.rep_id = 'all'
),

kinds as (
    select
        *,
        case
            when metric_id in ('avg_deal_size_t90', 'sales_cycle_days_t90') then 'mean'
            when metric_id = 'pipeline_to_quota' then 'amount'
            when metric_id = 'pushes_per_deal' then 'rate'
            when metric_id = 'lead_response_business_minutes' then 'wait'
            when metric_id = 'projected_attainment' then 'projection'
            when numerator >= 0 and numerator <= denominator then 'share'
        end as evidence_kind
    from told
),

evidence as (
    select
        metric_id,
        period_type,
        period_start,
        segment,
        team_id,
        rep_id,
        slice_id,
        year_value,
        year_n,
        year_n / nullif(cast(year_windows as double), 0) as year_n_of_a_window,
        -- Few deals created are the message, and no reason for silence.
        case
            when evidence_kind = 'amount' then year_n / nullif(cast(year_windows as double), 0)
        end as expected_n,
        case evidence_kind
            when 'share' then metric_value
            when 'mean' then sum_x / nullif(cases, 0)
            when 'amount' then ln(greatest(metric_value, 1e-9))
            when 'rate' then {{ log_rate('numerator', 'denominator') }}
            when 'wait' then sum_x / nullif(cases, 0)
            when 'projection' then metric_value
        end as estimate,
        case evidence_kind
            -- Two hits and two misses added, so that a share of 0 has an error too.
            when 'share' then {{ smoothed_variance('numerator', 'denominator') }}
            when 'mean' then {{ variance_of_mean('cases', 'sum_x', 'sum_xx') }}
            when 'amount'
                then cases * sum_xx / nullif(sum_x * sum_x, 0) / nullif(cast(n as double), 0)
            when 'rate' then {{ variance_of_log_rate('numerator', 'denominator') }}
            when 'wait' then {{ smoothed_variance('sum_x', 'cases') }}
            when 'projection' then power(range_80 / (2 * {{ errors_of_80() }}), 2)
        end as estimate_variance,
        case evidence_kind
            when 'share' then year_value
            when 'mean' then year_sum_x / nullif(year_cases, 0)
            when 'amount' then ln(greatest(year_value, 1e-9))
            when 'rate' then {{ log_rate('year_value * year_denominator', 'year_denominator') }}
            when 'wait' then year_sum_x / nullif(year_cases, 0)
        end as compared,
        case evidence_kind
            when 'share'
                then {{ smoothed_variance('year_value * year_denominator', 'year_denominator') }}
            when 'mean' then {{ variance_of_mean('year_cases', 'year_sum_x', 'year_sum_xx') }}
            when 'amount'
                then year_cases * year_sum_xx / nullif(year_sum_x * year_sum_x, 0)
                    / nullif(cast(year_n as double), 0)
            when 'rate'
                then
                    {{ variance_of_log_rate(
                        'year_value * year_denominator', 'year_denominator'
                    ) }}
            when 'wait' then {{ smoothed_variance('year_sum_x', 'year_cases') }}
            else 0
        end as compared_variance
    from kinds
    where evidence_kind is not null
)

select * from evidence
