"""What an installation needs besides the program: an example configuration, a systemd unit."""
