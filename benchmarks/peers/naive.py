"""The script that everybody writes first: `naive.py DATABASE URLS`.

feedparser on one address after the other, a keyword list, a commit an article; it asks for everything
every time, and its alerts are lines on stdout.
"""

import sqlite3
import sys
from pathlib import Path

import feedparser

TERMS = ["laos", "ສປປ ລາວ", "라오스", "asean", "아세안", "north korea", "북한", "朝鲜", "เกาหลีเหนือ"]

db = sqlite3.connect(sys.argv[1])
db.execute("create table if not exists item(link text primary key, title text)")
for url in Path(sys.argv[2]).read_text().split():
    for entry in feedparser.parse(url).entries:
        if db.execute("select 1 from item where link = ?", (entry.link,)).fetchone():
            continue
        db.execute("insert into item values(?, ?)", (entry.link, entry.title))
        db.commit()
        text = f"{entry.title}\n{entry.summary}".lower()
        if any(term in text for term in TERMS):
            print(entry.link, entry.title)
