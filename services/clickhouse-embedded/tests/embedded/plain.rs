//! What `curl` and other plain HTTP clients see.

use reqwest::{Client, RequestBuilder, StatusCode};

use crate::support::with_database;

/// Status, exception code and body.
async fn send(request: RequestBuilder) -> (StatusCode, Option<String>, String) {
    let response = request.send().await.unwrap();
    let code = response
        .headers()
        .get("X-ClickHouse-Exception-Code")
        .map(|code| code.to_str().unwrap().to_owned());
    (response.status(), code, response.text().await.unwrap())
}

async fn ok(request: RequestBuilder) -> String {
    let (status, code, body) = send(request).await;
    assert_eq!((status, code), (StatusCode::OK, None), "{body}");
    body
}

/// Expects a refusal; `contains` is a part of the message.
async fn refused(request: RequestBuilder, status: u16, code: i32, contains: &str) {
    let (found, header, body) = send(request).await;
    assert_eq!(
        (found.as_u16(), header),
        (status, Some(code.to_string())),
        "{body}"
    );
    assert!(
        body.starts_with(&format!("Code: {code}. DB::Exception: ")) && body.contains(contains),
        "{body}"
    );
}

#[test]
fn queries_come_in_the_url_in_the_body_or_in_both() {
    with_database(async |database| {
        let (client, url) = (Client::new(), &database.url);
        assert_eq!(ok(client.get(format!("{url}/ping"))).await, "Ok.\n");
        assert_eq!(ok(client.get(url)).await, "Ok.\n");
        assert_eq!(
            ok(client.get(url).query(&[("query", "SELECT '办件', 1")])).await,
            "办件\t1\n"
        );
        assert_eq!(
            ok(client.post(url).body("SELECT 1; -- one statement\n")).await,
            "1\n"
        );
        assert_eq!(
            ok(client
                .post(url)
                .query(&[("query", "SELECT 1 +")])
                .body("1 FORMAT CSV"))
            .await,
            "2\n"
        );
        let defaults = [
            ("default_format", "JSONEachRow"),
            ("query", "SELECT 1 AS a"),
        ];
        assert_eq!(ok(client.get(url).query(&defaults)).await, "{\"a\":1}\n");
        let url_parameter = [
            ("query", "SELECT {a:String} || {b:String}"),
            ("param_a", "甲"),
            ("param_b", "\\t乙"),
        ];
        assert_eq!(ok(client.get(url).query(&url_parameter)).await, "甲\\t乙\n");
        let setting = [
            ("query", "SELECT getSetting('max_threads')"),
            ("max_threads", "3"),
        ];
        assert_eq!(ok(client.get(url).query(&setting)).await, "3\n");
    });
}

#[test]
fn data_of_an_insert_come_after_the_statement_or_as_the_whole_body() {
    with_database(async |database| {
        let (client, url) = (
            Client::new(),
            format!("{}/?database={}", database.url, database.name),
        );
        ok(client
            .post(&url)
            .body("CREATE TABLE t (a UInt32, s String) ENGINE = MergeTree ORDER BY a"))
        .await;
        let body = |text: &'static str| client.post(&url).body(text);
        ok(body("INSERT INTO t VALUES (1, 'one;'), (2, 'it''s')")).await;
        ok(body(
            "INSERT INTO t (s, a) FORMAT JSONEachRow {\"a\":3,\"s\":\"三\"}\n{\"a\":4,\"s\":\"\"}",
        ))
        .await;
        ok(body("insert into t format TSV\n5\tfünf\\n\n6\t\n")).await;
        let with_query = |query: &str| client.post(&url).query(&[("query", query)]);
        ok(with_query("INSERT INTO t FORMAT RowBinary")
            .body(&b"\x07\0\0\0\x01a\x08\0\0\0\x03\0\n\x01"[..]))
        .await;
        ok(with_query(
            "INSERT INTO t SELECT a + 10, s FROM t WHERE a = 1",
        ))
        .await;
        ok(with_query("INSERT INTO t FORMAT CSV").body("")).await;

        let rows = ok(body("SELECT a, hex(s) FROM t ORDER BY a")).await;
        let expected = "1\t6F6E653B\n2\t69742773\n3\tE4B889\n4\t\n5\t66C3BC6E660A\n6\t\n7\t61\n8\t000A01\n11\t6F6E653B\n";
        assert_eq!(rows, expected);
    });
}

#[test]
fn long_results_are_one_document_in_every_format() {
    with_database(async |database| {
        let (client, url) = (Client::new(), &database.url);
        let select = async |format: &str| {
            let query = format!("SELECT number AS n FROM numbers(200000) FORMAT {format}");
            ok(client.post(url).body(query)).await
        };
        let tsv: String = (0..200_000).map(|n| format!("{n}\n")).collect();
        assert!(select("TSV").await == tsv);
        assert!(select("CSVWithNames").await == format!("\"n\"\n{tsv}"));
        let json: serde_json::Value = serde_json::from_str(&select("JSON").await).unwrap();
        assert_eq!(
            (json["rows"].as_u64(), json["data"].as_array().map(Vec::len)),
            (Some(200_000), Some(200_000))
        );
        let array = client
            .post(url)
            .query(&[("output_format_json_array_of_rows", "1")]);
        let array =
            ok(array.body("SELECT number AS n FROM numbers(200000) FORMAT JSONEachRow")).await;
        assert_eq!(
            serde_json::from_str::<Vec<serde_json::Value>>(&array)
                .unwrap()
                .len(),
            200_000
        );
        let totals =
            "SELECT number % 2 AS k, count() FROM numbers(10) GROUP BY k WITH TOTALS ORDER BY k";
        assert_eq!(
            ok(client.post(url).body(totals)).await,
            "0\t5\n1\t5\n\n0\t10\n"
        );
    });
}

#[test]
fn answers_carry_clickhouses_headers() {
    with_database(async |database| {
        let (client, url) = (
            Client::new(),
            format!("{}/?database={}", database.url, database.name),
        );
        ok(client
            .post(&url)
            .body("CREATE TABLE t (a UInt32) ENGINE = MergeTree ORDER BY a"))
        .await;
        let insert = client
            .post(&url)
            .query(&[("query_id", "batch-7")])
            .body("INSERT INTO t VALUES (1), (2), (3)");
        let insert = insert.send().await.unwrap();
        let header = |name: &str| insert.headers().get(name).unwrap().to_str().unwrap();
        let summary: serde_json::Value =
            serde_json::from_str(header("X-ClickHouse-Summary")).unwrap();
        assert_eq!(
            (&summary["written_rows"], header("X-ClickHouse-Query-Id")),
            (&"3".into(), "batch-7")
        );
        assert_eq!(header("X-ClickHouse-Server-Display-Name"), "mingjing");

        let select = client
            .post(&url)
            .body("SELECT a FROM t FORMAT JSONEachRow")
            .send()
            .await
            .unwrap();
        let header = |name: &str| select.headers().get(name).unwrap().to_str().unwrap();
        let summary: serde_json::Value =
            serde_json::from_str(header("X-ClickHouse-Summary")).unwrap();
        assert_eq!(
            (&summary["read_rows"], header("X-ClickHouse-Format")),
            (&"3".into(), "JSONEachRow")
        );
        assert_eq!(
            header("Content-Type"),
            "application/x-ndjson; charset=UTF-8"
        );
    });
}

#[test]
fn what_cannot_be_done_is_refused_with_a_code_and_a_status() {
    with_database(async |database| {
        let (client, url) = (Client::new(), &database.url);
        let get = |pairs: &[(&str, &str)]| client.get(url).query(pairs);
        let post = |body: &str| client.post(url).body(body.to_owned());

        refused(
            get(&[("query", "CREATE TABLE t (a Int8) ENGINE = Memory")]),
            403,
            164,
            "readonly",
        )
        .await;
        refused(
            get(&[("query", "SELECT 1"), ("no_such_setting", "1")]),
            404,
            115,
            "no_such_setting",
        )
        .await;
        refused(
            get(&[("query", "SELECT 1"), ("max_threads", "many")]),
            400,
            27,
            "many",
        )
        .await;
        refused(
            get(&[("query", "SELECT 1"), ("session_id", "s")]),
            501,
            48,
            "session_id",
        )
        .await;
        refused(
            get(&[("query", "SELECT 1"), ("compress", "1")]),
            501,
            48,
            "compress",
        )
        .await;
        refused(
            get(&[("query", "SELECT 1"), ("user", "root")]),
            403,
            516,
            "root",
        )
        .await;
        refused(
            get(&[("query", "SELECT 1")]).header("Origin", "http://example.com"),
            403,
            497,
            "web pages",
        )
        .await;
        refused(
            get(&[("query", "SELECT 1")]).header("X-ClickHouse-Database", "nowhere"),
            404,
            81,
            "nowhere",
        )
        .await;
        refused(
            post("SELECT 1").header("Content-Encoding", "gzip"),
            501,
            48,
            "gzip",
        )
        .await;

        refused(post(""), 400, 62, "Empty query").await;
        refused(post("SELECT 1; SELECT 2"), 400, 62, "Multi-statements").await;
        refused(
            post("INSERT INTO nowhere FORMAT CSV\n1"),
            404,
            60,
            "nowhere",
        )
        .await;
        refused(
            post(&format!("SELECT '{}'", "x".repeat(17 << 20))),
            413,
            177,
            "longer than",
        )
        .await;
        // A long body after an insert that is refused at once: the answer must still be readable.
        let long = format!("INSERT INTO nowhere FORMAT CSV\n{}", "1\n".repeat(10 << 20));
        refused(post(&long), 404, 60, "nowhere").await;
    });
}

#[test]
fn statements_reach_neither_files_nor_the_network_nor_the_users() {
    with_database(async |database| {
        let (client, url) = (Client::new(), &database.url);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("written.csv");
        for sql in [
            "SELECT * FROM file('/etc/passwd', 'LineAsString')".to_owned(),
            format!(
                "INSERT INTO FUNCTION file('{}', 'CSV', 'a Int8') VALUES (1)",
                file.display()
            ),
            format!("SELECT 1 INTO OUTFILE '{}'", file.display()),
            "SELECT * FROM url('http://127.0.0.1:9/', 'CSV', 'a String')".to_owned(),
            "SELECT * FROM remote('127.0.0.1', system.one)".to_owned(),
            "CREATE TABLE f (a Int8) ENGINE = File(CSV)".to_owned(),
            "SELECT file('/etc/passwd')".to_owned(),
            "SELECT * APPLY(file) FROM (SELECT '/etc/passwd')".to_owned(),
            "CREATE TABLE f (a String) ENGINE = FileLog('/etc/passwd', 'LineAsString')".to_owned(),
            "CREATE DICTIONARY d (a UInt8) PRIMARY KEY a SOURCE(EXECUTABLE(COMMAND 'id' FORMAT 'CSV')) LAYOUT(FLAT())".to_owned(),
            "CREATE USER somebody".to_owned(),
            "SYSTEM SHUTDOWN".to_owned(),
        ] {
            refused(client.post(url).body(sql), 403, 497, "ACCESS_DENIED").await;
        }
        assert!(!file.exists());
        ok(client
            .post(url)
            .body("CREATE TABLE texts (a String) ENGINE = Memory"))
        .await;
        let expression = client
            .post(url)
            .body("INSERT INTO texts VALUES (file(assumeNotNull('/etc/passwd')))");
        refused(expression, 501, 344, "expressions").await;
    });
}
