//! DNS messages of a call.

use super::Session;
use crate::egress::{
    dns::{DnsError, Route},
    tape::{Answer, Body, Exchange, Question, Tape},
};

use super::REQUESTS;

impl Session {
    /// One DNS message and its answer.
    pub(crate) async fn exchange(
        &mut self,
        server: &str,
        key: Option<&str>,
        message: Vec<u8>,
    ) -> Result<Vec<u8>, DnsError> {
        self.count_dns()?;
        let Some(tape) = &self.policy.tape else {
            return self.route().exchange(server, key, message).await;
        };
        let id: Vec<u8> = message.iter().take(2).copied().collect();
        let question = Question::Dns {
            server: server.to_owned(),
            key: key.map(str::to_owned),
            message: Body::binary(&message),
        };
        let asking = async { Ok(vec![self.route().exchange(server, key, message).await?]) };
        let answers = self.dns_taped(tape, question, asking).await?;
        let mut answer = answers.into_iter().next().unwrap_or_default();
        // An answer has the number of its question, which is another one in a replay.
        for (place, octet) in answer.iter_mut().zip(id) {
            *place = octet;
        }
        Ok(answer)
    }

    /// A zone, message by message.
    pub(crate) async fn transfer(
        &mut self,
        server: &str,
        key: Option<&str>,
        zone: &str,
    ) -> Result<Vec<Vec<u8>>, DnsError> {
        self.count_dns()?;
        let route = self.route();
        let asking = route.transfer(server, key, zone);
        let Some(tape) = &self.policy.tape else {
            return asking.await;
        };
        let question = Question::DnsTransfer {
            server: server.to_owned(),
            key: key.map(str::to_owned),
            zone: zone.to_owned(),
        };
        self.dns_taped(tape, question, asking).await
    }

    /// Keeps the answers, or takes them from the tape without asking.
    async fn dns_taped(
        &self,
        tape: &Tape,
        question: Question,
        asking: impl Future<Output = Result<Vec<Vec<u8>>, DnsError>>,
    ) -> Result<Vec<Vec<u8>>, DnsError> {
        if tape.replays() {
            return match tape.answer(&question) {
                Ok(Answer::Dns { messages }) => Ok(messages.iter().map(Body::octets).collect()),
                Ok(Answer::Http { .. }) => Err(DnsError::Answer(
                    "the recording has an HTTP answer to a DNS message".to_owned(),
                )),
                Err(text) => {
                    self.denials.note(text.clone());
                    Err(DnsError::NotGranted(text))
                }
            };
        }
        let messages = asking.await?;
        let kept = messages.iter().map(|message| Body::binary(message));
        tape.keep(Exchange {
            question,
            answer: Answer::Dns {
                messages: kept.collect(),
            },
        });
        Ok(messages)
    }

    fn route(&self) -> Route<'_> {
        Route {
            policy: &self.policy,
            denials: &self.denials,
            ends: self.ends,
        }
    }

    fn count_dns(&mut self) -> Result<(), DnsError> {
        self.requests += 1;
        if self.requests > REQUESTS {
            let text = format!(
                "the plugin sent more than {REQUESTS} DNS messages in one call; tell its author"
            );
            self.policy.meter.denied();
            self.denials.note(text.clone());
            return Err(DnsError::NotGranted(text));
        }
        Ok(())
    }
}
