-- The loss reason of a deal over time, for the deals of which the CRM logs its changes: the old
-- value of the first change reaches back, also that of one after the as-of day.
with changes as (
    select *
    from {{ ref('stg_salesforce__opportunity_field_history') }}
    where not is_deleted and changed_at is not null
),

loss_reason_map as (select * from {{ ref('loss_reason_map') }}),

named as (
    select
        {{ source_id('salesforce', 'opportunity_id') }} as opportunity_id,
        changed_at,
        coalesce(old_value, '') as old_value,
        coalesce(new_value, '') as new_value,
        row_number() over (
            partition by opportunity_id
            order by changed_at asc, loader_sequence asc nulls last, change_id asc
        ) as place
    from changes
    where {{ names_field('field_name', 'salesforce', 'opportunity', 'loss_reason') }}
),

logged as (
    select
        opportunity_id,
        changed_at,
        max_by(new_value, place) as new_value,
        min_by(old_value, place) as old_value
    from named
    group by opportunity_id, changed_at
),

numbered as (
    select
        *,
        row_number() over (partition by opportunity_id order by changed_at) as change_number,
        lead(changed_at) over (partition by opportunity_id order by changed_at) as next_at
    from logged
),

stated as (
    select
        opportunity_id,
        timestamp '1900-01-01 00:00:00' as valid_from,
        changed_at as valid_to,
        nullif(trim(old_value), '') as raw_reason
    from numbered
    where change_number = 1
    union all
    select
        opportunity_id,
        changed_at as valid_from,
        next_at as valid_to,
        nullif(trim(new_value), '') as raw_reason
    from numbered
),

mapped as (
    select
        stated.opportunity_id,
        stated.valid_from,
        stated.valid_to,
        coalesce(loss_reason_map.loss_reason, lower(stated.raw_reason), 'unknown') as loss_reason
    from stated
    left join loss_reason_map on lower(stated.raw_reason) = loss_reason_map.raw_reason
)

select * from mapped
