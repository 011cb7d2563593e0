"""The operators' pages: HTML for people who have no other system. No rules, no storage."""
