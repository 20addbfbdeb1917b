{{ hubspot__staged_engagements('note') }}
