with source as (
    {{ raw_rows('planning', 'trials') }}
),

renamed as (
    select
        trial_id,
        account as account_id,
        rep as rep_id,
        segment,
        started as started_on,
        activated as activated_on,
        converted as converted_on,

        -- how the row came here
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
    where not is_deleted
)

select * from renamed
