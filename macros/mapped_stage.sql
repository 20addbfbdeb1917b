{#-
    The stage a raw name stands for: null where no name is given, `unmapped` where nobody mapped it.
    `raw_name`: the name; `stage_names`: alias of int_stage_names_mapped, left joined on it.
-#}
{% macro mapped_stage(raw_name, stage_names) -%}
    case when {{ raw_name }} is not null then coalesce({{ stage_names }}.stage_id, 'unmapped') end
{%- endmacro %}
