-- As numerator, denominator, n or baseline, or as what proves that it is measured.
with measures as (select * from {{ ref('measures') }}),

terms as (select * from {{ ref('int_metric_terms') }}),

evidence as (select * from {{ configured('metric_evidence') }}),

unused as (
    select measures.measure_id
    from measures
    anti join terms on measures.measure_id = terms.measure_id
    anti join evidence on measures.measure_id = evidence.measure_id
)

select * from unused
