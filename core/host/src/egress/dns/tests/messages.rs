//! Messages and transfers without a connection.

use super::*;

#[test]
fn a_signed_answer_is_given_without_its_signature() {
    let plain = answer(&query(7)).finish();
    let given = accepted(|asked| signed(asked, answer(asked), KEY, Time48::now()));
    assert_eq!(given, Ok(plain));
}

#[test]
fn an_answer_that_the_key_did_not_sign_is_never_believed() {
    let now = Time48::now();
    let unsigned = accepted(|asked| answer(asked).finish());
    let foreign = accepted(|_| {
        let with_other = Asked::new(query(7), Some(&key(OTHER)), now).unwrap();
        signed(with_other.octets(), answer(&query(7)), OTHER, now)
    });
    let changed = accepted(|asked| {
        let mut octets = signed(asked, answer(asked), KEY, now);
        let address = octets.windows(4).position(|four| four == [192, 0, 2, 1]);
        octets[address.unwrap()] = 198;
        octets
    });
    // Rightly signed, but in answer to another request.
    let replayed = accepted(|_| {
        let earlier = Asked::new(query(7), Some(&key(KEY)), Time48::from_u64(1_000_000)).unwrap();
        signed(
            earlier.octets(),
            answer(&query(7)),
            KEY,
            Time48::from_u64(1_000_000),
        )
    });
    for outcome in [unsigned, foreign, changed, replayed] {
        assert!(
            matches!(outcome, Err(DnsError::Unauthorized(_))),
            "{outcome:?}"
        );
    }
}

#[test]
fn an_answer_that_was_signed_at_another_time_is_refused() {
    let now = Time48::now();
    let asked = Asked::new(query(7), Some(&key(KEY)), now).unwrap();
    let octets = signed(asked.octets(), answer(&query(7)), KEY, now);
    let mut seconds = [0; 8];
    seconds[2..].copy_from_slice(&now.into_octets());
    let hour = u64::from_be_bytes(seconds) + 3600;
    let late = asked.accept(octets, Time48::from_u64(hour));
    assert!(
        matches!(&late, Err(DnsError::Unauthorized(text)) if text.contains("clocks")),
        "{late:?}"
    );
}

#[test]
fn an_answer_to_another_question_is_refused() {
    let other_id = accepted(|_| answer(&query(8)).finish());
    let other_question = accepted(|_| {
        let mut builder = MessageBuilder::new_vec();
        builder.header_mut().set_id(7);
        builder.header_mut().set_qr(true);
        let mut builder = builder.question();
        builder.push((name("b.preview.test"), Rtype::A)).unwrap();
        builder.finish()
    });
    let question = accepted(|_| query(7));
    let nonsense = accepted(|_| b"nonsense".to_vec());
    for outcome in [other_id, other_question, question, nonsense] {
        assert!(matches!(outcome, Err(DnsError::Answer(_))), "{outcome:?}");
    }
}

#[test]
fn a_plugin_sends_whole_questions_and_signs_nothing_itself() {
    let refused = |message: Vec<u8>| match Asked::new(message, Some(&key(KEY)), Time48::now()) {
        Err(DnsError::Malformed(text)) => text,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was sent"),
    };
    assert!(refused(b"short".to_vec()).contains("no header"));
    assert!(refused(ask(7).octets().to_vec()).contains("the host signs"));
    assert!(refused(answer(&query(7)).finish()).contains("no question"));
    assert!(refused([query(7), vec![0]].concat()).contains("after its last record"));
    let cut = query(7).split_last().unwrap().1.to_vec();
    assert!(refused(cut).contains("cannot be read"));
}

/// Runs a transfer through: what the server sends for each part, until the transfer ends.
fn transferred(parts: &[(&str, bool)]) -> Result<usize, DnsError> {
    let now = Time48::now();
    let mut transfer = Transfer::new("preview.test", Some(&key(KEY)), now)?;
    let mut asked = Message::from_octets(transfer.octets().to_vec()).unwrap();
    let mut sequence = ServerSequence::request(&stored(KEY), &mut asked, now)
        .unwrap()
        .unwrap();
    let mut count = 0;
    for (records, sign) in parts {
        if transfer.ended() {
            break;
        }
        let mut message = part(asked.as_slice(), records);
        if *sign {
            sequence.answer(&mut message, now).unwrap();
        }
        transfer.accept(message.finish(), now)?;
        count += 1;
    }
    assert!(transfer.ended(), "the transfer did not end");
    transfer.done()?;
    Ok(count)
}

#[test]
fn a_transfer_is_verified_message_by_message_to_its_second_soa_record() {
    assert_eq!(transferred(&[("SaaS", true)]), Ok(1));
    assert_eq!(
        transferred(&[("S", true), ("aa", true), ("aS", true), ("a", true)]),
        Ok(3)
    );
}

#[test]
fn nothing_can_be_slipped_into_a_transfer() {
    // A forged message among signed ones breaks the signature of the next.
    let inserted = transferred(&[("S", true), ("a", false), ("S", true)]);
    let unsigned_end = transferred(&[("S", true), ("S", false)]);
    let unsigned_start = transferred(&[("SS", false)]);
    for outcome in [inserted, unsigned_end, unsigned_start] {
        assert!(
            matches!(outcome, Err(DnsError::Unauthorized(_))),
            "{outcome:?}"
        );
    }
}

#[test]
fn a_transfer_that_does_not_begin_and_end_with_the_zone_is_refused() {
    for records in ["a", "aSS", "SSa", ""] {
        let outcome = transferred(&[(records, true)]);
        assert!(
            matches!(outcome, Err(DnsError::Answer(_))),
            "{records}: {outcome:?}"
        );
    }
}
