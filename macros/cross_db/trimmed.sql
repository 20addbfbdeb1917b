{#-
    A text without the blanks around it, of whatever width, such as the no-break spaces of a
    spreadsheet; a tab and the end of a line are none. DuckDB's trim takes all of them, Spark's the
    plain one alone.
-#}
{% macro trimmed(text) -%}
    {{ return(adapter.dispatch('trimmed', 'sales_metrics')(text)) }}
{%- endmacro %}

{% macro default__trimmed(text) -%}
    trim({{ text }})
{%- endmacro %}

{% macro spark__trimmed(text) -%}
    {%- set blanks = [
        '0020', '00a0', '1680', '2000', '2001', '2002', '2003', '2004', '2005', '2006', '2007',
        '2008', '2009', '200a', '202f', '205f', '3000',
    ] -%}
    trim(both '{% for blank in blanks %}\u{{ blank }}{% endfor %}' from {{ text }})
{%- endmacro %}
