//! Amounts as Kubernetes writes them.

/// A quantity of bytes in the binary or decimal notation of Kubernetes, whole numbers only.
pub fn bytes(quantity: &str) -> Option<usize> {
    let digits = quantity.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit: usize = match quantity.get(digits.len()..)? {
        "" => 1,
        "k" => 1000,
        "M" => 1_000_000,
        "G" => 1_000_000_000,
        "T" => 1_000_000_000_000,
        "Ki" => 1 << 10,
        "Mi" => 1 << 20,
        "Gi" => 1 << 30,
        "Ti" => 1 << 40,
        _ => return None,
    };
    digits.parse::<usize>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn quantities_are_read_as_kubernetes_writes_them() {
        assert_eq!(
            ["64Mi", "1G", "512", "1.5Mi", "x", "99999999999Gi"].map(bytes),
            [
                Some(64 << 20),
                Some(1_000_000_000),
                Some(512),
                None,
                None,
                None
            ]
        );
    }
}
