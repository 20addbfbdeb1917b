-- And what is summed is in the catalog. It reads the seed alone, so that it fails before anything
-- is made of a measure that nothing counts: every metric of it would be 0.
with measures as (select * from {{ ref('measures') }}),

summed as (
    {%- for model, names in event_measures().items() %}
    {%- set is_last_model = loop.last %}
    {%- for name in names %}
    select '{{ name }}' as measure_id
    {{ 'union all' if not (loop.last and is_last_model) }}
    {%- endfor %}
    {%- endfor %}
),

unmatched as (
    select
        measures.measure_id,
        'add it to its event model and to macros/event_measures.sql' as what_to_do
    from measures
    anti join summed on measures.measure_id = summed.measure_id
    union all
    select
        summed.measure_id,
        'add a row to seeds/catalog/measures.csv' as what_to_do
    from summed
    anti join measures on summed.measure_id = measures.measure_id
)

select * from unmatched
