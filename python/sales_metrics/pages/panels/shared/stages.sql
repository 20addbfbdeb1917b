-- Pipelines that were cloned have stages of the same names: those say of which pipeline they are,
-- and where that does not tell them apart either, their ids.
with counted as (
    select
        stage_id,
        stage_name,
        stage_order,
        expected_days,
        concat(upper(left(pipeline_id, 1)), replace(substr(pipeline_id, 2), '_', ' ')) as pipeline,
        count(stage_name) over (partition by stage_name) as of_name
    from marts.dim_stages
),

named as (
    select
        *,
        case
            when of_name > 1 then concat(stage_name, ' (', pipeline, ')')
            else stage_name
        end as full_name
    from counted
)

select
    stage_id,
    case
        when count(full_name) over (partition by full_name) > 1
            then concat(stage_name, ' (', stage_id, ')')
        else full_name
    end as stage_name,
    stage_order,
    expected_days
from named
order by stage_order nulls last, stage_id
