with source as (
    {{ raw_rows('csv_export', 'accounts') }}
),

renamed as (
    select
        -- ids
        id as account_id,
        parent_id as parent_account_id,
        merged_into_id as master_account_id,
        owner_id as rep_id,

        -- what it is
        name as account_name,
        industry,
        employees,
        billing_country,
        segment as segment_value,

        -- money
        annual_revenue,

        -- instants
        created_date as created_at,

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        loader_sequence
    from source
)

select * from renamed
