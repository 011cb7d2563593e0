"""What the Broadband Forum's data models say of a parameter: type, range, enumeration. Pure."""
