//! Text of the kubelet and the scheduler in the form in which messages quote it: bounded, and the same while nothing changes.

/// Most that is quoted of one text, in bytes.
pub(super) const QUOTE_MAX_BYTES: usize = 512;

/// The beginning of the text, and `…` where that is not all.
pub(super) fn start_of(text: &str, max_bytes: usize) -> String {
    if text.len() <= max_bytes {
        return text.to_owned();
    }
    let end = max_bytes.saturating_sub("…".len());
    let end = (0..=end).rev().find(|at| text.is_char_boundary(*at));
    format!(
        "{}…",
        text.get(..end.unwrap_or_default()).unwrap_or_default()
    )
}

/// The end of a container's output, where there is any, to be put behind a message.
pub(super) fn last_output(output: &str) -> String {
    let output = output.trim();
    if output.is_empty() {
        return "; it wrote no output".to_owned();
    }
    let start = output.len().saturating_sub(QUOTE_MAX_BYTES);
    let start = (start..=output.len()).find(|at| output.is_char_boundary(*at));
    let end = output.get(start.unwrap_or_default()..).unwrap_or_default();
    format!("; last output: {end}")
}

/// Why an image is not pulled. The kubelet writes the same cause with one text after an attempt and another between attempts.
pub(super) fn pull_error(message: &str) -> String {
    let cause = match message.strip_prefix("Back-off pulling image ") {
        Some(rest) => rest.split_once(": ").map_or("", |(_, cause)| cause),
        None => message,
    };
    start_of(
        cause.strip_prefix("ErrImagePull: ").unwrap_or(cause).trim(),
        QUOTE_MAX_BYTES,
    )
}

/// Why a pod fits no node, without the numbers of nodes, which change with each node of the cluster.
pub(super) fn scheduling_causes(message: &str) -> String {
    let message = message.split(" preemption: ").next().unwrap_or_default();
    let is_count = |text: &str| text.chars().all(|c| c.is_ascii_digit() || c == '/');
    let causes = match message.split_once(" nodes are available: ") {
        Some((count, causes)) if is_count(count) => causes,
        _ => return start_of(message, QUOTE_MAX_BYTES),
    };
    let causes = causes.trim_end_matches('.').split(", ");
    let mut causes: Vec<&str> = causes
        .map(|cause| {
            cause
                .trim_start_matches(|c: char| c.is_ascii_digit())
                .trim()
        })
        .collect();
    causes.sort_unstable();
    causes.dedup();
    start_of(&causes.join(", "), QUOTE_MAX_BYTES)
}
