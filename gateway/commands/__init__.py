"""What ``nhipdo`` can be told, thin: read the arguments, call one function, print. Exit codes are ``gateway.cli``'s."""
