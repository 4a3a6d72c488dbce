"""One round of reader, run by an interpreter that has it: `reader_round.py DATABASE add|update`.

`add` takes the feeds' addresses on stdin. Without `scheduled=False` it would ask nobody twice an hour.
"""

import sys

from reader import make_reader

reader = make_reader(sys.argv[1])
if sys.argv[2] == "add":
    for url in sys.stdin.read().split():
        reader.add_feed(url)
else:
    reader.update_feeds(workers=16, scheduled=False)
