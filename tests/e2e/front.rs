//! Front-end databases as departments have them: a real PostgreSQL or MariaDB in a folder of its own, and what is written to its
//! tables with plain SQL.

mod certificates;
mod tables;

use std::io::Write as _;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

pub use tables::{Department, TABLES};

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Postgres,
    MariaDb,
}

/// One server. Ended on drop.
pub struct Front {
    kind: Kind,
    folder: tempfile::TempDir,
    network: Network,
    process: Child,
}

/// How it is reached beside its socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Network {
    None,
    /// On a port of this machine, with a certificate for `localhost`.
    Tls(u16),
    /// The same without.
    Plain(u16),
}

/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

impl Front {
    /// Makes a database and starts its server, reachable through a socket in its own folder.
    pub async fn start(kind: Kind) -> Result<Self> {
        Self::reached(kind, Network::None).await
    }

    /// The same, reachable over the network, too, with a certificate that an issuer of its own has made out for `localhost`.
    pub async fn over_network(kind: Kind) -> Result<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?
            .local_addr()?
            .port();
        Self::reached(kind, Network::Tls(port)).await
    }

    async fn reached(kind: Kind, network: Network) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
        for part in ["data", "run"] {
            let part = folder.path().join(part);
            std::fs::create_dir(&part)?;
            if let Some((uid, gid)) = kind.user()? {
                chown(&part, Some(uid), Some(gid))?;
            }
        }
        if network != Network::None {
            certificates::make(folder.path(), kind.user()?)?;
        }
        kind.make(folder.path())?;
        let process = kind.serve(folder.path(), network)?;
        let front = Self {
            kind,
            folder,
            network,
            process,
        };
        front.until_up().await?;
        front.sql(match kind {
            Kind::Postgres => "CREATE DATABASE front; CREATE ROLE reader LOGIN;",
            Kind::MariaDb => {
                "CREATE DATABASE front CHARACTER SET utf8mb4; CREATE USER 'reader'@'localhost';"
            }
        })?;
        Ok(front)
    }

    /// The server ends at once and comes back, as after a power cut.
    pub async fn restart(&mut self) -> Result<()> {
        self.end()?;
        self.process = self.kind.serve(self.folder.path(), self.network)?;
        self.until_up().await
    }

    /// Comes back without TLS.
    pub async fn without_tls(&mut self) -> Result<()> {
        if let Network::Tls(port) = self.network {
            self.network = Network::Plain(port);
        }
        self.restart().await
    }

    /// The certificate of who issued the server's.
    pub fn issuer(&self) -> PathBuf {
        self.folder.path().join("tls/issuer.pem")
    }

    /// Its address over the network, by this name of the machine.
    pub fn network_address(&self, host: &str) -> Result<String> {
        let (Network::Tls(port) | Network::Plain(port)) = self.network else {
            bail!("it is not on the network");
        };
        Ok(match self.kind {
            Kind::Postgres => format!("postgres://reader@{host}:{port}/front"),
            Kind::MariaDb => format!("mysql://reader@{host}:{port}/front"),
        })
    }

    fn end(&mut self) -> Result<()> {
        let name = match self.kind {
            // It tells its children, who would otherwise hold its memory.
            Kind::Postgres => "-QUIT",
            Kind::MariaDb => "-KILL",
        };
        Command::new("kill")
            .args([name, &self.process.id().to_string()])
            .status()?;
        self.process.wait()?;
        Ok(())
    }

    async fn until_up(&self) -> Result<()> {
        let began = Instant::now();
        loop {
            let output = self.client(None, "SELECT 1;")?;
            if output.status.success() {
                return Ok(());
            }
            ensure!(
                began.elapsed() < PATIENCE,
                "the database does not start: {}\n{}",
                String::from_utf8_lossy(&output.stderr),
                std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What `mingjing poll` is told of it.
    pub fn address(&self) -> String {
        let run = self.folder.path().join("run");
        let run = run.display().to_string();
        match self.kind {
            Kind::Postgres => {
                let host = run.replace('/', "%2F");
                format!("postgres://reader@{host}/front")
            }
            Kind::MariaDb => {
                let socket = format!("{run}/s").replace('/', "%2F");
                format!("mysql://reader@localhost/front?socket={socket}")
            }
        }
    }

    fn client(&self, database: Option<&str>, sql: &str) -> Result<Output> {
        let run = self.folder.path().join("run");
        let mut client = match self.kind {
            Kind::Postgres => {
                let mut client = Command::new("psql");
                if let Network::Tls(port) | Network::Plain(port) = self.network {
                    client.args(["-p", &port.to_string()]);
                }
                client
                    .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-h"])
                    .arg(&run)
                    .args(["-d", database.unwrap_or("postgres")]);
                client
            }
            Kind::MariaDb => {
                let mut client = Command::new("mariadb");
                client
                    .args(["--batch", "--raw", "--default-character-set=utf8mb4"])
                    .args(["--user=root", "--socket"])
                    .arg(run.join("s"))
                    .args(database);
                client
            }
        };
        let mut process = client
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("start the database's client; run `make setup`")?;
        let mut input = process.stdin.take().context("stdin is piped")?;
        // Where it does not take all, its own words are better than ours.
        let _ = input.write_all(sql.as_bytes());
        drop(input);
        Ok(process.wait_with_output()?)
    }

    fn sql(&self, sql: &str) -> Result<String> {
        self.ask(None, sql)
    }

    /// Runs SQL in the front-end database as the department.
    pub fn write(&self, sql: &str) -> Result<()> {
        self.ask(Some("front"), sql).map(drop)
    }

    fn ask(&self, database: Option<&str>, sql: &str) -> Result<String> {
        let output = self.client(database, sql)?;
        ensure!(
            output.status.success(),
            "{sql}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Dumps a table as CSV, as the database's own tool does.
    pub fn dump(&self, table: &str, to: &Path) -> Result<()> {
        let text = match self.kind {
            Kind::Postgres => self.ask(
                Some("front"),
                &format!("COPY (SELECT * FROM {table}) TO STDOUT WITH (FORMAT csv, HEADER);"),
            )?,
            Kind::MariaDb => {
                let lines = self.ask(Some("front"), &format!("SELECT * FROM {table};"))?;
                ensure!(!lines.contains(',') && !lines.contains('"'), "plain values");
                let lines = match lines.is_empty() {
                    // It prints no heading where there is no row.
                    true => self
                        .ask(Some("front"), &format!("SHOW COLUMNS FROM {table};"))?
                        .lines()
                        .skip(1)
                        .filter_map(|line| line.split('\t').next())
                        .collect::<Vec<_>>()
                        .join("\t"),
                    false => lines,
                };
                lines.replace('\t', ",")
            }
        };
        std::fs::write(to, text)?;
        Ok(())
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        let _ = self.end();
    }
}

impl Kind {
    /// Where a server's programs lie.
    fn programs(self) -> Result<PathBuf> {
        match self {
            Kind::Postgres => {
                if let Some(named) = std::env::var_os("MINGJING_POSTGRES") {
                    return Ok(named.into());
                }
                let versions = std::fs::read_dir("/usr/lib/postgresql")
                    .context("PostgreSQL is not here; run `make setup`")?;
                let mut found: Vec<(u32, PathBuf)> = versions
                    .filter_map(|entry| {
                        let entry = entry.ok()?;
                        let version = entry.file_name().to_str()?.parse().ok()?;
                        Some((version, entry.path().join("bin")))
                    })
                    .collect();
                found.sort();
                let (_, newest) = found.pop().context("PostgreSQL is not here")?;
                Ok(newest)
            }
            Kind::MariaDb => Ok(std::env::var_os("MINGJING_MARIADB")
                .unwrap_or_else(|| "/usr/sbin".into())
                .into()),
        }
    }

    /// As whom it runs where we are root: neither server wants to be root.
    fn user(self) -> Result<Option<(u32, u32)>> {
        if std::fs::metadata("/proc/self")?.uid() != 0 {
            return Ok(None);
        }
        let name = match self {
            Kind::Postgres => "postgres",
            Kind::MariaDb => "mysql",
        };
        let users = std::fs::read_to_string("/etc/passwd")?;
        let line = users
            .lines()
            .find(|line| line.split(':').next() == Some(name))
            .with_context(|| format!("there is no user {name}"))?;
        let mut parts = line.split(':').skip(2);
        let mut number = || -> Result<u32> { Ok(parts.next().context("a number")?.parse()?) };
        Ok(Some((number()?, number()?)))
    }

    fn command(self, program: &Path) -> Result<Command> {
        Ok(match self.user()? {
            None => Command::new(program),
            Some((uid, gid)) => {
                let mut command = Command::new("setpriv");
                command
                    .args(["--reuid", &uid.to_string(), "--regid", &gid.to_string()])
                    .arg("--clear-groups")
                    .arg(program);
                command
            }
        })
    }

    fn make(self, folder: &Path) -> Result<()> {
        let data = folder.join("data");
        let output = match self {
            Kind::Postgres => self
                .command(&self.programs()?.join("initdb"))?
                .args([
                    "-A",
                    "trust",
                    "-U",
                    "postgres",
                    "-E",
                    "UTF8",
                    "--locale=C",
                    "--no-sync",
                    "-D",
                ])
                .arg(&data)
                .current_dir(folder)
                .output()?,
            Kind::MariaDb => self
                .command(Path::new("mariadb-install-db"))?
                .args([
                    "--no-defaults",
                    "--skip-test-db",
                    "--auth-root-authentication-method=normal",
                ])
                .arg(format!("--datadir={}", data.display()))
                .current_dir(folder)
                .output()?,
        };
        if !output.status.success() {
            bail!(
                "cannot make a database: {}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(())
    }

    fn serve(self, folder: &Path, network: Network) -> Result<Child> {
        let (data, run) = (folder.join("data"), folder.join("run"));
        let log = std::fs::File::create(folder.join("log"))?;
        let mut command = match self {
            Kind::Postgres => {
                let mut command = self.command(&self.programs()?.join("postgres"))?;
                command
                    .arg("-D")
                    .arg(&data)
                    .arg("-k")
                    .arg(&run)
                    .args(["-c", "fsync=off", "-c", "timezone=UTC"])
                    .args(["-c", "dynamic_shared_memory_type=mmap"]);
                let tls = folder.join("tls");
                let mut set = |name: &str, value: String| {
                    command.args(["-c", &format!("{name}={value}")]);
                };
                match network {
                    Network::None => set("listen_addresses", String::new()),
                    Network::Tls(port) | Network::Plain(port) => {
                        set("listen_addresses", "localhost".into());
                        set("port", port.to_string());
                    }
                }
                if matches!(network, Network::Tls(_)) {
                    set("ssl", "on".into());
                    set(
                        "ssl_cert_file",
                        tls.join("server.pem").display().to_string(),
                    );
                    set("ssl_key_file", tls.join("server.key").display().to_string());
                }
                command
            }
            Kind::MariaDb => {
                let mut command = self.command(&self.programs()?.join("mariadbd"))?;
                command
                    .args(["--no-defaults", "--innodb-buffer-pool-size=32M"])
                    .args(network.of_mariadb(&folder.join("tls")))
                    .arg(format!("--datadir={}", data.display()))
                    .arg(format!("--socket={}", run.join("s").display()))
                    .arg(format!("--pid-file={}", run.join("pid").display()));
                command
            }
        };
        let process = command
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        Ok(process)
    }
}

impl Network {
    fn of_mariadb(self, tls: &Path) -> Vec<String> {
        let (Network::Tls(port) | Network::Plain(port)) = self else {
            return vec!["--skip-networking".into()];
        };
        let mut arguments = vec![format!("--port={port}"), "--bind-address=127.0.0.1".into()];
        match self {
            Network::Tls(_) => {
                let file = |name: &str| tls.join(name).display().to_string();
                arguments.push(format!("--ssl-cert={}", file("server.pem")));
                arguments.push(format!("--ssl-key={}", file("server.key")));
                arguments.push(format!("--ssl-ca={}", file("issuer.pem")));
            }
            // Later versions make themselves a certificate.
            _ => arguments.push("--skip-ssl".into()),
        }
        arguments
    }
}
