//! A real Apache Kafka broker for tests: one KRaft node, broker and controller, on free ports of this machine.
//!
//! `deploy/setup/kafka.sh` puts the jars into the cache; this starts them in a temporary folder. The broker ends with
//! the process that started it, however that ends: a shell stands between the two and waits for the end of its input.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The environment variable that names the cache folder; without it `~/.cache/mingjing` is meant.
const CACHE_VARIABLE: &str = "MINGJING_CACHE";

const POM: &str = include_str!("../../../deploy/kafka/pom.xml");

/// 16 bytes in base64, as Kafka wants them; every broker of a test is a cluster of its own and none is joined.
const CLUSTER_ID: &str = "bWluZ2ppbmdtaW5namluZw";

/// A start takes 3 to 6 seconds on two cores, more when they are busy.
const PATIENCE: Duration = Duration::from_secs(90);

/// Small and quickly started; a test's broker never lives long enough for the better compiler to pay.
const JVM: [&str; 5] = [
    "-Xmx512m",
    "-Xss512k",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Dlog4j2.level=WARN",
];

/// Lives long enough for the better compiler, and has room as a broker of a site has.
const MEASURED_JVM: [&str; 3] = ["-Xms1g", "-Xmx1g", "-Dlog4j2.level=WARN"];

/// Kills Kafka when its own input ends; on the word `keep` it leaves the folder.
const KEEPER: &str = r#"folder=$1; shift
"$@" & broker=$!
read -r word
kill -9 "$broker" 2>/dev/null; wait "$broker" 2>/dev/null
[ "$word" = keep ] || rm -rf "$folder""#;

/// A running broker, or one that was killed and can be started again. Dropping it kills it and removes its folder.
pub struct Broker {
    libs: PathBuf,
    folder: PathBuf,
    port: u16,
    /// Where it is asked whether it is up: its only listener, or the one without a lock.
    inner: u16,
    keeper: Option<Child>,
    jvm: &'static [&'static str],
}

/// The password of the key store of a secured broker, which a test makes and throws away.
const STORE_PASSWORD: &str = "mingjing";

impl Broker {
    /// Formats a new folder and starts a broker on it; answers when it answers.
    ///
    /// # Errors
    /// The jars or Java are missing, or the broker did not come up; the text says what to do or shows the log.
    pub fn start() -> io::Result<Broker> {
        Self::with(false, &JVM)
    }

    /// The same, with a broker that is compiled as in production: for measuring.
    ///
    /// # Errors
    /// As [`start`](Broker::start).
    pub fn for_measuring() -> io::Result<Broker> {
        Self::with(false, &MEASURED_JVM)
    }

    /// The same, with TLS, SCRAM and access control lists for all who come by [`address`](Broker::address); nothing is
    /// allowed until it is. By [`inner_address`](Broker::inner_address) anyone may do everything, like the cluster's administrator.
    ///
    /// # Errors
    /// As [`start`](Broker::start).
    pub fn secured() -> io::Result<Broker> {
        Self::with(true, &JVM)
    }

    fn with(secured: bool, jvm: &'static [&'static str]) -> io::Result<Broker> {
        let libs = libs()?;
        let folder = tempfile::Builder::new()
            .prefix("mingjing-kafka-")
            .tempdir()?
            .keep();
        let [port, inner, controller] = free_ports()?;
        let mut broker = Broker {
            libs,
            folder,
            port,
            inner: if secured { inner } else { port },
            keeper: None,
            jvm,
        };
        let mut text = settings(&broker.data(), controller);
        if secured {
            broker.make_certificate()?;
            text += &locked_listeners(&broker.folder, port, inner, controller);
        } else {
            text += &open_listeners(port, controller);
        }
        fs::write(broker.settings(), text)?;
        broker.format_once()?;
        broker.restart()?;
        Ok(broker)
    }

    /// `host:port` for clients. A certificate is made out for a name.
    pub fn address(&self) -> String {
        match self.inner == self.port {
            true => format!("127.0.0.1:{}", self.port),
            false => format!("localhost:{}", self.port),
        }
    }

    /// `host:port` of the listener that asks nobody who he is.
    pub fn inner_address(&self) -> String {
        format!("127.0.0.1:{}", self.inner)
    }

    /// The certificate of a secured broker, as PEM.
    pub fn certificate(&self) -> PathBuf {
        self.folder.join("broker.pem")
    }

    /// The command that runs one of Kafka's own tools, by its class: `org.apache.kafka.tools.ConsoleProducer` and the like.
    pub fn tool(&self, class: &str) -> Command {
        let mut command = Command::new("java");
        command.args(JVM).args(self.class_path()).arg(class);
        command
    }

    fn make_certificate(&self) -> io::Result<()> {
        let store = self.folder.join("broker.p12");
        let keytool = |arguments: &[&str]| {
            let mut command = Command::new("keytool");
            command.args(arguments).arg("-keystore").arg(&store);
            let command = command.args(["-storepass", STORE_PASSWORD, "-alias", "broker"]);
            let output = command.stdin(Stdio::null()).output()?;
            match output.status.success() {
                true => Ok(()),
                false => Err(io::Error::other(format!(
                    "keytool {arguments:?}: {}",
                    String::from_utf8_lossy(&output.stdout)
                ))),
            }
        };
        keytool(&[
            "-genkeypair",
            "-keyalg",
            "EC",
            "-storetype",
            "PKCS12",
            "-dname",
            "CN=localhost",
            "-ext",
            "SAN=dns:localhost",
            "-validity",
            "3650",
        ])?;
        let pem = self.certificate();
        keytool(&["-exportcert", "-rfc", "-file", &pem.to_string_lossy()])
    }

    /// Where the broker keeps the partitions, a folder each.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Kills the broker (SIGKILL); what it has stored stays.
    ///
    /// # Errors
    /// The shell that holds it is gone.
    pub fn kill(&mut self) -> io::Result<()> {
        let Some(mut keeper) = self.keeper.take() else {
            return Ok(());
        };
        if let Some(mut input) = keeper.stdin.take() {
            input.write_all(b"keep\n")?;
        }
        keeper.wait().map(drop)
    }

    /// Starts the broker on what is stored, after a [`kill`](Broker::kill) if it runs; answers when it answers.
    ///
    /// # Errors
    /// It does not come up; the text has the end of its log.
    pub fn restart(&mut self) -> io::Result<()> {
        self.kill()?;
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("broker.log"))?;
        let keeper = Command::new("sh")
            .args(["-c", KEEPER, "kafka"])
            .arg(&self.folder)
            .arg("java")
            .args(self.jvm)
            .args(self.class_path())
            .arg("kafka.Kafka")
            .arg(self.settings())
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        self.keeper = Some(keeper);
        let began = Instant::now();
        while !answers(self.inner) {
            if began.elapsed() > PATIENCE {
                let log = fs::read_to_string(self.folder.join("broker.log")).unwrap_or_default();
                return Err(io::Error::other(format!(
                    "Kafka did not answer within {PATIENCE:?}; its log ends with:\n{}",
                    tail(&log)
                )));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// A formatted folder holds nothing of its own but a made-up name, so later brokers get a copy of the first one's:
    /// the tool takes seconds to start.
    fn format_once(&self) -> io::Result<()> {
        static FORMATTED: Mutex<Vec<(PathBuf, Vec<u8>)>> = Mutex::new(Vec::new());
        let mut formatted = FORMATTED.lock().unwrap_or_else(PoisonError::into_inner);
        if formatted.is_empty() {
            self.format()?;
            let mut files = Vec::new();
            collect(&self.data(), Path::new(""), &mut files)?;
            *formatted = files;
            return Ok(());
        }
        for (name, content) in formatted.iter() {
            let path = self.data().join(name);
            fs::create_dir_all(path.parent().unwrap_or(&path))?;
            fs::write(path, content)?;
        }
        Ok(())
    }

    fn format(&self) -> io::Result<()> {
        let output = Command::new("java")
            .args(JVM)
            .args(self.class_path())
            .args(["kafka.tools.StorageTool", "format", "--cluster-id"])
            .arg(CLUSTER_ID)
            .arg("--config")
            .arg(self.settings())
            .stdin(Stdio::null())
            .output()
            .map_err(|e| io::Error::other(format!("java could not be started ({e}); {SETUP}")))?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        Err(io::Error::other(format!(
            "Kafka could not format its folder:\n{}",
            tail(&said)
        )))
    }

    fn settings(&self) -> PathBuf {
        self.folder.join("server.properties")
    }

    fn class_path(&self) -> [String; 2] {
        ["-cp".to_owned(), format!("{}/*", self.libs.display())]
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            drop(keeper.stdin.take());
            drop(keeper.wait());
        }
        drop(fs::remove_dir_all(&self.folder));
    }
}

const SETUP: &str = "run: bash deploy/setup/kafka.sh";

/// The folder of the jars in the cache.
fn libs() -> io::Result<PathBuf> {
    let version = POM
        .split_once("<kafka.version>")
        .and_then(|(_, rest)| rest.split_once('<'))
        .map_or("?", |(version, _)| version);
    let named = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let cache = named(CACHE_VARIABLE)
        .map(PathBuf::from)
        .or_else(|| named("HOME").map(|home| Path::new(&home).join(".cache").join("mingjing")));
    let cache = cache
        .ok_or_else(|| io::Error::other(format!("neither {CACHE_VARIABLE} nor HOME is set")))?;
    let libs = cache.join("kafka").join(version).join("libs");
    if libs.is_dir() {
        return Ok(libs);
    }
    Err(io::Error::other(format!(
        "Kafka {version} is not at {}; {SETUP}",
        libs.display()
    )))
}

/// As near to the defaults as one node allows; topics are created by themselves there too, which clients must live with.
fn settings(data: &Path, controller: u16) -> String {
    format!(
        "process.roles=broker,controller\n\
         node.id=1\n\
         controller.quorum.voters=1@127.0.0.1:{controller}\n\
         controller.listener.names=CONTROLLER\n\
         log.dirs={}\n\
         offsets.topic.num.partitions=1\n\
         group.min.session.timeout.ms=1000\n\
         group.initial.rebalance.delay.ms=500\n\
         offsets.topic.replication.factor=1\n\
         transaction.state.log.replication.factor=1\n\
         transaction.state.log.min.isr=1\n\
         log.cleaner.dedupe.buffer.size=4194304\n\
         num.network.threads=2\n\
         num.io.threads=4\n",
        data.display()
    )
}

fn open_listeners(port: u16, controller: u16) -> String {
    format!(
        "listeners=BROKER://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}\n\
         advertised.listeners=BROKER://127.0.0.1:{port}\n\
         inter.broker.listener.name=BROKER\n\
         listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT\n"
    )
}

/// Nobody comes in by BROKER without a password, and nobody may do there what no list allows him.
fn locked_listeners(folder: &Path, port: u16, inner: u16, controller: u16) -> String {
    format!(
        "listeners=BROKER://127.0.0.1:{port},INNER://127.0.0.1:{inner},CONTROLLER://127.0.0.1:{controller}\n\
         advertised.listeners=BROKER://localhost:{port},INNER://127.0.0.1:{inner}\n\
         inter.broker.listener.name=INNER\n\
         listener.security.protocol.map=BROKER:SASL_SSL,INNER:PLAINTEXT,CONTROLLER:PLAINTEXT\n\
         listener.name.broker.sasl.enabled.mechanisms=SCRAM-SHA-512\n\
         listener.name.broker.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;\n\
         listener.name.broker.ssl.keystore.type=PKCS12\n\
         listener.name.broker.ssl.keystore.location={}\n\
         listener.name.broker.ssl.keystore.password={STORE_PASSWORD}\n\
         authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n\
         super.users=User:ANONYMOUS\n",
        folder.join("broker.p12").display()
    )
}

/// The files below a folder, with their contents.
fn collect(folder: &Path, below: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) -> io::Result<()> {
    for entry in fs::read_dir(folder.join(below))? {
        let entry = entry?;
        let name = below.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            collect(folder, &name, files)?;
        } else {
            files.push((name, fs::read(entry.path())?));
        }
    }
    Ok(())
}

/// Ports that were free a moment ago.
fn free_ports() -> io::Result<[u16; 3]> {
    let listen = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let held = [listen()?, listen()?, listen()?];
    let mut ports = [0; 3];
    for (port, held) in ports.iter_mut().zip(&held) {
        *port = held.local_addr()?.port();
    }
    Ok(ports)
}

/// Whether a broker there answers the question which requests it knows (ApiVersions, version 0).
fn answers(port: u16) -> bool {
    const QUESTION: [u8; 14] = [0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff];
    let ask = || -> io::Result<()> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(&QUESTION)?;
        stream.read_exact(&mut [0; 8])
    };
    ask().is_ok()
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}
