//! Short messages by a gateway: a POST that the site describes. A gateway that wants more (signatures of its own, sessions) gets a small
//! program in front of it, which takes this or a webhook.

use std::collections::BTreeMap;

use async_trait::async_trait;
use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;

use super::{Failure, Sender, http};
use crate::config::Secret;
use crate::plan::Delivery;

pub(super) struct Gateway {
    pub(super) client: Client,
    pub(super) url: Secret,
    pub(super) headers: BTreeMap<String, Secret>,
    pub(super) body: Value,
    pub(super) form: bool,
    pub(super) chars_max: usize,
    pub(super) taken: Option<(String, String)>,
}

#[async_trait]
impl Sender for Gateway {
    async fn send(&self, delivery: &Delivery) -> Result<(), Failure> {
        let text = delivery.message.short(self.chars_max);
        let to = delivery.to.as_deref().unwrap_or_default();
        let body = filled(&self.body, to, &text, &delivery.id);
        let mut request = self.client.post(self.url.reveal());
        for (name, value) in &self.headers {
            request = request.header(name, value.reveal());
        }
        let request = match self.form {
            true => request
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(encoded(&body)),
            false => request.json(&body),
        };
        let answer = http::answer(request).await?;
        let Some((at, is)) = &self.taken else {
            return Ok(());
        };
        let answer: Value = answer.json().await.map_err(http::failure)?;
        let found = answer.pointer(at);
        let told = match found {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        if told == *is {
            return Ok(());
        }
        // What a gateway says in words may hold the number that was called: only a code is passed on.
        match found.is_some_and(Value::is_number) {
            true => Err(Failure::passing("refused", format!("{at} is {told}"))),
            false => Err(Failure::passing("refused", format!("{at} is not {is}"))),
        }
    }
}

/// The template with its places filled.
fn filled(template: &Value, to: &str, text: &str, id: &str) -> Value {
    let each = |value: &Value| filled(value, to, text, id);
    match template {
        Value::String(words) => {
            // In one pass: what a message says is never taken for a place.
            let mut out = String::new();
            let mut rest = words.as_str();
            while let Some(begin) = rest.find('{') {
                let (before, from) = rest.split_at(begin);
                out.push_str(before);
                let places = [("{to}", to), ("{text}", text), ("{id}", id)];
                match places
                    .into_iter()
                    .find(|(place, _)| from.starts_with(place))
                {
                    Some((place, with)) => {
                        out.push_str(with);
                        rest = &from[place.len()..];
                    }
                    None => {
                        out.push('{');
                        rest = &from[1..];
                    }
                }
            }
            out.push_str(rest);
            Value::String(out)
        }
        Value::Array(list) => Value::Array(list.iter().map(each).collect()),
        Value::Object(all) => {
            let pairs = all.iter().map(|(key, value)| (key.clone(), each(value)));
            Value::Object(pairs.collect())
        }
        other => other.clone(),
    }
}

/// A table of texts as a form.
fn encoded(body: &Value) -> String {
    let mut url = reqwest::Url::parse("http://form/").expect("a fixed address");
    {
        let mut pairs = url.query_pairs_mut();
        for (key, value) in body.as_object().into_iter().flatten() {
            pairs.append_pair(key, value.as_str().unwrap_or_default());
        }
    }
    url.query().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn places_are_filled_once_and_quotes_stay_what_they_are() {
        let template =
            json!({ "phones": ["{to}"], "content": "【明镜】{text}", "n": 1, "x": "{other}" });
        let body = filled(&template, "139", "他说\"{to}\"", "id");
        let wanted =
            json!({ "phones": ["139"], "content": "【明镜】他说\"{to}\"", "n": 1, "x": "{other}" });
        assert_eq!(body, wanted);
    }

    #[test]
    fn a_form_is_encoded() {
        let body = json!({ "a": "1 & 2", "b": "红牌" });
        assert_eq!(encoded(&body), "a=1+%26+2&b=%E7%BA%A2%E7%89%8C");
    }
}
