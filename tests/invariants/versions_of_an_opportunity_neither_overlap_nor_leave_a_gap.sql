-- A state without length is one that was passed within a day known by the day alone: the next one
-- has another stage, and either nobody recorded it, or it has no time of day, or it is of the first
-- moment. Or its stage was entered in the instant of the deletion.
with versions as (select * from {{ ref('int_opportunity_versions') }}),

chained as (
    select
        opportunity_id,
        version_number,
        stage_id,
        lag(stage_id) over (
            partition by opportunity_id order by version_number
        ) as stage_id_before,
        valid_from_day,
        min(valid_from) over (partition by opportunity_id) as begins_at,
        valid_from,
        valid_to,
        lead(valid_from) over (
            partition by opportunity_id order by version_number
        ) as next_valid_from,
        lead(stage_id) over (
            partition by opportunity_id order by version_number
        ) as next_stage_id,
        lead(is_inferred) over (
            partition by opportunity_id order by version_number
        ) as next_is_inferred,
        lead(is_deleted) over (
            partition by opportunity_id order by version_number
        ) as next_is_deleted
    from versions
),

broken as (
    select *
    from chained
    where valid_to is distinct from next_valid_from
        or valid_to < valid_from
        or (
            valid_to = valid_from
            and next_is_deleted
            and stage_id = stage_id_before
        )
        or (
            valid_to = valid_from
            and not next_is_deleted
            and (
                stage_id = next_stage_id
                or (
                    not next_is_inferred
                    and valid_from <> begins_at
                    and valid_from <> {{ business_midnight('valid_from_day') }}
                )
            )
        )
)

select * from broken
