{{ hubspot__staged_engagements('email', ['direction', 'status']) }}
