with source as (
    {{ raw_rows('planning', 'arr_movements') }}
),

renamed as (
    select
        account as account_id,
        month as month_start,
        kind,
        amount,

        -- how the row came here
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
    where not is_deleted
)

select * from renamed
