"""Text made comparable: folding with the way back, scripts, words, languages. No I/O."""
