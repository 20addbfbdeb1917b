-- The ways a number is rolled up: each scope keeps some keys and holds `all` in the others.
with scopes as (
    {%- for scope, keeps in {
        'company': [],
        'segment': ['segment'],
        'team': ['team'],
        'team_segment': ['team', 'segment'],
        'rep': ['rep'],
        'rep_segment': ['rep', 'segment'],
    }.items() %}
    select
        '{{ scope }}' as scope,
        {{ 'segment' in keeps }} as keeps_segment,
        {{ 'team' in keeps }} as keeps_team,
        {{ 'rep' in keeps }} as keeps_rep
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from scopes
