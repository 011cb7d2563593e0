"""TLS of listeners: settings, certificates on disk, the transport. No HTTP, no CWMP."""
