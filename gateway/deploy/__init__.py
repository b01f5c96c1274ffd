"""What a server needs beside the program: a systemd unit, a broker's and a gateway's configuration, a compose file."""
