"""The ways to ask a router for a session: HTTP, UDP through its NAT, XMPP. No session is here."""
