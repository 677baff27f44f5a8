//! Every crash point of the life of one tunnel, on the pure functions.
