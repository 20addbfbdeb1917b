-- From which day on a measure says something. An input that never told anything is not there: no
-- metric that needs it is ever reported as zero, and zeros alone (amounts nobody gives) are nothing
-- told. Nor is what is not told of every day zero on the others (int_crm_weighted_pipeline).
with daily as (select * from {{ ref('int_measures_daily') }}),

measures as (select * from {{ ref('measures') }}),

inputs as (
    select
        measures.input,
        min(daily.measured_on) as first_day
    from daily
    inner join measures on daily.measure_id = measures.measure_id
    where daily.measure_value is distinct from 0
    group by 1
),

measures_told as (
    select
        measures.measure_id,
        inputs.first_day,
        measures.input = 'crm_probabilities' as is_told_by_day
    from measures
    inner join inputs on measures.input = inputs.input
)

select * from measures_told
