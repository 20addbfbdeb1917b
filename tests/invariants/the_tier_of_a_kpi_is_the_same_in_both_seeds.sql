with owners as (select * from {{ configured('kpi_owners') }}),

standards as (select * from {{ configured('kpi_standards') }}),

contradicting as (
    select owners.metric_id
    from owners
    inner join standards on owners.metric_id = standards.metric_id
    where owners.tier <> standards.tier
)

select * from contradicting
