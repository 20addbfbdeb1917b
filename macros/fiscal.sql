{#-
    Fiscal calendar arithmetic, the same on every engine: months are counted as whole numbers, so that nothing
    depends on how an engine adds an interval to a date.
-#}

{#- The first day of the month that lies `months` months after year 0. -#}
{% macro first_of_month(months) -%}
    make_date(cast(floor(({{ months }}) / 12.0) as integer), cast(({{ months }}) % 12 + 1 as integer), 1)
{%- endmacro %}

{#- First day of the fiscal quarter that holds `day`; `shift` moves it by whole quarters. -#}
{% macro fiscal_quarter_start(day, shift=0) -%}
    {%- set months -%}
        extract(year from {{ day }}) * 12 + extract(month from {{ day }}) - 1
        - (extract(month from {{ day }}) + {{ 12 - var('fiscal_year_start_month') | int }}) % 3
        + {{ 3 * shift }}
    {%- endset -%}
    {{ first_of_month(months) }}
{%- endmacro %}

{#- First day of the calendar month that holds `day`; `shift` moves it by whole months. -#}
{% macro month_start(day, shift=0) -%}
    {{ first_of_month('extract(year from ' ~ day ~ ') * 12 + extract(month from ' ~ day ~ ') - 1 + ' ~ shift) }}
{%- endmacro %}

{#- 0 for Monday to 6 for Sunday (1 January 1900 was a Monday). -#}
{% macro week_day(day) -%}
    {{ days_between("date '1900-01-01'", day) }} % 7
{%- endmacro %}

{#- Monday of the week that holds `day`. -#}
{% macro week_start(day) -%}
    ({{ day }} - cast({{ week_day(day) }} as integer))
{%- endmacro %}

{#- First day of the fiscal year that holds the as-of day, as text. -#}
{% macro fiscal_year_start_day() -%}
    {%- set day = as_of_day() -%}
    {%- set first_month = var('fiscal_year_start_month') | int -%}
    {%- set year = day[0:4] | int - (1 if day[5:7] | int < first_month else 0) -%}
    {{ return(year ~ '-' ~ '%02d' | format(first_month) ~ '-01') }}
{%- endmacro %}
