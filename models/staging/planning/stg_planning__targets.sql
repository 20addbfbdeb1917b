with source as (
    {{ raw_rows('planning', 'targets') }}
),

renamed as (
    select
        segment,
        quarter as month_start,
        {{ fiscal_quarter_start('quarter') }} as quarter_start,
        metric as metric_id,
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
