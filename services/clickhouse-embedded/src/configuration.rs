//! The engine's configuration files, written anew at every start.
//!
//! A file of our own is needed for three reasons: without one the engine takes up any `config.xml` in the working
//! directory; only a file can take away the rights to read files and open connections (`file()`, `url()`, `remote()`
//! and the like), which a statement that came in over HTTP must not have; and memory, threads and durability get
//! values for a machine that also runs everything else.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The share of the machine's memory the engine may use when no number of bytes is given.
const MEMORY_SHARE: &str = "0.4";

/// One block of an insert is at most this big: 256 MiB in memory. A body up to this size is one block, hence stored
/// whole or not at all; a longer one is stored block by block, as ClickHouse does everywhere.
pub(crate) const INSERT_BLOCK_BYTES: u64 = 256 * 1024 * 1024;
/// The same bound in rows.
pub(crate) const INSERT_BLOCK_ROWS: u64 = 16 * 1024 * 1024;

/// Server settings. Caches default to 5 GiB each and pools to a server's size; these are for one machine shared with
/// the rest of the platform. `executeQuery` logs every refused statement with a stack trace, and `ThreadStatus` logs a
/// harmless "invalid address" at each streamed insert of libchdb 26.7.3, so both are silent; the caller gets the error.
const SERVER: &[(&str, &str)] = &[
    ("max_server_memory_usage_to_ram_ratio", MEMORY_SHARE),
    ("mark_cache_size", "134217728"),
    ("index_mark_cache_size", "67108864"),
    ("primary_index_cache_size", "134217728"),
    ("vector_similarity_index_cache_size", "16777216"),
    ("text_index_tokens_cache_size", "16777216"),
    ("text_index_header_cache_size", "16777216"),
    ("text_index_postings_cache_size", "16777216"),
    ("parquet_metadata_cache_size", "16777216"),
    ("iceberg_metadata_files_cache_size", "16777216"),
    ("query_condition_cache_size", "33554432"),
    ("compiled_expression_cache_size", "33554432"),
    ("max_thread_pool_free_size", "16"),
    ("background_pool_size", "2"),
    ("background_move_pool_size", "1"),
    ("background_fetches_pool_size", "1"),
    ("background_common_pool_size", "2"),
    ("background_schedule_pool_size", "4"),
];

/// What a session may do: everything with databases, tables and views. No dictionaries, since one can run a program.
const GRANTS: &str = "GRANT SHOW, SELECT, INSERT, CREATE DATABASE, CREATE TABLE, CREATE VIEW, CREATE TEMPORARY TABLE, \
     ALTER DATABASE, ALTER TABLE, ALTER VIEW, DROP, UNDROP TABLE, TRUNCATE, OPTIMIZE, CHECK, KILL QUERY, \
     SYSTEM MERGES, SYSTEM TTL MERGES, SYSTEM DROP CACHE, SYSTEM FLUSH ON *.*";

/// VALUES takes values and not expressions: data are not looked at before the engine gets them, and an expression could
/// call what [`crate::guard`] refuses.
const FIXED: &[(&str, u64)] = &[
    ("input_format_values_interpret_expressions", 0),
    ("input_format_values_deduce_templates_of_expressions", 0),
];

/// Writes `config.xml` and `users.xml` into `folder` and returns the path of the first.
pub(crate) fn write(folder: &Path, memory_max_bytes: Option<u64>) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let (config, users) = (folder.join("config.xml"), folder.join("users.xml"));
    fs::write(&users, users_xml())?;
    fs::write(&config, config_xml(&users, memory_max_bytes))?;
    Ok(config)
}

fn config_xml(users: &Path, memory_max_bytes: Option<u64>) -> String {
    let mut settings: String = SERVER
        .iter()
        .map(|(name, value)| format!("  <{name}>{value}</{name}>\n"))
        .collect();
    if let Some(bytes) = memory_max_bytes {
        settings.push_str(&format!(
            "  <max_server_memory_usage>{bytes}</max_server_memory_usage>\n"
        ));
    }
    // An insert that was acknowledged survives a power cut: fsync of the part and of its folder.
    format!(
        "<clickhouse>\n\
         \x20 <log-level>error</log-level>\n\
         \x20 <logger><console>1</console><levels>\
         <logger><name>executeQuery</name><level>none</level></logger>\
         <logger><name>ThreadStatus</name><level>none</level></logger>\
         </levels></logger>\n\
         \x20 <users_config>{users}</users_config>\n\
         \x20 <merge_tree><fsync_after_insert>1</fsync_after_insert><fsync_part_directory>1</fsync_part_directory></merge_tree>\n\
         {settings}</clickhouse>\n",
        users = escape(&users.to_string_lossy()),
    )
}

fn users_xml() -> String {
    let element = |(name, value): &(&str, u64)| format!("<{name}>{value}</{name}>");
    let profile: String = [
        // A 2xx answer must mean stored; newer engines collect inserts by default.
        ("async_insert", 0),
        ("max_insert_block_size", INSERT_BLOCK_ROWS),
        ("max_insert_block_size_bytes", INSERT_BLOCK_BYTES),
        ("min_insert_block_size_rows", INSERT_BLOCK_ROWS),
        ("min_insert_block_size_bytes", INSERT_BLOCK_BYTES),
    ]
    .iter()
    .chain(FIXED)
    .map(element)
    .collect();
    let constraints: String = FIXED
        .iter()
        .map(|(name, _)| format!("<{name}><const/></{name}>"))
        .collect();
    format!(
        "<clickhouse>\n\
         \x20 <profiles><default>{profile}<constraints>{constraints}</constraints></default></profiles>\n\
         \x20 <quotas><default></default></quotas>\n\
         \x20 <users><default>\n\
         \x20   <password></password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>\n\
         \x20   <grants><query>{GRANTS}</query></grants>\n\
         \x20 </default></users>\n\
         </clickhouse>\n"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_markup_in_it_does_not_break_the_file() {
        let text = config_xml(Path::new("/a&b<c>/users.xml"), Some(2_000_000_000));
        assert!(text.contains("<users_config>/a&amp;b&lt;c&gt;/users.xml</users_config>"));
        assert!(text.contains("<max_server_memory_usage>2000000000</max_server_memory_usage>"));
    }
}
