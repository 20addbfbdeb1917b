-- The last day of a period is inclusive in files and exclusive in the project.
with source as (
    {{ raw_rows('planning', 'rep_roster') }}
),

renamed as (
    select
        rep as rep_id,
        team as team_id,
        manager as manager_id,
        role,
        segment,
        start_date as starts_on,
        case when end_date < date '9999-12-31' then end_date + 1 end as ends_on,

        -- how the row came here
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
    where not is_deleted
)

select * from renamed
