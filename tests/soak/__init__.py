"""The soak test in small: the shipped portal is killed again and again under load."""
