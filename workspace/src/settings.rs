//! What an operator sets: by file, environment and flags, in rising order of precedence.
