"""SNMP v1, v2c and v3: reading devices by profiles, setting, receiving notifications.

The protocol is our own code. gufo-snmp 0.13 was measured first: it hides error-status (tooBig and
noSuchName look like empty answers) and the types of values, follows a GETNEXT that goes round in
a circle, keeps a socket for each device, and a datagram of four bytes makes its native part panic.
"""
