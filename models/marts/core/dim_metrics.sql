with metrics as (select * from {{ ref('metrics') }}),

described as (
    select
        metric_id,
        label,
        formula,
        stack,
        cast(layer as bigint) as layer,
        kind,
        timing,
        unit,
        better,
        window_id,
        slice_type,
        scopes,
        period_types,
        cast(min_n as bigint) as min_n,
        matures,
        is_managed
    from metrics
)

select * from described
order by metric_id
