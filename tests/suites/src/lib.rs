//! The suites are in `tests/`: one binary for what needs a control plane, one for a cluster, one for faults.
