-- Every KPI judged in every complete period at every scope it is reported at, also where there is
-- nothing to judge: a KPI without a value says why. Long, because bands, thin readings and breaches
-- are cases of one status.
{%- set series = [
    'metric_id', 'period_type', 'period_start', 'segment', 'team_id', 'rep_id', 'slice_id',
] %}
with readings as (select * from {{ ref('int_kpi_readings') }}),

bands as (select * from {{ configured('kpi_bands') }}),

bands_described as (select * from {{ ref('int_kpi_bands_described') }}),

triggers as (select * from {{ configured('kpi_triggers') }}),

trigger_scopes as (select * from {{ ref('int_trigger_scopes') }}),

breach_periods as (select * from {{ ref('int_kpi_breach_periods') }}),

judgements as (select * from {{ ref('int_kpi_judgements') }}),

metrics as (select * from {{ configured('metrics') }}),

owners as (select * from {{ configured('kpi_owners') }}),

silent as (select * from {{ ref('int_kpis_silent') }}),

breaching as (
    select
        {%- for key in series %}
        {{ key }},
        {%- endfor %}
        max(periods_in_breach) as periods_in_breach
    from breach_periods
    group by {{ series | join(', ') }}
),

watched as (
    select distinct
        triggers.metric_id,
        triggers.period_type,
        trigger_scopes.scope
    from triggers
    inner join trigger_scopes on triggers.trigger_id = trigger_scopes.trigger_id
    where coalesce(triggers.is_on, true)
),

-- Beyond the threshold of a trigger without being a breach yet, for want of evidence or of periods.
compared_by_triggers as (
    select
        {%- for key in series %}
        {{ key }},
        {%- endfor %}
        bool_or(is_beyond) as is_beyond
    from judgements
    group by {{ series | join(', ') }}
),

-- A tier's own bands win over those of all.
tiered as (
    select
        readings.*,
        coalesce(own.acv_tier, common.acv_tier) as band_tier,
        coalesce(own.compared, common.compared) as compared,
        coalesce(own.benchmark, common.benchmark) as benchmark
    from readings
    left join bands_described as own
        on readings.metric_id = own.metric_id and readings.acv_tier = own.acv_tier
    left join bands_described as common
        on readings.metric_id = common.metric_id and common.acv_tier = 'all'
),

measured as (
    select
        *,
        case compared
            when 'points_to_baseline' then metric_value - baseline_value
            when 'share_of_baseline' then metric_value / nullif(baseline_value, 0) - 1
            else metric_value
        end as compared_value,
        case
            when n < min_n then true
            when is_worst then false
            when metric_value is null then true
            when compared <> 'value' then baseline_value is null or baseline_n < min_n
            else false
        end as is_thin
    from tiered
),

banded as (
    select
        measured.*,
        bands.status as band,
        watched.metric_id is not null as is_watched,
        compared_by_triggers.is_beyond,
        coalesce(breaching.periods_in_breach, 0) as periods_in_breach
    from measured
    left join bands
        on measured.metric_id = bands.metric_id
        and measured.band_tier = bands.acv_tier
        and (bands.lower is null or measured.compared_value >= bands.lower)
        and (bands.upper is null or measured.compared_value < bands.upper)
    left join watched
        on measured.metric_id = watched.metric_id
        and measured.period_type = watched.period_type
        and measured.scope = watched.scope
    left join breaching
        on {{ same_series('measured', 'breaching', ['period_type', 'period_start']) }}
    left join compared_by_triggers
        on {{ same_series('measured', 'compared_by_triggers', ['period_type', 'period_start']) }}
),

judged as (
    select
        metric_id,
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
        ci_low,
        ci_high,
        baseline_value,
        band,
        benchmark,
        case
            when is_thin then 'insufficient_data'
            -- What is in breach is never called good by its band.
            when periods_in_breach > 0 or is_worst then 'below'
            when band is not null then band
            when not is_watched then 'not_judged'
            when is_beyond then 'watch'
            when not is_beyond then 'target'
            else 'insufficient_data'
        end as status,
        periods_in_breach
    from banded
    union all
    select
        metric_id,
        period_type,
        period_start,
        period_end,
        'company' as scope,
        {%- for key in ['segment', 'team_id', 'rep_id', 'slice_type', 'slice_id'] %}
        'all' as {{ key }},
        {%- endfor %}
        cast(null as double) as metric_value,
        0 as n,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        cast(null as double) as baseline_value,
        cast(null as string) as band,
        cast(null as string) as benchmark,
        case when is_instrumented then 'insufficient_data' else 'not_instrumented' end as status,
        0 as periods_in_breach
    from silent
),

kpi_statuses as (
    select
        judged.metric_id,
        judged.period_type,
        judged.period_start,
        judged.period_end,
        judged.scope,
        judged.segment,
        judged.team_id,
        judged.rep_id,
        judged.slice_type,
        judged.slice_id,
        judged.metric_value,
        cast(judged.n as bigint) as n,
        judged.ci_low,
        judged.ci_high,
        judged.baseline_value,
        judged.band,
        judged.benchmark,
        judged.status,
        cast(judged.periods_in_breach as bigint) as periods_in_breach,
        owners.owner_role,
        owners.tier,
        metrics.timing,
        {{ as_of_date() }} as as_of_date
    from judged
    inner join owners on judged.metric_id = owners.metric_id
    inner join metrics on judged.metric_id = metrics.metric_id
)

select * from kpi_statuses
order by
    metric_id, period_type, period_start, scope, segment, team_id, rep_id, slice_id
