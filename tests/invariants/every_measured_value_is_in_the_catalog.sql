with daily as (
    select distinct
        measure_id,
        slice_type
    from {{ ref('int_measures_daily') }}
),

measures as (select * from {{ ref('measures') }}),

unlisted as (
    select daily.*
    from daily
    anti join measures
        on daily.measure_id = measures.measure_id and daily.slice_type = measures.slice_type
)

select * from unlisted
