with stages as (select * from {{ ref('int_stages_mapped') }}),

contradicting as (
    select
        stage_id,
        count(*) as definitions
    from stages
    group by stage_id
    having count(*) > 1
)

select * from contradicting
