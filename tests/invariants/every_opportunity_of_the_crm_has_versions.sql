with opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

versions as (select * from {{ ref('int_opportunity_versions') }}),

lost as (
    select opportunities.opportunity_id
    from opportunities
    anti join versions on opportunities.opportunity_id = versions.opportunity_id
)

select * from lost
