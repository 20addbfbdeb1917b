{#-
    The clock of the project (no model reads another one).

    as_of_day()      the last business day a build may know of, as text '2025-09-29'
    as_of_date()     the same as a date literal
    as_of_end()      the UTC instant at which that day has ended in the business time zone
    business_day(ts) the day in the business time zone of a UTC timestamp
-#}

{% macro as_of_day() -%}
    {%- if not execute -%}{{ return('1970-01-01') }}{%- endif -%}
    {%- do refuse_first(as_of_problems()) -%}
    {{ return(as_of_stated().day) }}
{%- endmacro %}

{#-
    First that is given: var, environment, as_of.csv of the raw folder, the day the run started:
    {day, told_by: empty for the last, problem: of the file, in a sentence}.
-#}
{% macro as_of_stated() -%}
    {%- for given, told_by in [
        (var('as_of_date', ''), 'The var as_of_date'),
        (env_var('SALES_METRICS_AS_OF_DATE', ''),
            'The environment variable SALES_METRICS_AS_OF_DATE'),
    ] if given | string | trim -%}
        {{ return({'day': given | string | trim, 'told_by': told_by, 'problem': none}) }}
    {%- endfor -%}
    {%- set file = as_of_file() -%}
    {%- if file.day -%}
        {{ return(dict(file, told_by=raw_folder() ~ '/as_of.csv')) }}
    {%- endif -%}
    {%- set started = run_started_at.astimezone(business_zone()) -%}
    {{ return({'day': started.strftime('%Y-%m-%d'), 'told_by': '', 'problem': none}) }}
{%- endmacro %}

{#- Why nobody can go by the as-of day that is stated, as raw_resolution() tells problems. -#}
{% macro as_of_problems() -%}
    {%- set stated = as_of_stated() -%}
    {%- set told = stated.problem or (
        none if is_iso_day(stated.day)
        else stated.told_by ~ " says '" ~ stated.day
            ~ "', which is not a day written YYYY-MM-DD (1900 to 2200)."
    ) -%}
    {{ return([{'source': none, 'table': none, 'told': told}] if told else []) }}
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

{#- What as_of.csv of the raw folder says: {day, problem}; the day is empty without such a file. -#}
{% macro as_of_file() -%}
    {%- set place = raw_folder() ~ '/as_of.csv' -%}
    {%- set known = raw_memory() -%}
    {%- if place not in known -%}
        {%- do known.update({place: adapter.dispatch('as_of_file', 'sales_metrics')()}) -%}
    {%- endif -%}
    {{ return(known[place]) }}
{%- endmacro %}

{% macro default__as_of_file() -%}
    {{ return({'day': '', 'problem': none}) }}
{%- endmacro %}

{% macro duckdb__as_of_file() -%}
    {%- set path = raw_folder() ~ '/as_of.csv' -%}
    {%- if run_query("select file from glob('" ~ sql_text(path) ~ "')") | length == 0 -%}
        {{ return(default__as_of_file()) }}
    {%- endif -%}
    {%- set table = dict(csv_table(path), place=path) -%}
    {%- set problem = table.problem or csv_row_problem(table) -%}
    {%- set days = [] if problem else run_query('select * from ' ~ table.from).rows -%}
    {{ return({'day': first_cell(days), 'problem': problem}) }}
{%- endmacro %}

{% macro spark__as_of_file() -%}
    {%- set schema = landing_schema('as_of') -%}
    {%- if 'as_of' not in table_names(none, schema) -%}
        {{ return(default__as_of_file()) }}
    {%- endif -%}
    {%- set days = run_query('select * from ' ~ schema ~ '.as_of').rows -%}
    {{ return({'day': first_cell(days), 'problem': none}) }}
{%- endmacro %}

{#- A file with nothing below its header says nothing, which is no day. -#}
{% macro first_cell(rows) -%}
    {{ return((rows[0][0] or '') | trim or 'nothing' if rows | length > 0 else 'nothing') }}
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
