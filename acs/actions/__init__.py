"""From committed facts to deeds: judge, propose, guard, wake, verify."""
