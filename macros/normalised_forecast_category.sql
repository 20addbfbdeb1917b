{#- True for the tracked field that holds the label of a forecast category, not its API value. -#}
{% macro is_category_label(field_name) -%}
    lower(replace({{ field_name }}, '_', '')) = 'forecastcategoryname'
{%- endmacro %}

{#- The CRM's API names and labels of forecast categories in one vocabulary. `column`: raw text; null stays null. -#}
{% macro normalised_forecast_category(column) -%}
    case lower(replace({{ column }}, ' ', ''))
        when 'omitted' then 'omitted'
        when 'omit' then 'omitted'
        when 'pipeline' then 'pipeline'
        when 'bestcase' then 'best_case'
        when 'upside' then 'best_case'
        when 'mostlikely' then 'most_likely'
        when 'forecast' then 'commit'
        when 'commit' then 'commit'
        when 'closed' then 'closed'
        else lower({{ column }})
    end
{%- endmacro %}
