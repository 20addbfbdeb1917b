{#- Microseconds from one UTC timestamp to another, a whole number: differences of differences stay exact. -#}
{% macro micros_between(earlier, later) -%}
    {{ return(adapter.dispatch('micros_between', 'sales_metrics')(earlier, later)) }}
{%- endmacro %}

{% macro default__micros_between(earlier, later) -%}
    (epoch_us({{ later }}) - epoch_us({{ earlier }}))
{%- endmacro %}

{% macro spark__micros_between(earlier, later) -%}
    (unix_micros({{ later }}) - unix_micros({{ earlier }}))
{%- endmacro %}

{#- Microseconds as minutes with a fraction. -#}
{% macro micros_as_minutes(micros) -%}
    cast({{ micros }} as double) / 60000000
{%- endmacro %}

{#- A column of any type of timestamps as a UTC timestamp, in whatever zone the session stands. -#}
{% macro utc_timestamp(column, type) -%}
    {{ return(adapter.dispatch('utc_timestamp', 'sales_metrics')(column, type | lower)) }}
{%- endmacro %}

{% macro default__utc_timestamp(column, type) -%}
    {%- if type == 'timestamp' -%}{{ return(column) }}{%- endif -%}
    {{ return(
        "timezone('UTC', " ~ column ~ ')' if type in ('timestamp with time zone', 'timestamptz')
        else 'cast(' ~ column ~ ' as timestamp)'
    ) }}
{%- endmacro %}

{% macro spark__utc_timestamp(column, type) -%}
    {{ return(column if type == 'timestamp' else 'cast(' ~ column ~ ' as timestamp)') }}
{%- endmacro %}

{#- The minute of the day a clock shows that is written H:MM or HH:MM (24:00 is 1440); null for anything else. -#}
{% macro clock_minute(text) -%}
    case
        when {{ text_matches(text, '(([01]?[0-9]|2[0-3]):[0-5][0-9]|24:00)') }}
            then
                try_cast(split_part({{ text }}, ':', 1) as bigint) * 60
                + try_cast(split_part({{ text }}, ':', 2) as bigint)
    end
{%- endmacro %}

{#- The UTC instant at which clocks in `zone` (an expression) show the minute of the day. -#}
{% macro local_instant(day, minute, zone) -%}
    {{ return(adapter.dispatch('local_instant', 'sales_metrics')(day, minute, zone)) }}
{%- endmacro %}

{% macro default__local_instant(day, minute, zone) -%}
    {{ first_instant('(cast(' ~ day ~ ' as timestamp) + to_minutes(' ~ minute ~ '))', zone) }}
{%- endmacro %}

{#-
    DuckDB only, which takes the second of two times that clocks in `zone` show `clock`: the first, as
    Spark does, where the hour that is repeated begins with it.
-#}
{% macro first_instant(clock, zone) -%}
    least(
        timezone('UTC', timezone({{ zone }}, {{ clock }})),
        timezone('UTC', timezone({{ zone }}, {{ clock }} - interval 1 microsecond))
        + interval 1 microsecond
    )
{%- endmacro %}

{% macro spark__local_instant(day, minute, zone) -%}
    to_utc_timestamp(
        timestamp_micros(unix_micros(cast({{ day }} as timestamp)) + {{ minute }} * 60000000), {{ zone }}
    )
{%- endmacro %}

{#- The day that clocks in `zone` (an expression) show at a UTC timestamp. -#}
{% macro local_day(instant, zone) -%}
    {{ return(adapter.dispatch('local_day', 'sales_metrics')(instant, zone)) }}
{%- endmacro %}

{% macro default__local_day(instant, zone) -%}
    cast(timezone({{ zone }}, timezone('UTC', {{ instant }})) as date)
{%- endmacro %}

{% macro spark__local_day(instant, zone) -%}
    cast(from_utc_timestamp({{ instant }}, {{ zone }}) as date)
{%- endmacro %}

{#- Business time from the first day to an instant, in microseconds; `day` is the row of int_business_days it lies on. -#}
{% macro open_micros_until(instant, day) -%}
    {{ day }}.open_micros_before + case
        when {{ day }}.opens_at is null or {{ instant }} <= {{ day }}.opens_at then 0
        when {{ instant }} >= {{ day }}.closes_at then {{ day }}.open_micros
        else {{ micros_between(day ~ '.opens_at', instant) }}
    end
{%- endmacro %}
