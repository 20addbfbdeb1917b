{#-
    The key of a row as one text: the id itself, or the columns of the key; null: quarantine. What the
    contract calls a measure tells rows apart, but a row without it is still one.
    prefix: '' to read the physical columns, 'raw_' to read the columns of `picked`.
-#}
{% macro raw_key(contract, fields, prefix='') -%}
    {%- set parts = [] -%}
    {%- set wanted = [] -%}
    {%- for field in fields if field.name in contract.meta.key and field.physical -%}
        {%- set column = prefix ~ field.name if prefix else field.physical.sql -%}
        {%- set part = cast_raw(column, field.physical.type, field, field.formats) -%}
        {%- set is_text = field.type == 'string' -%}
        {%- do parts.append(part if is_text else 'cast(' ~ part ~ ' as string)') -%}
        {%- if field.is_required and not field.is_measure -%}{%- do wanted.append(part ~ ' is not null') -%}{%- endif -%}
    {%- endfor -%}
    {%- set hashed = fields | selectattr('kind', 'equalto', 'row_hash') | list -%}
    {%- if hashed -%}
        coalesce({{ parts | join }}{{ ', ' if parts }}{{ raw_row_hash(fields, prefix) }})
    {%- elif contract.meta.key | length == 1 -%}
        {{ parts[0] if parts else 'cast(null as string)' }}
    {%- else -%}
        case
            when {{ wanted | join(' and ') }}
                then concat_ws('|', coalesce({{ parts | join(", ''), coalesce(") }}, ''))
        end
    {%- endif -%}
{%- endmacro %}

{#-
    Equal for rows of one key, cheap, and perhaps equal for others too. The two forms of an
    id_18 share 15 characters; trimming every id would double the cost of the view, and
    only one that begins with a blank needs it.
-#}
{% macro rough_key(contract, fields) -%}
    {%- set key = fields | selectattr('name', 'in', contract.meta.key) | list -%}
    {%- if key | length == 1 and key[0].kind == 'id_18' and key[0].physical
        and type_family(key[0].physical.type) == 'text' -%}
        {%- set id = key[0].physical.sql -%}
        substr(case when {{ id }} < '!' then nullif(trim({{ id }}), '') else {{ id }} end, 1, 15)
    {%- else -%}
        {{ raw_key(contract, fields) }}
    {%- endif -%}
{%- endmacro %}

{#-
    True where raw_key is null. Of a key that is one text it looks at the first character: only one
    that begins with a blank can be nothing but blanks, and cleaning every id costs more than the rest.
-#}
{% macro raw_key_is_missing(contract, fields) -%}
    {%- set key = fields | selectattr('name', 'in', contract.meta.key) | list -%}
    {%- if key | length == 1 and key[0].kind != 'row_hash' and key[0].type == 'string'
        and key[0].physical and type_family(key[0].physical.type) == 'text' -%}
        {%- set id = key[0].physical.sql -%}
        {{ id }} is null or ({{ id }} < '!' and trim({{ id }}) = '')
    {%- else -%}
        {{ raw_key(contract, fields) }} is null
    {%- endif -%}
{%- endmacro %}

{#- A hash of everything the contract knows of a row; prefix: '' for the physical columns. -#}
{% macro raw_row_hash(fields, prefix) -%}
    md5(concat_ws('|'
    {%- for field in fields if field.physical %},
        coalesce(cast({{
            prefix ~ field.name if prefix else field.physical.sql
        }} as string), '')
    {%- endfor %}
    ))
{%- endmacro %}

{#- What decides between rows of one key, first what counts most; each value descends. -#}
{% macro recency(contract, fields) -%}
    {%- set found = ['loader_is_active', 'loader_started_at'] -%}
    {#- Of names in a list the later one counts. -#}
    {%- for names in contract.meta.get('latest_by', []) -%}
        {%- set stamps = [] -%}
        {%- for field in fields if field.physical
            and field.name in ([names] if names is string else names) -%}
            {%- do stamps.append(
                cast_raw('raw_' ~ field.name, field.physical.type, field, field.formats)
            ) -%}
        {%- endfor -%}
        {%- if stamps -%}
            {%- do found.append(
                stamps[0] if stamps | length == 1 else 'greatest(' ~ stamps | join(', ') ~ ')'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found + [
        'loader_loaded_at', 'loader_load_number', 'loader_sequence', 'loader_is_deleted',
    ]) }}
{%- endmacro %}

{#- The active row first, then the CRM's stamp, the loader's time and sequence, then a hash. -#}
{% macro latest_first(contract, fields) -%}
    {%- for value in recency(contract, fields) %}
    {{ value }} desc nulls last,
    {%- endfor %}
    {{ raw_row_hash(fields, 'raw_') }} nulls last
{%- endmacro %}

{#-
    True where nothing but the hash decides between this row and another of its key that says
    something else. Other blanks, or an id of 15 instead of 18 characters, say the same.
-#}
{% macro is_contradicted(contract, fields) -%}
    {%- set told = [] -%}
    {%- for field in fields if field.physical and field.name not in contract.meta.key -%}
        {%- set text = raw_text('raw_' ~ field.name, type_family(field.physical.type)) -%}
        {%- do told.append(
            "coalesce(" ~ ('substr(' ~ text ~ ', 1, 15)' if field.kind == 'id_18' else text)
            ~ ", '')"
        ) -%}
    {%- endfor -%}
    {%- set equals = (['row_key'] + recency(contract, fields)) | join(', ') -%}
    {%- if told -%}
    count(*) over (partition by {{ equals }}) <> count(*) over (
        partition by {{ equals }}, md5(concat_ws('|', {{ told | join(', ') }}))
    )
    {%- else -%}
    false
    {%- endif -%}
{%- endmacro %}
