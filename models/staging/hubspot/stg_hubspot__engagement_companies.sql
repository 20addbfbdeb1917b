with source as (
    {{ raw_rows('hubspot', 'engagement_company') }}
),

renamed as (
    select
        engagement_id,
        company_id as account_id,

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
)

select * from renamed
