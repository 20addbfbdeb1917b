{#-
    nearest_name(word, names)    the name a misspelt word was meant to be, else none: at most a
                                 third of its letters are wrong, and never more than `most`
    edit_distance(left, right)   letters to add, drop, change or swap to make one text of the other
-#}
{% macro nearest_name(word, names, most=3) -%}
    {%- set written = word | string | lower -%}
    {%- set best = namespace(name=none, steps=most + 1) -%}
    {%- for name in names -%}
        {%- set allowed = [most, [1, name | length // 3] | max, best.steps - 1] | min -%}
        {#- Texts whose lengths are further apart than that need not be compared. -#}
        {%- if ((name | length) - (written | length)) | abs <= allowed -%}
            {%- set steps = edit_distance(written, name | lower) -%}
            {%- if steps <= allowed -%}
                {%- set best.name = name -%}
                {%- set best.steps = steps -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(best.name) }}
{%- endmacro %}

{% macro edit_distance(left, right) -%}
    {%- set seen = namespace(above=range((right | length) + 1) | list, twice_above=[], last='') -%}
    {%- for sign in left -%}
        {%- set row = [loop.index] -%}
        {%- for other in right -%}
            {%- set place = loop.index -%}
            {%- set steps = [
                row[-1] + 1,
                seen.above[place] + 1,
                seen.above[place - 1] + (0 if sign == other else 1),
            ] -%}
            {%- if place > 1 and sign == right[place - 2] and seen.last == other -%}
                {%- do steps.append(seen.twice_above[place - 2] + 1) -%}
            {%- endif -%}
            {%- do row.append(steps | min) -%}
        {%- endfor -%}
        {%- set seen.twice_above = seen.above -%}
        {%- set seen.above = row -%}
        {%- set seen.last = sign -%}
    {%- endfor -%}
    {{ return(seen.above[-1]) }}
{%- endmacro %}

{#- What a sentence says behind a word nobody knows: the nearest name, or all there are. -#}
{% macro meant(word, names) -%}
    {%- set near = nearest_name(word, names) -%}
    {{ return(
        '; did you mean ' ~ near ~ '?' if near else '; there are ' ~ names | sort | join(', ') ~ '.'
    ) }}
{%- endmacro %}
