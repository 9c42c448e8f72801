//! One exercise on one engine: prepare, gather, grade, reset.
