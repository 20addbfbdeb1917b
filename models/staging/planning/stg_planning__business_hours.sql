{%- set is_time_zone = "time_zone in ('" ~ modules.pytz.all_timezones | join("', '") ~ "')" %}
with source as (
    {{ raw_rows('planning', 'business_hours') }}
),

renamed as (
    select
        weekday,
        {{ clock_minute('open_time') }} as opens_minute,
        {{ clock_minute('close_time') }} as closes_minute,
        case when {{ is_time_zone }} then time_zone end as time_zone,

        -- how the row came here
        row_copies,
        {{ bad_values_and({
            'weekday': 'weekday not between 1 and 7',
            'open_time': clock_minute('open_time') ~ ' is null',
            'close_time': 'coalesce(' ~ clock_minute('close_time') ~ ' <= '
                ~ clock_minute('open_time') ~ ', ' ~ clock_minute('close_time') ~ ' is null)',
            'time_zone': 'time_zone is not null and not ' ~ is_time_zone,
        }) | indent(8) }} as bad_values,
        row_doubts,
        loader_sequence
    from source
    where not is_deleted
)

select * from renamed
