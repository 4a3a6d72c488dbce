"""Top floor: the application that runs crawler, archive and alerts together."""
