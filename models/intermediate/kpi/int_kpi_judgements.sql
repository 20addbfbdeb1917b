-- Each trigger's verdict on each period of each series it watches, by the comparison that held in
-- that period; what a breach compares with once it is open is the business of the openings. Long,
-- because rule, evidence and runs follow from one another on the same rows. Periods too thin to
-- judge, and values that tomorrow's build will not have, are not there, so that they neither open
-- nor close anything.
with readings as (select * from {{ ref('int_kpi_readings') }}),

triggers as (select * from {{ configured('kpi_triggers') }}),

trigger_scopes as (select * from {{ ref('int_trigger_scopes') }}),

unjudged as (
    select *
    from {{ ref('int_metrics_barred') }}
    where role = 'unjudged'
),

watched as (
    select
        triggers.trigger_id,
        triggers.rule,
        triggers.threshold,
        triggers.consecutive_periods,
        triggers.from_quarter_share,
        triggers.evidence,
        triggers.evidence_z,
        coalesce(triggers.evidence_margin, 0) as evidence_margin,
        coalesce(triggers.min_n, readings.min_n) as needed_n,
        concat_ws(
            ':',
            triggers.trigger_id,
            readings.scope,
            readings.segment,
            readings.team_id,
            readings.rep_id,
            readings.slice_id
        ) as series_id,
        readings.*
    from readings
    inner join triggers
        on readings.metric_id = triggers.metric_id
        and readings.period_type = triggers.period_type
    inner join trigger_scopes
        on triggers.trigger_id = trigger_scopes.trigger_id
        and readings.scope = trigger_scopes.scope
    anti join unjudged
        on readings.metric_id = unjudged.metric_id
        and readings.period_type = unjudged.period_type
        and readings.period_start = unjudged.period_start
        and readings.segment = unjudged.segment
        and readings.team_id = unjudged.team_id
        and readings.rep_id = unjudged.rep_id
    where (triggers.slice_id is null or readings.slice_id = triggers.slice_id)
        and readings.metric_value is not null
        and readings.n >= coalesce(triggers.min_n, readings.min_n)
        and readings.history_days >= coalesce(triggers.history_days, 0)
),

ordered as (
    select
        *,
        cast(
            row_number() over (partition by series_id order by period_start) as bigint
        ) as place,
        lag(metric_value) over (partition by series_id order by period_start) as value_before
    from watched
),

compared as (
    select
        *,
        case
            when rule in {{ kpi_frozen_rules() }} and baseline_n >= needed_n then baseline_value
            when rule = 'declining' then value_before
            when rule = 'age_multiple_above' then expected_days
        end as reference_value,
        rule in {{ kpi_frozen_rules() }} or rule in ('declining', 'age_multiple_above')
            as needs_reference,
        {{ wilson('low', 'numerator', 'denominator', 'evidence_z') }} as low,
        {{ wilson('high', 'numerator', 'denominator', 'evidence_z') }} as high,
        {{ wilson('low', 'baseline_numerator', 'baseline_denominator', 'evidence_z') }}
            as baseline_low,
        {{ wilson('high', 'baseline_numerator', 'baseline_denominator', 'evidence_z') }}
            as baseline_high
    from ordered
),

-- R. G. Newcombe, Stat. Med. 17 (1998), 873-890, method 10, for the difference of two shares.
spread as (
    select
        *,
        sqrt(power(baseline_value - baseline_low, 2) + power(high - metric_value, 2))
            as fall_spread,
        sqrt(power(metric_value - low, 2) + power(baseline_high - baseline_value, 2))
            as rise_spread
    from compared
),

-- How far the whole interval lies on the bad side.
evident as (
    select
        *,
        case
            when rule = 'below' then threshold - high
            when rule in ('above', 'share_above') then low - threshold
            when direction = 1 then baseline_value - metric_value - fall_spread
            else metric_value - baseline_value - rise_spread
        end as surely_worse_by
    from spread
),

ruled as (
    select
        evident.*,
        case
            when evident.needs_reference and evident.reference_value is null then null
            else {{ kpi_rule_breaks('evident', 'evident.metric_value', 'evident.reference_value') }}
                and coalesce(evident.quarter_share >= evident.from_quarter_share, true)
        end as is_beyond,
        evident.evidence = 'point'
        or coalesce(evident.surely_worse_by > evident.evidence_margin, false) as is_evident
    from evident
),

judged as (
    select
        *,
        is_beyond and is_evident as is_breach,
        -- Runs of breaking periods: each clean one begins another run.
        sum(case when is_beyond and is_evident then 0 when is_beyond is null then 0 else 1 end)
            over (partition by series_id order by place) as run_number
    from ruled
),

kpi_judgements as (
    select
        *,
        sum(case when is_breach then 1 else 0 end)
            over (partition by series_id, run_number order by place) as run_length
    from judged
)

select
    trigger_id,
    series_id,
    cast(place as bigint) as place,
    metric_id,
    rule,
    threshold,
    direction,
    consecutive_periods,
    from_quarter_share,
    period_type,
    period_start,
    period_end,
    scope,
    segment,
    team_id,
    rep_id,
    slice_type,
    slice_id,
    metric_value,
    n,
    reference_value,
    quarter_share,
    days_to_quarter_end,
    surely_worse_by,
    is_beyond,
    is_breach,
    cast(run_length as bigint) as run_length
from kpi_judgements
