with source as (
    {{ raw_rows('hubspot', 'deal_company') }}
),

renamed as (
    select
        deal_id as opportunity_id,
        company_id as account_id,
        type_id,

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
)

select * from renamed
