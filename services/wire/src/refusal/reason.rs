//! The reasons, their stable codes, and what they say to people.

use serde::Serialize;

macro_rules! reason_codes {
    ($($variant:ident $code:literal $en:literal $zh:literal $help_en:literal $help_zh:literal;)*) => {
        /// Why an item was refused. The codes are part of the interface: they are stored with rejects
        /// and counted in metrics, and never change their meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum ReasonCode { $(#[doc = $en] $variant,)* }

        impl ReasonCode {
            /// Every code.
            pub const ALL: &'static [ReasonCode] = &[$(ReasonCode::$variant,)*];

            /// The stable code, `snake_case`.
            pub const fn code(self) -> &'static str {
                match self { $(ReasonCode::$variant => $code,)* }
            }

            /// What is wrong, in English and Chinese.
            pub const fn title(self) -> (&'static str, &'static str) {
                match self { $(ReasonCode::$variant => ($en, $zh),)* }
            }

            /// What to mend, in English and Chinese.
            pub const fn help(self) -> (&'static str, &'static str) {
                match self { $(ReasonCode::$variant => ($help_en, $help_zh),)* }
            }
        }
    };
}

reason_codes! {
    MalformedJson "malformed_json" "not readable as JSON" "不是合法的 JSON"
        "correct the JSON at the place given and send the item again"
        "请按所示位置改正 JSON 后重新发送";
    InvalidUtf8 "invalid_utf8" "not UTF-8" "不是 UTF-8 编码"
        "convert the text to UTF-8 (often it is GBK or GB18030) and send it again"
        "请将文本转换为 UTF-8（常见原因是 GBK 或 GB18030 编码）后重新发送";
    ByteOrderMark "byte_order_mark" "begins with a byte order mark" "开头有字节顺序标记（BOM）"
        "send JSON without a byte order mark" "请去掉 BOM 后重新发送";
    EmptyBody "empty_body" "nothing was sent" "内容为空"
        "send one CloudEvent, a batch, or one CloudEvent a line"
        "请发送一个 CloudEvent、一批 CloudEvents，或每行一个 CloudEvent";
    NotCloudevent "not_cloudevent" "not a CloudEvent 1.0" "不是 CloudEvents 1.0 事件"
        "send CloudEvents 1.0: specversion \"1.0\", id, source, type, subject, time and data"
        "请按 CloudEvents 1.0 发送：specversion 为 \"1.0\"，并有 id、source、type、subject、time 和 data";
    UnsupportedContentType "unsupported_content_type" "content type not supported" "不支持的内容类型"
        "use application/cloudevents+json, application/cloudevents-batch+json, application/x-ndjson, or ce- headers (ce_ in Kafka) with application/json"
        "请使用 application/cloudevents+json、application/cloudevents-batch+json、application/x-ndjson，或 ce- 头（Kafka 中为 ce_）加 application/json";
    UnknownType "unknown_type" "event type not known" "未知的事件类型"
        "use cn.mingjing.case.<kind>.v1 with a kind from schemas/events/case-event.v1.json"
        "请使用 cn.mingjing.case.<类型>.v1，类型代码见 schemas/events/case-event.v1.json";
    MissingField "missing_field" "a required field is missing" "缺少必填字段"
        "fill in the field and send the item again" "请补填该字段后重新发送";
    WrongType "wrong_type" "a field has the wrong type" "字段类型不对"
        "send the field in the type named" "请按要求的类型发送该字段";
    UnknownField "unknown_field" "a field is not known" "未知的字段"
        "correct the name; attributes of your own belong under data.attributes"
        "请改正字段名；自有属性请放在 data.attributes 下";
    DuplicateField "duplicate_field" "a field occurs twice" "字段重复"
        "keep one of the two" "请只保留一个";
    ImpossibleDate "impossible_date" "not a possible instant" "不是可能的时间"
        "write it like 2026-11-23T09:30:00+08:00, with offset" "请写成 2026-11-23T09:30:00+08:00（带时区偏移）";
    OutOfRange "out_of_range" "a number is out of range" "数值超出范围"
        "money is in fen as a whole number; long numbers (codes, ids) are sent as text"
        "金额以分为单位、用整数；较长的编号请用文本";
    TooLarge "too_large" "too large" "超出大小限制"
        "send less at a time; files stay with you, only their SHA-256 is sent"
        "请分批发送；附件留在本部门，只发送其 SHA-256";
    TooDeep "too_deep" "nested too deeply" "嵌套过深"
        "flatten the value" "请减少嵌套层次";
    ControlCharacter "control_character" "holds a control character" "含有控制字符"
        "remove the character" "请去掉该字符";
    BadBase64 "bad_base64" "data_base64 is not Base64" "data_base64 不是 Base64"
        "encode by RFC 4648 section 4, with padding" "请按 RFC 4648 第 4 节编码（含填充）";
    BadHeader "bad_header" "a header with an attribute cannot be read" "属性头无法读取"
        "percent-encode header values as UTF-8, by the CloudEvents HTTP binding 3.1.3.2"
        "请按 CloudEvents HTTP 绑定 3.1.3.2 将头的值以 UTF-8 百分号编码";
    Secret "secret" "marked as a secret item" "标为涉密事项"
        "secret items stay out of this platform altogether; take the item out of the feed and enter it in the exemption register"
        "涉密事项一律不得进入本平台；请从推送中剔除，并按规定登记豁免";
    UnknownSource "unknown_source" "source not registered" "来源未登记"
        "write the source exactly as it was registered; a new source is registered by the platform's operator (POST /v1/sources)"
        "请按登记的标识原样填写 source；新来源请由平台管理员登记（POST /v1/sources）";
    WrongSource "wrong_source" "the key or the topic belongs to another source" "密钥或主题属于另一来源"
        "use the key or the topic of the source that the event names; each speaks for one source only"
        "请使用事件所填来源自己的密钥或主题；一个密钥、一个主题只能代表一个来源";
    ReservedId "reserved_id" "an id that the platform keeps for itself" "使用了平台保留的事件编号"
        "give the event an id of your own; ids that begin with `mingjing-` are those of complaints and ratings that the platform itself records"
        "请使用本系统自己的事件编号；以 mingjing- 开头的编号由平台自行登记投诉与评价时使用";
    PersonalData "personal_data" "personal data where a keyed hash belongs" "应为哈希值处出现个人信息"
        "send a keyed hash (HMAC) of the party's number, never the number or the name itself"
        "请发送当事人证件号的带密钥哈希（HMAC），不得发送证件号或姓名本身";
    EarlierRefused "earlier_refused" "an item before it was refused" "此前有事项被拒绝"
        "correct and send the refused items first, then say that the source is complete"
        "请先改正并重新发送被拒绝的事项，再声明数据已齐全";
    SaidElsewhere "said_elsewhere" "not the place to say this" "不应在此声明"
        "say it in the topic of the source, after its events" "请在该来源自己的主题中、于其事件之后声明";
    SeveralPartitions "several_partitions" "a topic of several partitions has no order" "多分区主题没有统一的先后顺序"
        "give the source a topic of one partition, or leave the declaration out: alerts then wait for the delay allowance"
        "请为该来源使用单分区主题；否则请不要声明，预警将等到延迟宽限期满";
    NumbersMissing "numbers_missing" "numbers of the source's sequence are missing" "来源序号有缺口"
        "send the records with the missing numbers (or correct the refused ones), then say that the source is complete"
        "请补发缺号的记录（或改正被拒绝的记录）后，再声明数据已齐全";
    DeclaredInDefinitions "declared_in_definitions" "the definitions in force declare this source" "该来源由现行定义声明"
        "change it in its `kind: source` definition and publish that; keys are given by POST /v1/sources/{id}/keys"
        "请修改 `kind: source` 定义并重新发布；密钥由 POST /v1/sources/{id}/keys 发放";
    BadKey "bad_key" "no valid key" "没有有效的密钥"
        "send the header `Authorization: Bearer <key>` with the key the operator gave you; a rotated key no longer works"
        "请在请求头 `Authorization: Bearer <密钥>` 中填写平台发放的密钥；已轮换的旧密钥不再有效";
    UnknownKey "unknown_key" "the source has no such key" "该来源没有这个密钥"
        "look up its keys: GET /v1/sources/{id}/keys" "请用 GET /v1/sources/{id}/keys 查看该来源的密钥";
    NotAllowed "not_allowed" "not allowed" "无权操作"
        "use the administrator's key; without one configured, only requests from the machine itself are taken"
        "请使用管理员密钥；未配置管理员密钥时只接受本机请求";
    RateLimited "rate_limited" "too many at a time" "发送过快"
        "wait as long as Retry-After says, then send the same request again" "请按 Retry-After 等待后重新发送同一请求";
    Overloaded "overloaded" "the platform has too much to do" "平台繁忙"
        "wait as long as Retry-After says, then send the same request again" "请按 Retry-After 等待后重新发送同一请求";
    TimedOut "timed_out" "the body came too slowly" "请求内容到达过慢"
        "send smaller batches, or check the connection, and send the same request again"
        "请减小批量或检查网络后重新发送同一请求";
    CutOff "cut_off" "the body was cut off" "请求内容不完整"
        "send the same request again" "请重新发送同一请求";
    Unavailable "unavailable" "nothing can be stored now" "暂时无法保存"
        "keep the events and send the same request again; what was taken already is recognised"
        "请保留事件并稍后重新发送同一请求；已收下的会被识别";
    WrongDefinitions "wrong_definitions" "the definitions have problems" "定义有问题"
        "correct the places listed and publish again; nothing was changed" "请改正所列各处后重新发布；现行定义未变";
    NeedsReview "needs_review" "definitions that are in force are changed by review only" "在用的定义只能按审核程序变动"
        "draft the change, send it to its reviewers and publish it (mingjing definitions draft); nothing was changed"
        "请起草（mingjing definitions draft）、送审、公布；现行定义未变";
    MalformedXml "malformed_xml" "not readable as XES" "不是可读的 XES"
        "export the log again, or correct the XML at the place given" "请重新导出日志，或按所示位置改正 XML";
    MalformedCsv "malformed_csv" "not readable as CSV" "不是可读的 CSV"
        "check the delimiter, the quotes and the number of columns of this row"
        "请检查该行的分隔符、引号和列数";
    Unreadable "unreadable" "the file cannot be read further" "文件无法继续读取"
        "copy or export the file again; what was read before is kept" "请重新复制或导出该文件；此前读到的内容已保留";
    UnmappedEvent "unmapped_event" "no rule of the mapping fits this event" "映射中没有适用于该事件的规则"
        "add a rule under `events`, or set `unmapped: note` or `unmapped: skip`"
        "请在 `events` 下增加规则，或设置 `unmapped: note` 或 `unmapped: skip`";
    UnmappedValue "unmapped_value" "a value is not in the mapping" "该值不在映射表中"
        "add it to `map`, or give a `default`" "请加入 `map`，或给出 `default`";
    InexactAmount "inexact_amount" "not a whole number of minor units" "金额不是最小单位的整数"
        "check `scale`, or import it as an attribute of type float" "请检查 `scale`，或改作 float 类型的属性导入";
}
