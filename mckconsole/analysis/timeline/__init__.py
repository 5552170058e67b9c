"""What happened in a fleet, in one order: events, changes of state, rollouts, alerts."""
