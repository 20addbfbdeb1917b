with source as (
    {{ raw_rows('hubspot', 'company') }}
),

renamed as (
    select
        company_id as account_id,
        name as account_name,
        owner_id as rep_id,
        parent_id as parent_account_id,
        industry,
        employees,
        annual_revenue,
        country as billing_country,
        segment as segment_value,
        merged_ids,
        created_at,
        last_modified_at,
        archived_at,

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
)

select * from renamed
