"""Demo companies: a simulated event log, and the CRM export of it as it stood on any day."""
