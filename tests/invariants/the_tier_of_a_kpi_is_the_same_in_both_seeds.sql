with owners as (select * from {{ ref('kpi_owners') }}),

standards as (select * from {{ ref('kpi_standards') }}),

contradicting as (
    select owners.metric_id
    from owners
    inner join standards on owners.metric_id = standards.metric_id
    where owners.tier <> standards.tier
)

select * from contradicting
