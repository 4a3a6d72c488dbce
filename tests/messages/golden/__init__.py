"""Golden files: every kind of message in eight scripts, as HTML and as a phone would show it; and a story's
day in a chat.

`python -m tests.messages.golden` writes them anew; `git diff tests/messages/golden` then shows what a
reader will see that is different. Contents are `alerts/messages/samples.py`.
"""
