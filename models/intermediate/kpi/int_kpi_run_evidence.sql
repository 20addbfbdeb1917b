-- Whether a decline over several periods is more than chance, at every period at which it has
-- lasted long enough: the change over the whole run, from the value before the first fall to this
-- one, against the error of both. Windows of 90 days that overlap share their cases, which cancel:
-- only the days that are not in both count. Long, because each kind of metric has its own error.
with judgements as (
    select *
    from {{ ref('int_kpi_judgements') }}
    where rule = 'declining'
),

readings as (select * from {{ ref('int_kpi_readings') }}),

triggers as (
    select *
    from {{ configured('kpi_triggers') }}
    where evidence = 'run'
),

spreads as (select * from {{ ref('int_kpi_spreads') }}),

velocity_errors as (select * from {{ ref('int_velocity_errors') }}),

estimated as (
    select
        judgements.*,
        case
            when spreads.sum_xx is not null then spreads.sum_x / nullif(spreads.n, 0)
            when velocity_errors.log_variance is not null then ln(judgements.metric_value)
            else judgements.metric_value
        end as estimate,
        case
            when spreads.sum_xx is not null
                then {{ variance_of_mean('spreads.n', 'spreads.sum_x', 'spreads.sum_xx') }}
            when velocity_errors.log_variance is not null then velocity_errors.log_variance
            when readings.numerator >= 0 and readings.numerator <= readings.denominator
                then {{ smoothed_variance('readings.numerator', 'readings.denominator') }}
        end as variance
    from judgements
    inner join readings
        on {{ same_series('judgements', 'readings', ['period_type', 'period_start']) }}
    left join spreads
        on {{ same_series('judgements', 'spreads', ['period_type', 'period_start']) }}
    left join velocity_errors
        on judgements.metric_id = 'pipeline_velocity'
        and judgements.period_type = 'week'
        and judgements.period_start = velocity_errors.period_start
        and judgements.segment = velocity_errors.segment
        and judgements.team_id = velocity_errors.team_id
        and judgements.rep_id = velocity_errors.rep_id
),

runs as (
    select
        ending.series_id,
        ending.place,
        ending.metric_value is null as is_worst,
        triggers.evidence_z,
        (
            ending.direction * (beginning.estimate - ending.estimate)
            - coalesce(triggers.evidence_margin, 0)
        ) / nullif(
            sqrt(
                (beginning.variance + ending.variance)
                * least(1, {{ days_between('beginning.period_end', 'ending.period_end') }} / 90.0)
            ),
            0
        ) as errors_worse
    from estimated as ending
    inner join triggers on ending.trigger_id = triggers.trigger_id
    left join estimated as beginning
        on ending.series_id = beginning.series_id
        and ending.place - ending.run_length = beginning.place
    where ending.is_breach and ending.run_length >= ending.consecutive_periods
),

run_evidence as (
    select
        series_id,
        place,
        errors_worse,
        -- Nothing won at all needs no interval.
        coalesce(is_worst or errors_worse >= evidence_z, false) as is_evident
    from runs
)

select * from run_evidence
