{#- Minutes with a fraction from one UTC timestamp to another, as decimal(18,4): sums must not depend on row order. -#}
{% macro fractional_minutes(earlier, later) -%}
    {{ return(adapter.dispatch('fractional_minutes')(earlier, later)) }}
{%- endmacro %}

{% macro default__fractional_minutes(earlier, later) -%}
    cast(
        (epoch_us({{ later }}) - epoch_us({{ earlier }})) / 60000000.0 as decimal(18, 4)
    )
{%- endmacro %}

{% macro spark__fractional_minutes(earlier, later) -%}
    cast(
        (unix_micros({{ later }}) - unix_micros({{ earlier }})) / 60000000.0D as decimal(18, 4)
    )
{%- endmacro %}

{#- The minute of the day a clock shows that is written H:MM or HH:MM (24:00 is 1440); null for anything else. -#}
{% macro clock_minute(text) -%}
    case
        when {{ safe_cast("split_part(" ~ text ~ ", ':', 2)", 'bigint') }} between 0 and 59
            and {{ safe_cast("split_part(" ~ text ~ ", ':', 1)", 'bigint') }} >= 0
            and {{ safe_cast("split_part(" ~ text ~ ", ':', 1)", 'bigint') }} * 60
            + {{ safe_cast("split_part(" ~ text ~ ", ':', 2)", 'bigint') }} <= 1440
            then
                {{ safe_cast("split_part(" ~ text ~ ", ':', 1)", 'bigint') }} * 60
                + {{ safe_cast("split_part(" ~ text ~ ", ':', 2)", 'bigint') }}
    end
{%- endmacro %}

{#- True when the text names a time zone of the time zone database. -#}
{% macro is_time_zone(text) -%}
    {{ text }} in ('{{ modules.pytz.all_timezones | join("', '") }}')
{%- endmacro %}

{#- The UTC instant at which clocks in `zone` (an expression) show the minute of the day. -#}
{% macro local_instant(day, minute, zone) -%}
    {{ return(adapter.dispatch('local_instant')(day, minute, zone)) }}
{%- endmacro %}

{% macro default__local_instant(day, minute, zone) -%}
    timezone('UTC', timezone({{ zone }}, cast({{ day }} as timestamp) + to_minutes({{ minute }})))
{%- endmacro %}

{% macro spark__local_instant(day, minute, zone) -%}
    to_utc_timestamp(
        timestamp_micros(unix_micros(cast({{ day }} as timestamp)) + {{ minute }} * 60000000), {{ zone }}
    )
{%- endmacro %}

{#- The day that clocks in `zone` (an expression) show at a UTC timestamp. -#}
{% macro local_day(instant, zone) -%}
    {{ return(adapter.dispatch('local_day')(instant, zone)) }}
{%- endmacro %}

{% macro default__local_day(instant, zone) -%}
    cast(timezone({{ zone }}, timezone('UTC', {{ instant }})) as date)
{%- endmacro %}

{% macro spark__local_day(instant, zone) -%}
    cast(from_utc_timestamp({{ instant }}, {{ zone }}) as date)
{%- endmacro %}

{#- Business minutes from the beginning of time to an instant; `day` is the row of int_business_days it lies on. -#}
{% macro open_minutes_until(instant, day) -%}
    {{ day }}.open_minutes_before + case
        when {{ day }}.opens_at is null or {{ instant }} <= {{ day }}.opens_at then 0
        when {{ instant }} >= {{ day }}.closes_at then {{ day }}.open_minutes
        else {{ fractional_minutes(day ~ '.opens_at', instant) }}
    end
{%- endmacro %}
