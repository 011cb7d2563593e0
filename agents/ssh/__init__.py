"""SSH: reading devices by their command line, and making them reboot."""
