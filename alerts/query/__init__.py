"""The watch language: grammar, term sets, evaluation, explanation."""
