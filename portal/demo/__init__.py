"""The demo club: six invented projects, their ledger, people and four years of life, made through the doors staff use."""
