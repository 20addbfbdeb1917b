-- Each trigger's verdict on each period of each series it watches, by the comparison that held in
-- that period; what a breach compares with once it is open is the business of the openings. Long,
-- because rule, evidence and runs follow from one another on the same rows. Periods too thin to
-- judge, and values that tomorrow's build will not have, are not there, so that they neither open
-- nor close anything.
with readings as (select * from {{ ref('int_kpi_readings') }}),

triggers as (select * from {{ configured('kpi_triggers') }}),

trigger_scopes as (select * from {{ ref('int_trigger_scopes') }}),

kpi_evidence as (select * from {{ ref('int_kpi_evidence') }}),

unjudged as (select * from {{ ref('int_metrics_barred') }}),

watched as (
    select
        triggers.trigger_id,
        triggers.rule,
        triggers.threshold,
        triggers.consecutive_periods,
        triggers.from_quarter_share,
        triggers.evidence,
        triggers.evidence_z,
        triggers.evidence_q,
        coalesce(triggers.evidence_margin, 0) as evidence_margin,
        coalesce(triggers.compares_with = 'year', false) as is_of_a_year,
        kpi_evidence.year_value,
        kpi_evidence.year_n,
        kpi_evidence.estimate,
        kpi_evidence.estimate_variance,
        kpi_evidence.compared,
        kpi_evidence.compared_variance,
        coalesce(triggers.min_n, readings.min_n) as needed_n,
        concat_ws(
            ':', triggers.trigger_id, readings.scope, readings.segment, readings.team_id,
            readings.rep_id, readings.slice_id
        ) as series_id,
        readings.*
    from readings
    inner join triggers
        on readings.metric_id = triggers.metric_id
        and readings.period_type = triggers.period_type
    inner join trigger_scopes
        on triggers.trigger_id = trigger_scopes.trigger_id
        and readings.scope = trigger_scopes.scope
    left join kpi_evidence
        on {{ same_series('readings', 'kpi_evidence', ['period_type', 'period_start']) }}
    anti join unjudged
        on unjudged.role = 'unjudged'
        and readings.metric_id = unjudged.metric_id
        and readings.period_type = unjudged.period_type
        and readings.period_start = unjudged.period_start
        and readings.segment = unjudged.segment
        and readings.team_id = unjudged.team_id
        and readings.rep_id = unjudged.rep_id
    where coalesce(triggers.is_on, true)
        and (triggers.slice_id is null or readings.slice_id = triggers.slice_id)
        and readings.metric_value is not null
        and readings.n >= coalesce(triggers.min_n, readings.min_n)
        and readings.history_days >= coalesce(triggers.history_days, 0)
),

ordered as (
    select
        *,
        cast(row_number() over (partition by series_id order by period_start) as bigint) as place,
        lag(metric_value) over (partition by series_id order by period_start) as value_before
    from watched
),

compared as (
    select
        *,
        case
            when is_of_a_year then case when year_n >= needed_n then year_value end
            when rule in {{ kpi_frozen_rules() }} and baseline_n >= needed_n then baseline_value
            when rule = 'declining' then value_before
            when rule = 'age_multiple_above' then expected_days
        end as reference_value,
        is_of_a_year
        or rule in {{ kpi_frozen_rules() }}
        or rule in ('declining', 'age_multiple_above') as needs_reference,
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
        end as surely_worse_by,
        -- How many standard errors it is worse by, beyond the margin.
        (
            direction * (coalesce(compared, threshold) - estimate) - evidence_margin
        ) / nullif(sqrt(estimate_variance + compared_variance), 0) as errors_worse
    from spread
),

-- Of all that a trigger looks at in a period, the share `evidence_q` of what it calls worse may be
-- so by chance: Y. Benjamini, Y. Hochberg, J. R. Stat. Soc. B 57 (1995), 289-300.
doubted as (
    select
        *,
        {{ normal_share('-errors_worse') }} as chance,
        row_number() over (
            partition by trigger_id, period_start, errors_worse is null
            order by errors_worse desc, series_id asc
        ) as place_by_chance,
        count(errors_worse) over (partition by trigger_id, period_start) as series_looked_at
    from evident
),

allowed as (
    select
        *,
        case
            when chance <= evidence_q * place_by_chance / series_looked_at then place_by_chance
        end as discovered_place
    from doubted
),

discovered as (
    select
        *,
        max(discovered_place) over (partition by trigger_id, period_start) as discoveries
    from allowed
),

ruled as (
    select
        found.*,
        case
            when found.needs_reference and found.reference_value is null then null
            else {{ kpi_rule_breaks('found', 'found.metric_value', 'found.reference_value') }}
                and coalesce(found.quarter_share >= found.from_quarter_share, true)
        end as is_beyond,
        coalesce(
            case found.evidence
                when 'point' then true
                when 'discoveries'
                    then found.errors_worse is not null
                        and found.place_by_chance <= found.discoveries
                else found.surely_worse_by > found.evidence_margin
            end,
            false
        ) as is_evident
    from discovered as found
),

judged as (
    select
        *,
        is_beyond and is_evident as is_breach,
        sum(case when is_beyond and is_evident then 0 when is_beyond is null then 0 else 1 end)
            over (partition by series_id order by place) as run_number
    from ruled
),

kpi_judgements as (
    select
        *,
        count(case when is_breach then 1 end)
            over (partition by series_id, run_number order by place) as run_length
    from judged
)

select
    {%- for column in [
        'trigger_id', 'series_id', 'place', 'metric_id', 'rule', 'threshold', 'direction',
        'consecutive_periods', 'from_quarter_share', 'period_type', 'period_start', 'period_end',
        'scope', 'segment', 'team_id', 'rep_id', 'slice_type', 'slice_id', 'metric_value', 'n',
        'reference_value', 'quarter_share', 'days_to_quarter_end', 'surely_worse_by',
        'errors_worse', 'is_beyond', 'is_breach',
    ] %}
    {{ column }},
    {%- endfor %}
    run_length
from kpi_judgements
