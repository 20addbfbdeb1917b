{#-
    text_as(text, type, formats): a trimmed text in the contract's type, null where it is not of the
    one grammar of that type. The pattern stands before the cast, because each engine casts more
    texts than these and other ones: '1_000', '0x10', 'epoch', '1d'.

        date, timestamp  macros/cross_db/parse_timestamp.sql, by the declared format of dates
        number           plain: 1200, -5, +5, .5, 12., 1.5e3
                         us: 1,200.50 and $1,200.50 and 62%; commas stand before the point, between
                         groups of digits
                         eu: 1.200,50 and 1 200,50 and € 1.200,50 and 62%, likewise
                         digits are 0 to 9; a fraction is rounded to what the type holds
        boolean          true, t, yes, y, 1 and false, f, no, n, 0, in any case
-#}
{% macro text_as(text, type, formats) -%}
    {%- set family = type_family(type) -%}
    {%- if family == 'date' -%}
        {{ parse_day(text, formats.date) }}
    {%- elif family == 'timestamp' -%}
        {{ parse_timestamp(text, formats.date) }}
    {%- elif family == 'boolean' -%}
        case
            when lower({{ text }}) in ('true', 't', 'yes', 'y', '1') then true
            when lower({{ text }}) in ('false', 'f', 'no', 'n', '0') then false
        end
    {%- else -%}
        {%- set digits = plain_digits(text, formats.amount) -%}
        case
            when {{ text_matches(text, number_pattern(formats.amount)) }}
                then {{ safe_cast(
                    'try_cast(' ~ digits ~ ' as decimal(38, 18))' if type == 'bigint' else digits,
                    type
                ) }}
        end
    {%- endif -%}
{%- endmacro %}

{% macro number_pattern(format) -%}
    {%- set power = '([eE][+-]?[0-9]{1,3})?' -%}
    {{ return({
        'plain': '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)' ~ power,
        'us': '([+-]?[$€£]?|[$€£][+-]?) ?(([0-9]{1,3}(,[0-9]{2,3})+|[0-9]+)([.][0-9]*)?|[.][0-9]+)'
            ~ power ~ ' ?%?',
        'eu': '([+-]?[$€£]?|[$€£][+-]?) ?(([0-9]{1,3}([.\u00a0\u202f ][0-9]{3})+|[0-9]+)(,[0-9]*)?|,[0-9]+)'
            ~ power ~ ' ?[€£%]?',
    }[format]) }}
{%- endmacro %}

{#- The number of a matching text without signs of money and groups. -#}
{% macro plain_digits(text, format) -%}
    {%- if format == 'us' -%}
        {{ return(without_signs(text, ['$', '€', '£', ',', '%', ' '])) }}
    {%- elif format == 'eu' -%}
        {%- set digits = without_signs(text, ['$', '€', '£', '.', '%', ' ', '\u00a0', '\u202f']) -%}
        {{ return('replace(' ~ digits ~ ", ',', '.')") }}
    {%- endif -%}
    {{ return(text) }}
{%- endmacro %}

{% macro without_signs(text, signs) -%}
    {%- set found = [text] -%}
    {%- for sign in signs -%}
        {%- do found.append('replace(' ~ found[-1] ~ ", '" ~ sign ~ "', '')") -%}
    {%- endfor -%}
    {{ return(found[-1]) }}
{%- endmacro %}
