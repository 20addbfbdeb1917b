with versions as (select * from {{ ref('int_opportunity_versions') }}),

chained as (
    select
        opportunity_id,
        version_number,
        valid_from,
        valid_to,
        lead(valid_from) over (
            partition by opportunity_id order by version_number
        ) as next_valid_from
    from versions
),

broken as (
    select *
    from chained
    where valid_to is distinct from next_valid_from or valid_to <= valid_from
)

select * from broken
