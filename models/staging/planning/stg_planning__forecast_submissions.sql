with source as (
    {{ raw_rows('planning', 'forecast_submissions') }}
),

renamed as (
    select
        rep as rep_id,
        quarter as month_start,
        {{ fiscal_quarter_start('quarter') }} as quarter_start,
        category,
        amount,
        submitted_at,

        -- how the row came here
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
    where not is_deleted
)

select * from renamed
