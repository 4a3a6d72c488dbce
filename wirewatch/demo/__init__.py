"""The whole of Wirewatch in a minute, on an embedded newsroom and a Bot API stand-in."""
