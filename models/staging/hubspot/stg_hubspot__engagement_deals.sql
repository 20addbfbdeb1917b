{{ hubspot__staged_of_engagements('deal', ['deal_id as opportunity_id']) }}
