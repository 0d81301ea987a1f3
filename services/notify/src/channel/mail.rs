//! Mail over SMTP: one message, one receiver; its Message-ID is made of the message's id, so that doubles can be told.

use std::time::Duration;

use async_trait::async_trait;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message as Mail};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

use super::{CONNECT, Failure, Sender, TIMEOUT};
use crate::config::{How, MailTls};
use crate::plan::Delivery;

pub(super) struct Post {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    timeout: Duration,
}

impl Post {
    /// By a channel's server; none where the channel is not mail.
    pub(super) fn new(
        how: &How,
        timeout: Duration,
    ) -> Option<Result<Self, lettre::transport::smtp::Error>> {
        let How::Mail {
            host,
            port,
            tls,
            from,
            login,
        } = how
        else {
            return None;
        };
        let builder = match tls {
            MailTls::Tls => AsyncSmtpTransport::<Tokio1Executor>::relay(host),
            MailTls::Starttls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(host),
            MailTls::None => Ok(AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(
                host,
            )),
        };
        let made = builder.map(|builder| {
            let domain = from.email.domain().to_owned();
            let mut builder = builder
                .port(*port)
                .timeout(Some(timeout))
                .hello_name(ClientId::Domain(domain));
            if let Some((user, password)) = login {
                let password = password.reveal().to_owned();
                builder = builder.credentials(Credentials::new(user.clone(), password));
            }
            Self {
                transport: builder.build(),
                from: from.clone(),
                timeout,
            }
        });
        Some(made)
    }
}

#[async_trait]
impl Sender for Post {
    async fn send(&self, delivery: &Delivery) -> Result<(), Failure> {
        let mail = mail(delivery, &self.from)?;
        // The transport's own time is that of one command.
        match tokio::time::timeout(self.timeout, self.transport.send(mail)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(failure(&error)),
            Err(_) => Err(Failure::passing(TIMEOUT, "the server took too long")),
        }
    }
}

fn mail(delivery: &Delivery, from: &Mailbox) -> Result<Mail, Failure> {
    let to = delivery.to.as_deref().unwrap_or_default();
    let to: Mailbox = to
        .parse()
        .map_err(|_| Failure::lasting("bad_address", "the receiver's address is none"))?;
    let message_id = format!("<{}@{}>", delivery.id, from.email.domain());
    Mail::builder()
        .from(from.clone())
        .to(to)
        .message_id(Some(message_id))
        .date_now()
        .subject(delivery.message.title.clone())
        .header(ContentType::TEXT_PLAIN)
        .body(delivery.message.text())
        .map_err(|error| Failure::lasting("bad_mail", error.to_string()))
}

/// A server's refusal lasts, but for one of who signs in: that is mended in the configuration, and the mail is none the worse.
fn failure(error: &lettre::transport::smtp::Error) -> Failure {
    let code = error.status().map(|code| code.to_string());
    let detail = match &code {
        Some(code) => format!("SMTP {code}"),
        None => "no answer".to_owned(),
    };
    let of_login = code.as_deref().is_some_and(|code| code.starts_with("53"));
    if error.is_timeout() {
        Failure::passing(TIMEOUT, detail)
    } else if of_login {
        Failure::passing("smtp_login", detail)
    } else if error.is_permanent() {
        Failure::lasting("smtp_5xx", detail)
    } else if error.is_transient() {
        Failure::passing("smtp_4xx", detail)
    } else if error.is_tls() {
        Failure::passing("tls", "the server's certificate or TLS is not accepted")
    } else if error.is_response() || error.is_client() {
        Failure::passing("smtp_protocol", "the server speaks otherwise than expected")
    } else {
        Failure::passing(CONNECT, detail)
    }
}

#[cfg(test)]
mod tests {
    use mingjing_domain::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::words::Message;

    fn delivery(to: &str) -> Delivery {
        Delivery {
            id: "0a1b".into(),
            route: "r".into(),
            channel: "mail".into(),
            to: Some(to.into()),
            made_at: Timestamp::from_millis(0),
            attempts: 0,
            message: Message {
                kind: "alert.issued".into(),
                title: "【红牌】发牌：施工许可".into(),
                lines: vec!["办件编号：1".into()],
                link: None,
                data: json!({}),
            },
        }
    }

    #[test]
    fn a_mail_has_a_chinese_subject_and_an_id_of_its_message() {
        let from: Mailbox = "明镜 <mingjing@mj.example>".parse().unwrap();
        let mail = mail(&delivery("a@x.example"), &from).unwrap();
        let text = String::from_utf8(mail.formatted()).unwrap();
        assert!(text.contains("Message-ID: <0a1b@mj.example>"), "{text}");
        assert!(text.contains("Subject: =?utf-8?b?"), "{text}");
        assert!(text.is_ascii(), "{text}");
        let refused = super::mail(&delivery("nobody"), &from).unwrap_err();
        assert!(!refused.passes);
    }
}
