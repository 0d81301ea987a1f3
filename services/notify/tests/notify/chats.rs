//! Group chats and short messages, in each service's own shape.

use serde_json::json;

use crate::receivers::Receiver;
use crate::world::{World, until};

const FRIDAY: &str = "2026-11-27T10:00:00+08:00";

fn config(receiver: &Receiver) -> String {
    let at = receiver.address;
    format!(
        r#"
[[channel]]
id = "wecom"
kind = "wecom"
url = "http://{at}/wecom?key=k"
[[channel]]
id = "dingtalk"
kind = "dingtalk"
url = "http://{at}/dingtalk?access_token=t"
secret = "env:KEY"
[[channel]]
id = "feishu"
kind = "feishu"
url = "http://{at}/feishu"
secret = "env:KEY"
[[channel]]
id = "sms"
kind = "sms"
url = "http://{at}/sms"
headers = {{ authorization = "env:KEY" }}
body = {{ mobile = "{{to}}", content = "【明镜】{{text}}", id = "{{id}}" }}
taken = {{ at = "/code", is = "0" }}
[[audience]]
id = "duty"
phones = ["13900000000"]
[[route]]
id = "wecom"
channel = "wecom"
[[route]]
id = "dingtalk"
channel = "dingtalk"
[[route]]
id = "feishu"
channel = "feishu"
[[route]]
id = "sms"
channel = "sms"
to = ["duty"]
"#
    )
}

#[tokio::test]
async fn a_card_goes_into_every_chat_and_by_the_gateway_each_in_its_own_shape() {
    let (receiver, folder) = (Receiver::start().await, tempfile::tempdir().unwrap());
    let mut world = World::begin(folder.path(), &config(&receiver), FRIDAY).await;
    world.issue(&["red"]).await;
    let taken = receiver.until(4).await;
    let to = |path: &str| {
        let found = taken.iter().find(|taken| taken.path.starts_with(path));
        found.unwrap_or_else(|| panic!("nothing at {path}: {taken:?}"))
    };
    let title = "【红牌】发牌：建筑工程施工许可";
    let text = to("/wecom?key=k").body["text"]["content"].clone();
    assert!(text.as_str().unwrap().starts_with(title), "{text}");
    let dingtalk = to("/dingtalk?access_token=t&timestamp=");
    assert!(dingtalk.path.contains("&sign=") && dingtalk.body["msgtype"] == "text");
    let feishu = &to("/feishu").body;
    assert!(
        feishu["sign"].is_string() && feishu["msg_type"] == "text",
        "{feishu}"
    );
    let sms = to("/sms");
    assert_eq!(sms.body["mobile"], "13900000000");
    let content = sms.body["content"].as_str().unwrap();
    assert!(
        content.starts_with(&format!("【明镜】{title}")),
        "{content}"
    );
    assert!(sms.authorization.starts_with("whsec_"));
    let all = format!("{taken:?}");
    assert!(
        !all.contains("张某"),
        "no free text, since no route shows any: {all}"
    );
    assert!(world.dead().await.is_empty());
}

#[tokio::test]
async fn a_chat_that_answers_with_a_code_is_told_again() {
    let (receiver, folder) = (Receiver::start().await, tempfile::tempdir().unwrap());
    receiver.answers(json!({ "errcode": 45009, "errmsg": "api freq out of limit" }));
    let config = format!(
        "[[channel]]\nid = \"wecom\"\nkind = \"wecom\"\nurl = \"http://{}/wecom\"\ngive_up_after = \"1h\"\n[[route]]\nid = \"all\"\nchannel = \"wecom\"\n",
        receiver.address
    );
    let mut world = World::begin(folder.path(), &config, FRIDAY).await;
    world.issue(&["red"]).await;
    receiver.until(1).await;
    // It is tried for an hour, and then laid aside with what was answered.
    until("two attempts more", || {
        world.move_clock(1);
        (receiver.taken().len() >= 3).then_some(())
    })
    .await;
    assert!(world.dead().await.is_empty());
    world.move_clock(3600);
    let dead = world.until_dead(1).await;
    assert_eq!(
        (dead[0].reason.as_str(), dead[0].detail.as_str()),
        ("refused", "errcode 45009")
    );
}
