"""An article page → title, body, time, language. Read in the reading process."""
