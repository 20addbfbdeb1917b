{{ hubspot__staged_engagements('communication', ['channel']) }}
