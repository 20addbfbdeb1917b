with measures as (select * from {{ ref('measures') }}),

terms as (select * from {{ ref('int_metric_terms') }}),

unused as (
    select measures.measure_id
    from measures
    anti join terms on measures.measure_id = terms.measure_id
)

select * from unused
