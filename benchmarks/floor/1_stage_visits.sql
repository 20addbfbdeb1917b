-- Versions of every deal (what the visits and the daily pipeline both stand on), then its visits:
-- deduplicated, in the reporting currency, with owner, team and segment of the moment, collapsed.
create table stages as
select distinct
    raw_stage, stage_id, stage_order, is_qualified, is_won, is_lost, pipeline_id
from seeds.stage_map
where source = 'salesforce';

create table roster as
select
    rep as rep_id,
    team as team_id,
    segment,
    start as valid_from,
    lead(start, 1, date '9999-12-31') over (partition by rep order by start) as valid_to
from raw.rep_roster;

create table rates as
select
    iso_code,
    conversion_rate,
    start_date as valid_from,
    lead(start_date, 1, date '9999-12-31') over (partition by iso_code order by start_date)
        as valid_to
from raw.dated_conversion_rate;

create table accounts as
with of_each as (
    select
        account.id,
        coalesce(account.master_record_id, account.id) as survivor
    from raw.account as account
),

segments as (
    select
        account.id,
        coalesce(named.segment, lower(account.segment), sized.segment) as segment
    from raw.account as account
    left join seeds.segment_rules as named
        on named.rule = 'field_value' and lower(account.segment) = named.raw_value
    left join seeds.segment_rules as sized
        on sized.rule = 'employees'
        and account.number_of_employees >= sized.lower_bound
        and account.number_of_employees < coalesce(sized.upper_bound, 1e12)
)

select
    of_each.id as account_id,
    any_value(segments.segment) as segment
from of_each
left join segments on of_each.survivor = segments.id
group by 1;

create table deals as
select
    id as opportunity_id,
    account_id,
    coalesce(owner_id, 'unassigned') as rep_id,
    created_date as created_at,
    stage_name,
    try_cast(amount as decimal(18, 2)) as amount,
    amount is not null and try_cast(amount as decimal(18, 2)) is null as is_amount_bad,
    coalesce(currency_iso_code, 'USD') as currency_code,
    type as opportunity_type,
    case when close_date >= date '1900-01-01' then close_date end as close_date,
    close_date < date '1900-01-01' as is_close_bad,
    last_modified_date as modified_at,
    is_deleted
from raw.opportunity
where created_date < (getvariable('as_of_date') + 1)
qualify row_number() over (partition by id order by system_modstamp desc, _fivetran_synced desc) = 1;

-- A value set to nothing is 0-like, so that carrying forward can tell it from silence.
create table facts as
with repeated as (
    select hash(id) as id_hash from raw.opportunity_history group by 1 having count(*) > 1
),

history as (
    select id, opportunity_id, created_date, stage_name, amount, close_date
    from raw.opportunity_history as history
    anti join repeated on hash(history.id) = repeated.id_hash
    where not is_deleted
    union all
    select id, opportunity_id, created_date, stage_name, amount, close_date
    from raw.opportunity_history as history
    semi join repeated on hash(history.id) = repeated.id_hash
    where not is_deleted
    qualify row_number() over (partition by id order by system_modstamp desc) = 1
),

recorded as (
    select
        history.opportunity_id,
        greatest(history.created_date, deals.created_at) as observed_at,
        2 as kind,
        history.created_date as logged_at,
        stages.stage_order,
        history.id as change_id,
        coalesce(stages.stage_id, 'unmapped') as stage_id,
        coalesce(history.amount, -1) as amount,
        coalesce(history.close_date, date '0001-01-01') as close_date,
        cast(null as text) as rep_id,
        cast(null as text) as opportunity_type,
        cast(null as boolean) as is_deleted
    from history
    inner join deals on history.opportunity_id = deals.opportunity_id
    left join stages on history.stage_name = stages.raw_stage
),

fields as (
    select distinct on (id)
        field_history.opportunity_id,
        greatest(field_history.created_date, deals.created_at) as observed_at,
        2 as kind,
        field_history.created_date as logged_at,
        cast(null as bigint) as stage_order,
        field_history.id as change_id,
        field_history.field,
        field_history.old_value,
        field_history.new_value
    from raw.opportunity_field_history as field_history
    inner join deals on field_history.opportunity_id = deals.opportunity_id
    where not field_history.is_deleted
        and (
            field_history.field = 'Type'
            or field_history.field = 'Owner' and field_history.new_value like '005%'
        )
),

firsts as (
    select
        opportunity_id,
        min_by(stage_id, (logged_at, stage_order, change_id)) as stage_id,
        min_by(amount, (logged_at, stage_order, change_id)) as amount,
        min_by(close_date, (logged_at, stage_order, change_id)) as close_date
    from recorded
    group by 1
),

first_fields as (
    select
        opportunity_id,
        min_by(coalesce(old_value, new_value), observed_at) filter (where field = 'Owner') as rep_id,
        min_by(coalesce(old_value, new_value), observed_at) filter (where field = 'Type') as type
    from fields
    group by 1
),

everything as (
    select * from recorded
    union all
    select
        opportunity_id, observed_at, kind, logged_at, stage_order, change_id, null, null, null,
        case when field = 'Owner' then new_value end,
        case when field = 'Type' then coalesce(new_value, '') end,
        null
    from fields
    union all
    select
        deals.opportunity_id, deals.created_at, 1, null, null, null,
        coalesce(firsts.stage_id, stages.stage_id, 'unmapped'),
        coalesce(firsts.amount, deals.amount, -1),
        coalesce(firsts.close_date, deals.close_date, date '0001-01-01'),
        coalesce(first_fields.rep_id, deals.rep_id),
        coalesce(first_fields.type, deals.opportunity_type, ''),
        false
    from deals
    left join firsts on deals.opportunity_id = firsts.opportunity_id
    left join first_fields on deals.opportunity_id = first_fields.opportunity_id
    left join stages on deals.stage_name = stages.raw_stage
    union all
    -- The current row is right from its last modification on.
    select
        deals.opportunity_id, greatest(deals.modified_at, deals.created_at), 5, null, null, null,
        coalesce(stages.stage_id, 'unmapped'),
        case when not deals.is_amount_bad then coalesce(deals.amount, -1) end,
        case when not deals.is_close_bad then coalesce(deals.close_date, date '0001-01-01') end,
        deals.rep_id,
        coalesce(deals.opportunity_type, ''),
        case when deals.is_deleted then true end
    from deals
    left join stages on deals.stage_name = stages.raw_stage
)

select * from everything where observed_at < (getvariable('as_of_date') + 1);

create table versions as
with carried as (
    select
        opportunity_id,
        observed_at,
        last_value(stage_id ignore nulls) over so_far as stage_id,
        last_value(amount ignore nulls) over so_far as amount,
        last_value(close_date ignore nulls) over so_far as close_date,
        last_value(rep_id ignore nulls) over so_far as rep_id,
        last_value(opportunity_type ignore nulls) over so_far as opportunity_type,
        last_value(is_deleted ignore nulls) over so_far as is_deleted,
        lead(observed_at) over so_far as next_observed_at,
        kind = 5 as is_inferred
    from facts
    window so_far as (
        partition by opportunity_id order by observed_at, kind, logged_at, stage_order nulls last, change_id
        rows between unbounded preceding and current row
    )
),

changed as (
    select *
    from carried
    where next_observed_at is null or next_observed_at > observed_at
    qualify row(stage_id, amount, close_date, rep_id, opportunity_type, is_deleted)
        is distinct from lag(row(stage_id, amount, close_date, rep_id, opportunity_type, is_deleted))
            over (partition by opportunity_id order by observed_at)
),

spans as (
    select
        opportunity_id,
        observed_at as valid_from,
        lead(observed_at) over (partition by opportunity_id order by observed_at) as valid_to,
        stage_id,
        nullif(amount, -1) as amount,
        nullif(close_date, date '0001-01-01') as close_date,
        rep_id,
        nullif(opportunity_type, '') as opportunity_type,
        is_deleted,
        is_inferred
    from changed
)

select
    spans.* exclude (amount),
    cast(spans.amount / coalesce(rates.conversion_rate, 1) as decimal(18, 2)) as amount,
    coalesce(accounts.segment, roster.segment, 'unassigned') as segment,
    coalesce(roster.team_id, 'unassigned') as team_id
from spans
inner join deals on spans.opportunity_id = deals.opportunity_id
left join rates
    on deals.currency_code = rates.iso_code
    and cast(spans.valid_from as date) >= rates.valid_from
    and cast(spans.valid_from as date) < rates.valid_to
left join accounts on deals.account_id = accounts.account_id
left join roster
    on spans.rep_id = roster.rep_id
    and cast(spans.valid_from as date) >= roster.valid_from
    and cast(spans.valid_from as date) < roster.valid_to;

create table stage_visits as
with ordered as (
    select distinct
        stage_id, stage_order, is_won, is_lost, is_qualified
    from stages
    union all
    select 'unmapped', 99, false, false, false
),

marked as (
    select
        *,
        case when (stage_id, is_deleted) is distinct from
            lag((stage_id, is_deleted)) over (partition by opportunity_id order by valid_from)
            then 1 else 0 end as is_new
    from versions
),

numbered as (
    select *, sum(is_new) over (partition by opportunity_id order by valid_from) as visit_number
    from marked
),

runs as (
    select
        opportunity_id,
        visit_number,
        any_value(stage_id) as stage_id,
        any_value(is_deleted) as is_deleted,
        min(valid_from) as entered_at,
        case when count(*) = count(valid_to) then max(valid_to) end as exited_at,
        first(amount order by valid_from) as amount,
        min_by(rep_id, valid_from) as rep_id,
        min_by(team_id, valid_from) as team_id,
        min_by(segment, valid_from) as segment,
        min_by(is_inferred, valid_from) as is_inferred
    from numbered
    group by 1, 2
),

linked as (
    select
        *,
        lag(stage_id) over life as entered_from,
        lead(stage_id) over life as exited_to,
        coalesce(lead(is_deleted) over life, false) as is_deleted_next
    from runs
    window life as (partition by opportunity_id order by visit_number)
)

select
    linked.opportunity_id,
    linked.visit_number,
    row_number() over (
        partition by linked.opportunity_id, linked.stage_id order by linked.visit_number
    ) as stage_visit_number,
    linked.stage_id,
    linked.entered_at,
    linked.exited_at,
    (epoch_us(coalesce(linked.exited_at, (getvariable('as_of_date') + 1)::timestamp))
        - epoch_us(linked.entered_at)) / 86400000000.0 as days_in_stage,
    linked.entered_from,
    case when not linked.is_deleted_next then linked.exited_to end as exited_to,
    case
        when linked.is_deleted_next then 'deleted'
        when linked.exited_to is null then 'open'
        when there.is_won then 'won'
        when there.is_lost then 'lost'
        when here.is_won or here.is_lost then 'reopened'
        when 'unmapped' in (linked.stage_id, linked.exited_to) then 'moved'
        when there.stage_order > here.stage_order then 'forward'
        else 'backward'
    end as exit_kind,
    case
        when here.is_won or here.is_lost or there.is_lost or linked.is_deleted_next then 0
        when 'unmapped' in (linked.stage_id, linked.exited_to) then 0
        when there.is_won then 5 - here.stage_order
        else greatest(there.stage_order - here.stage_order - 1, 0)
    end as stages_skipped,
    linked.amount,
    linked.rep_id,
    linked.team_id,
    linked.segment,
    linked.is_inferred
from linked
inner join ordered as here on linked.stage_id = here.stage_id
left join ordered as there on linked.exited_to = there.stage_id
where not linked.is_deleted;
