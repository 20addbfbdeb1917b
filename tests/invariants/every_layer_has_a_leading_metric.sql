-- A layer that is only seen after the fact cannot be steered.
with metrics as (select * from {{ configured('metrics') }}),

layers as (
    select
        layer,
        count(*) filter (where timing = 'leading') as leading_metrics
    from metrics
    group by layer
),

blind as (
    select
        layer,
        concat(
            'Layer ', cast(layer as {{ dbt.type_string() }}), ' has no leading metric: it is only '
            'seen after the fact.'
        ) as sentence
    from layers
    where leading_metrics = 0
)

select * from blind
