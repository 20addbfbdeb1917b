{#- Whole days from `earlier` to `later`, both dates; null when either is null. -#}
{% macro days_between(earlier, later) -%}
    {{ return(adapter.dispatch('days_between', 'sales_metrics')(earlier, later)) }}
{%- endmacro %}

{% macro default__days_between(earlier, later) -%}
    ({{ later }} - {{ earlier }})
{%- endmacro %}

{% macro spark__days_between(earlier, later) -%}
    cast(datediff({{ later }}, {{ earlier }}) as bigint)
{%- endmacro %}

{#-
    Days with a fraction from one UTC timestamp to a later one, as decimal(18,6): sums must not depend
    on row order. A millionth of a day is 86,400 microseconds; whole numbers are rounded half up, as
    engines do not agree on the last digit of a double.
-#}
{% macro fractional_days(earlier, later) -%}
    {{ return(adapter.dispatch('fractional_days', 'sales_metrics')(earlier, later)) }}
{%- endmacro %}

{% macro default__fractional_days(earlier, later) -%}
    cast(
        cast((epoch_us({{ later }}) - epoch_us({{ earlier }}) + 43200) // 86400 as decimal(18, 0))
        * 0.000001 as decimal(18, 6)
    )
{%- endmacro %}

{% macro spark__fractional_days(earlier, later) -%}
    cast(
        cast((unix_micros({{ later }}) - unix_micros({{ earlier }}) + 43200) div 86400 as decimal(18, 0))
        * 0.000001 as decimal(18, 6)
    )
{%- endmacro %}

{#- One row per day, column `calendar_day`, from `first_day` to `last_day` inclusive (scalar subqueries or literals). -#}
{% macro date_spine(first_day, last_day) -%}
    {{ return(adapter.dispatch('date_spine', 'sales_metrics')(first_day, last_day)) }}
{%- endmacro %}

{% macro default__date_spine(first_day, last_day) -%}
    select cast(spine.instant as date) as calendar_day
    from
        unnest(
            generate_series(
                cast({{ first_day }} as timestamp), cast({{ last_day }} as timestamp), interval 1 day
            )
        ) as spine (instant)
{%- endmacro %}

{% macro spark__date_spine(first_day, last_day) -%}
    select explode(sequence({{ first_day }}, {{ last_day }}, interval 1 day)) as calendar_day
{%- endmacro %}

{#- The last known value of `column` at or before the current row: `partition by` and `order by` in `window`. -#}
{% macro last_known(column, window) -%}
    {{ return(adapter.dispatch('last_known', 'sales_metrics')(column, window)) }}
{%- endmacro %}

{% macro default__last_known(column, window) -%}
    last_value({{ column }} ignore nulls) over (
        {{ window }} rows between unbounded preceding and current row
    )
{%- endmacro %}

{% macro spark__last_known(column, window) -%}
    last_value({{ column }}, true) over (
        {{ window }} rows between unbounded preceding and current row
    )
{%- endmacro %}

{#-
    The UTC instant at which a day begins in the business time zone; null for a null day. Where clocks
    go back to midnight it strikes twice and the day begins with the first, one moment after the last
    of the day before: Spark takes the first by itself, DuckDB the second.
-#}
{% macro business_midnight(day) -%}
    {{ return(adapter.dispatch('business_midnight', 'sales_metrics')(day, business_timezone())) }}
{%- endmacro %}

{% macro default__business_midnight(day, zone) -%}
    {%- if zone == 'UTC' -%}
        cast({{ day }} as timestamp)
    {%- else -%}
        {{ first_instant('cast(' ~ day ~ ' as timestamp)', "'" ~ zone ~ "'") }}
    {%- endif -%}
{%- endmacro %}

{% macro spark__business_midnight(day, zone) -%}
    {%- if zone == 'UTC' -%}
        cast({{ day }} as timestamp)
    {%- else -%}
        to_utc_timestamp(cast({{ day }} as timestamp), '{{ zone }}')
    {%- endif -%}
{%- endmacro %}
