"""What stands in, on this machine, for the peers outside the house; used by the demo club and by tests over real HTTP and SMTP."""
