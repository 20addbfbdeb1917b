{#-
    The clock of the project (no model reads another one).

    as_of_day()      the last business day a build may know of, as text '2025-09-29'
    as_of_date()     the same as a date literal
    as_of_end()      the UTC instant at which that day has ended in the business time zone
    business_day(ts) the day in the business time zone of a UTC timestamp
-#}

{#- First that is given: var, environment, as_of.csv of the raw folder, the day the run started. -#}
{% macro as_of_day() -%}
    {%- if not execute -%}{{ return('1970-01-01') }}{%- endif -%}
    {%- set given = (
        var('as_of_date', '') or env_var('SALES_METRICS_AS_OF_DATE', '')
    ) | string | trim -%}
    {%- set told_by = 'The var as_of_date' if var('as_of_date', '')
        else 'The environment variable SALES_METRICS_AS_OF_DATE' -%}
    {%- if not given -%}
        {%- set given = as_of_file_day() -%}
        {%- set told_by = raw_folder() ~ '/as_of.csv' -%}
    {%- endif -%}
    {%- if not given -%}
        {%- set started = run_started_at.astimezone(business_zone()) -%}
        {%- set given = started.strftime('%Y-%m-%d') -%}
    {%- endif -%}
    {%- if not is_iso_day(given) -%}
        {%- do exceptions.raise_compiler_error(
            told_by ~ " says '" ~ given ~ "', which is not a day written YYYY-MM-DD (1900 to 2200)."
        ) -%}
    {%- endif -%}
    {{ return(given) }}
{%- endmacro %}

{% macro as_of_date() -%}
    date '{{ as_of_day() }}'
{%- endmacro %}

{% macro as_of_end() -%}
    {%- set day = modules.datetime.datetime.strptime(as_of_day(), '%Y-%m-%d') -%}
    {%- set next_midnight = day + modules.datetime.timedelta(days=1) -%}
    {%- set moment = modules.datetime.timedelta(microseconds=1) -%}
    {#- As in business_midnight: of two midnights pytz takes the second, the day ends with the first. -#}
    {%- set ends = [
        business_zone().localize(next_midnight),
        business_zone().localize(next_midnight - moment) + moment,
    ] | min -%}
    timestamp '{{ ends.astimezone(modules.pytz.utc).strftime('%Y-%m-%d %H:%M:%S') }}'
{%- endmacro %}

{#- ts: a UTC timestamp expression. No conversion, hence no cost, when the business runs on UTC. -#}
{% macro business_day(ts) -%}
    {{ adapter.dispatch('business_day', 'sales_metrics')(ts, business_timezone()) }}
{%- endmacro %}

{% macro default__business_day(ts, zone) -%}
    {%- if zone == 'UTC' -%}
        cast({{ ts }} as date)
    {%- else -%}
        cast(timezone('{{ zone }}', timezone('UTC', {{ ts }})) as date)
    {%- endif -%}
{%- endmacro %}

{% macro spark__business_day(ts, zone) -%}
    {%- if zone == 'UTC' -%}
        cast({{ ts }} as date)
    {%- else -%}
        cast(from_utc_timestamp({{ ts }}, '{{ zone }}') as date)
    {%- endif -%}
{%- endmacro %}

{#- The name of the business time zone, checked against the time zone database. -#}
{% macro business_timezone() -%}
    {%- set zone = var('business_timezone', 'UTC') -%}
    {%- if zone not in modules.pytz.all_timezones -%}
        {%- do exceptions.raise_compiler_error(
            "The var business_timezone says '" ~ zone
            ~ "', which is no time zone; write one such as UTC or America/New_York."
        ) -%}
    {%- endif -%}
    {{ return(zone) }}
{%- endmacro %}

{% macro business_zone() -%}
    {{ return(modules.pytz.timezone(business_timezone())) }}
{%- endmacro %}

{#- The day written in as_of.csv of the raw folder; empty text when there is no such file. -#}
{% macro as_of_file_day() -%}
    {%- set place = raw_folder() ~ '/as_of.csv' -%}
    {%- set known = raw_memory() -%}
    {%- if place not in known -%}
        {%- do known.update({place: adapter.dispatch('as_of_file_day', 'sales_metrics')()}) -%}
    {%- endif -%}
    {{ return(known[place]) }}
{%- endmacro %}

{% macro default__as_of_file_day() -%}
    {{ return('') }}
{%- endmacro %}

{% macro duckdb__as_of_file_day() -%}
    {%- set path = raw_folder() ~ '/as_of.csv' -%}
    {%- if run_query("select file from glob('" ~ sql_text(path) ~ "')") | length == 0 -%}
        {{ return('') }}
    {%- endif -%}
    {%- set days = run_query('select * from ' ~ csv_table(path).from) -%}
    {{ return((days.rows[0][0] or '') | trim if days.rows | length > 0 else 'nothing') }}
{%- endmacro %}

{% macro spark__as_of_file_day() -%}
    {%- set schema = landing_schema('as_of') -%}
    {%- if 'as_of' not in table_names(none, schema) -%}
        {{ return('') }}
    {%- endif -%}
    {%- set days = run_query('select * from ' ~ schema ~ '.as_of') -%}
    {{ return((days.rows[0][0] or '') | trim if days.rows | length > 0 else 'nothing') }}
{%- endmacro %}

{#- True when the text is a real day written YYYY-MM-DD (30 February is not). -#}
{% macro is_iso_day(text) -%}
    {%- if not modules.re.match('^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$', text) -%}
        {{ return(false) }}
    {%- endif -%}
    {%- if text[0:4] | int < 1900 or text[0:4] | int > 2200 -%}{{ return(false) }}{%- endif -%}
    {%- set month = text[5:7] | int -%}
    {%- set first = modules.datetime.date(text[0:4] | int, month, 1) -%}
    {%- set day = first + modules.datetime.timedelta(days=(text[8:10] | int) - 1) -%}
    {{ return(day.month == month) }}
{%- endmacro %}
