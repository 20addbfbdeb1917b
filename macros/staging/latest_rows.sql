{#-
    The rows of a table whose lists count: of those with one key the latest, as in raw_rows, because
    what an earlier load listed may be so no more. Only keys seen twice go through a window.
        selected  [what is selected, each with its name]
-#}
{% macro latest_rows(contract, table, selected) -%}
    {%- set fields = raw_fields(contract, table) -%}
    {%- set names = [] -%}
    {%- for one in selected -%}{%- do names.append(one.rsplit(' as ', 1)[1]) -%}{%- endfor -%}
    {%- set kept = names | join(', ') -%}
    (
        with picked as {{ streamed() if not table.is_text }} (
            select
                {{ rough_key(contract, fields) }} as rough_key,
                {{ selected | join(', ') }},
                {%- for field in fields if field.physical %}
                {{ field.physical.sql }} as raw_{{ field.name }},
                {%- endfor %}
                {{ loader_values(table, contract) }}
            from {{ table.from }}
        ),

        {{ doubted_rows(contract, fields) | indent(8) }}

        ranked as (
            select
                *,
                row_number() over (
                    partition by row_key order by {{ latest_first(contract, fields) }}
                ) as row_rank
            from doubted
        )

        select {{ kept }}
        from picked
        anti join doubtful on {{ hash_64('picked.rough_key') }} = doubtful.key_hash
        union all
        select {{ kept }}
        from ranked
        where row_rank = 1 or row_key is null
    )
{%- endmacro %}
