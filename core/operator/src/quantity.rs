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

/// A quantity as a number of its base unit, for comparison: `500m` is 0.5, `1Ki` is 1024.
pub fn number(quantity: &str) -> Option<f64> {
    let digits = quantity.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match quantity.get(digits.len()..)? {
        "n" => 1e-9,
        "u" => 1e-6,
        "m" => 1e-3,
        "" => 1.0,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "E" => 1e18,
        "Ki" => 1024.0,
        "Mi" => 1024.0_f64.powi(2),
        "Gi" => 1024.0_f64.powi(3),
        "Ti" => 1024.0_f64.powi(4),
        "Pi" => 1024.0_f64.powi(5),
        "Ei" => 1024.0_f64.powi(6),
        _ => return None,
    };
    Some(digits.parse::<f64>().ok()? * unit)
}

#[cfg(test)]
mod tests {
    use super::{bytes, number};

    #[test]
    fn one_amount_in_two_notations_is_one_number() {
        for (one, other) in [("0.5", "500m"), ("1Gi", "1024Mi"), ("1000k", "1M")] {
            assert_eq!(number(one), number(other), "{one} and {other}");
        }
        assert_eq!(number("large"), None);
    }

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
