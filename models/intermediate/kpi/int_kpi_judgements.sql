-- Each trigger's verdict on each period of each series it watches, by the comparison that held in
-- that period; what a breach compares with once it is open is the business of the openings. Long,
-- because rule, evidence and runs follow from one another on the same rows. Periods too thin to
-- judge, and values that tomorrow's build will not have, are not there, so that they neither open
-- nor close anything. Of what is held to a plan, few are not thin where more were to be expected.
with readings as (select * from {{ ref('int_kpi_readings') }}),

triggers as (select * from {{ configured('kpi_triggers') }}),

trigger_scopes as (select * from {{ ref('int_trigger_scopes') }}),

kpi_evidence as (select * from {{ ref('int_kpi_evidence') }}),

unjudged as (select * from {{ ref('int_metrics_barred') }}),

watched as (
    select
        {%- for column in [
            'trigger_id', 'rule', 'threshold', 'consecutive_periods', 'from_quarter_share',
            'evidence', 'evidence_z', 'evidence_q',
        ] %}
        triggers.{{ column }},
        {%- endfor %}
        {%- for column in [
            'year_value', 'year_n', 'year_n_of_a_window', 'expected_n', 'estimate',
            'estimate_variance', 'compared', 'compared_variance',
        ] %}
        kpi_evidence.{{ column }},
        {%- endfor %}
        coalesce(triggers.evidence_margin, 0) as evidence_margin,
        coalesce(triggers.compares_with = 'year', false) as is_of_a_year,
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
        {%- for key in [
            'metric_id', 'period_type', 'period_start', 'segment', 'team_id', 'rep_id'
        ] %}
        and readings.{{ key }} = unjudged.{{ key }}
        {%- endfor %}
    where coalesce(triggers.is_on, true)
        and (triggers.slice_id is null or readings.slice_id = triggers.slice_id)
        and (readings.metric_value is not null or readings.is_worst)
        and greatest(readings.n, coalesce(kpi_evidence.expected_n, 0))
        >= coalesce(triggers.min_n, readings.min_n)
        and readings.history_days >= coalesce(triggers.history_days, 0)
),

ordered as (
    select
        *,
        row_number() over in_time as judged_place,
        lag(metric_value) over in_time as value_before,
        coalesce(
            {{ days_between('lag(period_end) over in_time', 'period_end') }}
            > {{ kpi_lapses_after() }},
            false
        ) as is_resumed
    from watched
    window in_time as (partition by series_id order by period_start)
),

compared as (
    select
        *,
        case
            when is_of_a_year then case when year_n >= needed_n then year_value end
            when rule in {{ kpi_frozen_rules() }} and baseline_n >= needed_n then baseline_value
            when rule = 'declining' and not is_resumed then value_before
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

-- How far the whole interval lies on the bad side.
evident as (
    select
        *,
        {{ kpi_surely_worse_by() }} as surely_worse_by,
        -- How many standard errors it is worse by, beyond the margin; none where there were some.
        coalesce(
            (direction * (coalesce(compared, threshold) - estimate) - evidence_margin)
            / nullif(sqrt(estimate_variance + compared_variance), 0),
            case
                when (is_worst and year_n_of_a_window > 0) or (n = 0 and expected_n > 0)
                    then {{ errors_of_none('year_n_of_a_window') }}
            end
        ) as errors_worse
    from compared
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

discovered as (
    select
        *,
        max(
            case
                when chance <= evidence_q * place_by_chance / series_looked_at then place_by_chance
            end
        ) over (partition by trigger_id, period_start) as discoveries
    from doubted
),

ruled as (
    select
        found.*,
        case
            -- What is worst has declined, whatever it was before.
            when found.needs_reference and found.reference_value is null
                and not coalesce(found.is_worst and found.rule = 'declining', false)
                then null
            when not coalesce(found.quarter_share >= found.from_quarter_share, true) then false
            when found.is_worst then true
            else {{ kpi_rule_breaks('found', 'found.metric_value', 'found.reference_value') }}
        end as is_beyond,
        coalesce(
            case found.evidence
                when 'point' then true
                -- Asked for when it opens: int_kpi_run_evidence.
                when 'run' then true
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
        count(
            case when is_resumed or not (is_beyond is null or (is_beyond and is_evident)) then 1 end
        ) over in_time as run_number,
        -- A place is left free where nothing could be judged for so long that what was open lapsed.
        judged_place + count(case when is_resumed then 1 end) over in_time as place
    from ruled
    window in_time as (partition by series_id order by judged_place)
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
        'consecutive_periods', 'from_quarter_share', 'evidence', 'period_type', 'period_start',
        'period_end', 'scope', 'segment', 'team_id', 'rep_id', 'slice_type', 'slice_id',
        'metric_value', 'n', 'reference_value', 'quarter_share', 'days_to_quarter_end',
        'surely_worse_by', 'errors_worse', 'is_beyond', 'is_breach', 'is_resumed',
    ] %}
    {{ column }},
    {%- endfor %}
    run_length
from kpi_judgements
