with source as (
    {{ raw_rows('salesforce', 'opportunity_stage') }}
),

renamed as (
    select
        -- ids
        id as stage_id,

        -- what it is
        coalesce(api_name, master_label) as stage_name,
        coalesce(master_label, api_name) as stage_label,
        sort_order as stage_order,
        is_active,
        is_closed,
        is_won,
        {{ percent_as_share('default_probability') }} as default_probability,
        forecast_category,
        forecast_category_name as forecast_category_label,

        -- how the row came here
        is_deleted,
        row_copies,
        {{ bad_values_and({
            'default_probability': 'default_probability not between 0 and 100',
        }) | indent(8) }} as bad_values,
        row_doubts,
        loader_sequence
    from source
)

select * from renamed
