-- Whatever is judged has somebody who answers for it; that nobody else does is the seed's own test.
with judged as (
    select metric_id
    from {{ configured('kpi_triggers') }}
    union
    select metric_id
    from {{ configured('kpi_bands') }}
    union
    select metric_id
    from {{ configured('metrics') }}
    where is_managed
),

owners as (select * from {{ configured('kpi_owners') }}),

orphaned as (
    select
        judged.metric_id,
        concat(judged.metric_id, ' is judged and nobody owns it: give it a row in kpi_owners.')
            as sentence
    from judged
    anti join owners on judged.metric_id = owners.metric_id
)

select * from orphaned
