//! Channels: how messages leave.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lettre::message::Mailbox;
use serde::Deserialize;
use serde_json::Value;

use super::text::{Secret, address, secret, span};
use super::{AudienceFile, Lookup};

/// The shortest key that signs, in bytes: what the Standard Webhooks specification asks for.
const KEY_BYTES_MIN: usize = 24;
/// What its keys begin with when they are written down.
const KEY_PREFIX: &str = "whsec_";
/// Group chats take 20 messages a minute, and some let nothing through for a while to whoever sends more.
const CHAT_PACE: Duration = Duration::from_secs(3);
/// The longest short message, in characters, where the site says nothing: what most gateways send as two.
const SMS_CHARS: usize = 130;

/// One way by which messages leave.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Its name.
    pub id: String,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// For how long a message is tried before it is laid aside as a dead letter, in milliseconds.
    pub give_up_after_ms: i64,
    /// How long it rests after a message.
    pub pace: Duration,
    /// How.
    pub how: How,
}

/// What is spoken there.
#[derive(Clone, Debug)]
pub enum How {
    /// A program of the site's: JSON over HTTP, signed.
    Webhook {
        /// Where.
        url: Secret,
        /// What it is signed with.
        key: Vec<u8>,
    },
    /// Mail, by a server that relays it.
    Mail {
        /// The server's name.
        host: String,
        /// Its port.
        port: u16,
        /// How the connection is kept from others.
        tls: MailTls,
        /// Whom it comes from.
        from: Mailbox,
        /// Who signs in; none: nobody has to.
        login: Option<(String, Secret)>,
    },
    /// Short messages, by a gateway over HTTP.
    Sms {
        /// Where.
        url: Secret,
        /// Headers, as of a token.
        headers: BTreeMap<String, Secret>,
        /// What is posted, with `{to}`, `{text}` and `{id}` where these belong.
        body: Value,
        /// As a form, and not as JSON.
        form: bool,
        /// The longest text, in characters.
        chars_max: usize,
        /// Where the answer says that it was taken, and what it says then; none: by its status alone.
        taken: Option<(String, String)>,
    },
    /// A group chat's robot.
    Chat {
        /// Of which service.
        service: Chat,
        /// Where; it holds a key.
        url: Secret,
        /// What it is signed with, where the robot asks for that.
        secret: Option<Secret>,
    },
}

/// How a connection to a mail server is kept from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailTls {
    /// From its beginning, as on port 465.
    Tls,
    /// From the command STARTTLS on, as on port 587; where the server does not know it, nothing is sent.
    Starttls,
    /// Not at all: for a relay on the same machine.
    None,
}

/// A service with group chats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chat {
    /// 企业微信.
    Wecom,
    /// 钉钉.
    Dingtalk,
    /// 飞书.
    Feishu,
}

impl How {
    /// Whether messages go to addresses that a route names.
    pub fn addressed(&self) -> bool {
        matches!(self, How::Mail { .. } | How::Sms { .. })
    }

    pub(super) fn addresses_of<'a>(&self, audience: &'a AudienceFile) -> &'a [String] {
        match self {
            How::Mail { .. } => &audience.mail,
            How::Sms { .. } => &audience.phones,
            How::Webhook { .. } | How::Chat { .. } => &[],
        }
    }
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum ChannelFile {
    Webhook {
        id: String,
        url: String,
        secret: String,
        timeout: Option<String>,
        give_up_after: Option<String>,
    },
    Mail {
        id: String,
        server: String,
        tls: MailTls,
        from: String,
        user: Option<String>,
        password: Option<String>,
        timeout: Option<String>,
        give_up_after: Option<String>,
    },
    Sms {
        id: String,
        url: String,
        #[serde(default)]
        headers: BTreeMap<String, String>,
        body: Value,
        #[serde(default)]
        form: bool,
        chars_max: Option<usize>,
        taken: Option<TakenFile>,
        timeout: Option<String>,
        give_up_after: Option<String>,
    },
    Wecom {
        id: String,
        url: String,
        timeout: Option<String>,
        give_up_after: Option<String>,
    },
    Dingtalk {
        id: String,
        url: String,
        secret: Option<String>,
        timeout: Option<String>,
        give_up_after: Option<String>,
    },
    Feishu {
        id: String,
        url: String,
        secret: Option<String>,
        timeout: Option<String>,
        give_up_after: Option<String>,
    },
}

/// Where a gateway's answer says that it took a message.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TakenFile {
    /// A JSON pointer, like `/code`.
    at: String,
    /// What stands there then, as text.
    is: String,
}

impl ChannelFile {
    pub(super) fn checked(self, lookup: Lookup<'_>, problems: &mut Vec<String>) -> Option<Channel> {
        match self {
            ChannelFile::Webhook {
                id,
                url,
                secret,
                timeout,
                give_up_after,
            } => {
                let mut told = Told::of(&id, problems);
                let url = told.of_field("url", address(&url, lookup));
                let key = told.of_field("secret", signing_key(&secret, lookup));
                let how = url.zip(key).map(|(url, key)| How::Webhook { url, key });
                told.channel(id, timeout, give_up_after, how)
            }
            ChannelFile::Mail {
                id,
                server,
                tls,
                from,
                user,
                password,
                timeout,
                give_up_after,
            } => {
                let mut told = Told::of(&id, problems);
                let place = told.of_field("server", host_and_port(&server));
                let from = told.of_field("from", mailbox(&from));
                let login = told.login(user, password, tls, lookup);
                let all = place.zip(from).zip(login);
                let how = all.map(|(((host, port), from), login)| How::Mail {
                    host,
                    port,
                    tls,
                    from,
                    login,
                });
                told.channel(id, timeout, give_up_after, how)
            }
            ChannelFile::Sms {
                id,
                url,
                headers,
                body,
                form,
                chars_max,
                taken,
                timeout,
                give_up_after,
            } => {
                let mut told = Told::of(&id, problems);
                let url = told.of_field("url", address(&url, lookup));
                let headers = told.headers(headers, lookup);
                let body = told.of_field("body", template(body, form));
                let all = url.zip(headers).zip(body);
                let how = all.map(|((url, headers), body)| How::Sms {
                    url,
                    headers,
                    body,
                    form,
                    chars_max: chars_max.unwrap_or(SMS_CHARS),
                    taken: taken.map(|taken| (taken.at, taken.is)),
                });
                told.channel(id, timeout, give_up_after, how)
            }
            ChannelFile::Wecom {
                id,
                url,
                timeout,
                give_up_after,
            } => {
                let told = Told::of(&id, problems);
                told.chat(Chat::Wecom, id, url, None, lookup, (timeout, give_up_after))
            }
            ChannelFile::Dingtalk {
                id,
                url,
                secret,
                timeout,
                give_up_after,
            } => {
                let told = Told::of(&id, problems);
                let times = (timeout, give_up_after);
                told.chat(Chat::Dingtalk, id, url, secret, lookup, times)
            }
            ChannelFile::Feishu {
                id,
                url,
                secret,
                timeout,
                give_up_after,
            } => {
                let told = Told::of(&id, problems);
                let times = (timeout, give_up_after);
                told.chat(Chat::Feishu, id, url, secret, lookup, times)
            }
        }
    }
}

/// Problems of one channel.
struct Told<'a> {
    place: String,
    problems: &'a mut Vec<String>,
}

impl<'a> Told<'a> {
    fn of(id: &str, problems: &'a mut Vec<String>) -> Self {
        Self {
            place: format!("channel {id}"),
            problems,
        }
    }

    fn of_field<T>(&mut self, field: &str, read: Result<T, String>) -> Option<T> {
        match read {
            Ok(found) => Some(found),
            Err(problem) => {
                let place = &self.place;
                self.problems.push(format!("{place}: {field}: {problem}"));
                None
            }
        }
    }

    fn channel(
        mut self,
        id: String,
        timeout: Option<String>,
        give_up_after: Option<String>,
        how: Option<How>,
    ) -> Option<Channel> {
        let timeout = span(timeout.as_deref().unwrap_or("10s"));
        let give_up = span(give_up_after.as_deref().unwrap_or("24h"));
        let timeout = self.of_field("timeout", timeout);
        let give_up = self.of_field("give_up_after", give_up);
        let how = how?;
        Some(Channel {
            id,
            timeout: timeout?,
            give_up_after_ms: i64::try_from(give_up?.as_millis()).unwrap_or(i64::MAX),
            pace: match how {
                How::Chat { .. } => CHAT_PACE,
                _ => Duration::ZERO,
            },
            how,
        })
    }

    fn chat(
        mut self,
        service: Chat,
        id: String,
        url: String,
        signing: Option<String>,
        lookup: Lookup<'_>,
        (timeout, give_up_after): (Option<String>, Option<String>),
    ) -> Option<Channel> {
        let url = self.of_field("url", address(&url, lookup));
        let signing = match signing {
            None => Some(None),
            Some(text) => self.of_field("secret", secret(&text, lookup)).map(Some),
        };
        let how = url.zip(signing).map(|(url, secret)| How::Chat {
            service,
            url,
            secret,
        });
        self.channel(id, timeout, give_up_after, how)
    }

    /// Some of none: nobody signs in.
    fn login(
        &mut self,
        user: Option<String>,
        password: Option<String>,
        tls: MailTls,
        lookup: Lookup<'_>,
    ) -> Option<Option<(String, Secret)>> {
        match (user, password) {
            (None, None) => Some(None),
            (Some(_), Some(_)) if tls == MailTls::None => {
                let open = Err("a password is sent over TLS only".into());
                self.of_field("password", open)
            }
            (Some(user), Some(text)) => {
                let found = self.of_field("password", secret(&text, lookup))?;
                Some(Some((user, found)))
            }
            _ => self.of_field("user", Err("`user` and `password` belong together".into())),
        }
    }

    fn headers(
        &mut self,
        headers: BTreeMap<String, String>,
        lookup: Lookup<'_>,
    ) -> Option<BTreeMap<String, Secret>> {
        let mut read = BTreeMap::new();
        for (name, text) in headers {
            let valid = reqwest::header::HeaderName::from_bytes(name.as_bytes()).is_ok();
            let found = match valid {
                true => secret(&text, lookup),
                false => Err("this is no name of a header".into()),
            };
            read.insert(
                name.clone(),
                self.of_field(&format!("headers.{name}"), found)?,
            );
        }
        Some(read)
    }
}

/// A key as Standard Webhooks writes it: `whsec_` and base64.
fn signing_key(text: &str, lookup: Lookup<'_>) -> Result<Vec<u8>, String> {
    let found = secret(text, lookup)?;
    let written = found.reveal();
    let encoded = written.strip_prefix(KEY_PREFIX).unwrap_or(written);
    match STANDARD.decode(encoded) {
        Ok(key) if key.len() >= KEY_BYTES_MIN => Ok(key),
        _ => Err(format!(
            "a key is {KEY_PREFIX} and at least {KEY_BYTES_MIN} bytes in base64, as `openssl rand -base64 32` makes them"
        )),
    }
}

pub(super) fn mailbox(text: &str) -> Result<Mailbox, String> {
    text.parse()
        .map_err(|_| format!("{text:?} is no address like a@example.gov.cn"))
}

fn host_and_port(text: &str) -> Result<(String, u16), String> {
    let place = text
        .rsplit_once(':')
        .and_then(|(host, port)| Some((host.to_owned(), port.parse().ok()?)));
    match place {
        Some((host, port)) if !host.is_empty() => Ok((host, port)),
        _ => Err(format!(
            "{text:?} is no host:port, like smtp.example.gov.cn:465"
        )),
    }
}

/// What is posted has to say to whom and what; a form is one table of texts.
fn template(body: Value, form: bool) -> Result<Value, String> {
    let text = body.to_string();
    if !text.contains("{to}") || !text.contains("{text}") {
        return Err("it has to hold {to} and {text}".into());
    }
    let flat = body
        .as_object()
        .is_some_and(|all| all.values().all(Value::is_string));
    if form && !flat {
        return Err("a form is a table of texts".into());
    }
    Ok(body)
}
