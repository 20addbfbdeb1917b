{#-
    The looks of the test rows_keep, each a select of `fault` and `failing_rows`:
    broken_by_columns  what columns hold that they must not
    broken_by_repeats  values, or combinations, that occur more than once among the rows `among`
-#}
{% macro broken_by_columns(relation, not_null, accepted_values) -%}
    {%- set counts = [] -%}
    {%- set told = [] -%}
    {%- set name = relation.identifier or 'the rows' -%}
    {%- for column in not_null -%}
        {%- set n = 'n_' ~ told | length -%}
        {%- do counts.append('count(case when ' ~ column ~ ' is null then 1 end) as ' ~ n) -%}
        {%- do told.append([n, "'" ~ name ~ '.' ~ column ~ " is null (rows: ', " ~ n ~ ", ')'"]) -%}
    {%- endfor -%}
    {%- for column, values in accepted_values.items() -%}
        {%- set n = 'n_' ~ told | length -%}
        {%- set listed = [] -%}
        {%- for value in values -%}
            {%- do listed.append(
                value | string if value is number and value is not boolean
                else "'" ~ sql_text(value | string) ~ "'"
            ) -%}
        {%- endfor -%}
        {%- set other = 'case when ' ~ column ~ ' not in (' ~ listed | join(', ') ~ ') then ' -%}
        {%- do counts.append('count(' ~ other ~ '1 end) as ' ~ n) -%}
        {%- do counts.append('min(' ~ other ~ 'cast(' ~ column ~ ' as string) end) as other_' ~ n) -%}
        {%- do told.append([
            n, "'" ~ name ~ '.' ~ column ~ " is ''', other_" ~ n ~ ", ''', which is not one of "
            ~ sql_text(values | join(', ')) ~ " (rows: ', " ~ n ~ ", ')'"
        ]) -%}
    {%- endfor -%}
    select fault, failing_rows
    from (
        select
            concat_ws(
                '; '
                {%- for n, words in told %},
                case when {{ n }} > 0 then concat({{ words }}) end
                {%- endfor %}
            ) as fault,
            {{ told | map('first') | join(' + ') }} as failing_rows
        from (
            select
                {{ counts | join(',\n                ') }}
            from {{ relation }}
        ) as counted
    ) as looked
    where failing_rows > 0
{%- endmacro %}

{% macro broken_by_repeats(relation, columns, among) -%}
    {%- set texts = [] -%}
    {%- for column in columns -%}
        {%- do texts.append("coalesce(cast(" ~ column ~ " as string), 'null')") -%}
    {%- endfor -%}
    select fault, failing_rows
    from (
        select
            concat(
                '{{ relation.identifier or 'the rows' }}.{{ columns | join(', ') }}',
                ' {{ 'is' if columns | length == 1 else 'are' }} ''', min(found),
                ''' more than once (values: ', count(*), ')'
            ) as fault,
            count(*) as failing_rows
        from (
            select concat_ws(', ', {{ texts | join(', ') }}) as found
            from {{ relation }}
            where {{ among }}
            group by {{ columns | join(', ') }}
            having count(*) > 1
        ) as repeated
    ) as looked
    where failing_rows > 0
{%- endmacro %}
