-- The ways a number is rolled up: each scope keeps some keys and holds `all` in the others.
with scopes as (
    select *
    from (
        values
        ('company', false, false, false),
        ('segment', true, false, false),
        ('team', false, true, false),
        ('team_segment', true, true, false),
        ('rep', false, false, true),
        ('rep_segment', true, false, true)
    ) as listed (scope, keeps_segment, keeps_team, keeps_rep)
)

select * from scopes
