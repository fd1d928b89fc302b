//! The program that answers the requests of languages/README.md in Rust.

mod peer;
mod redb_peer;
mod rusqlite_peer;
mod sled_peer;
mod spinkv_peer;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use peer::{Kind, Pair, Peer, Result, Terms};

const KINDS: [&Kind; 4] = [
    &spinkv_peer::KIND,
    &rusqlite_peer::KIND,
    &redb_peer::KIND,
    &sled_peer::KIND,
];

const KEY_COUNT: usize = 1000;
const VALUE_SIZE: usize = 100;

struct Server {
    kind: &'static Kind,
    peer: Option<Box<dyn Peer>>,
    all: Vec<String>,
    position: usize,
    number: u64,
}

/// What a batch is about.
enum Work {
    Get(Vec<String>),
    Set(Vec<Pair>),
    SetMany(Vec<Pair>),
}

fn get(peer: &dyn Peer, keys: &[String]) -> Result<()> {
    if peer.get(keys)? == keys.len() * VALUE_SIZE {
        Ok(())
    } else {
        Err("a wrong result of get".into())
    }
}

impl Server {
    fn new(kind: &'static Kind) -> Self {
        let key = |index| format!("user:{:011}", 2 * (617 * index % KEY_COUNT));
        let all = (0..KEY_COUNT).map(key).collect();
        Server {
            kind,
            peer: None,
            all,
            position: 0,
            number: 0,
        }
    }

    fn answer(&mut self, request: &str) -> Result<String> {
        let words: Vec<&str> = request.splitn(4, ' ').collect();
        match words[..] {
            ["open", durability, cache, path] => {
                let synced = durability == "full";
                let uncached = cache == "uncached";
                let terms = Terms {
                    path: Path::new(path),
                    synced,
                    uncached,
                };
                self.peer = Some((self.kind.open)(&terms)?);
            }
            ["fill"] => {
                self.position = 0;
                self.number = 0;
                let pairs = self.next_pairs(KEY_COUNT);
                self.peer().set_many(&pairs)?;
            }
            ["batch", operation, count] => return self.batch(operation, count.parse()?),
            ["calls", operation, count] => return self.calls(operation, count.parse()?),
            ["values"] => return self.values(),
            ["close"] => self.peer = None,
            _ => return Err(format!("the request {request} is unknown").into()),
        }
        Ok("ok".into())
    }

    fn peer(&mut self) -> &mut dyn Peer {
        self.peer.as_mut().expect("a store that is open").as_mut()
    }

    fn next_keys(&mut self, count: usize) -> Vec<String> {
        let first = self.position;
        self.position = (first + count) % KEY_COUNT;
        (first..first + count)
            .map(|index| self.all[index % KEY_COUNT].clone())
            .collect()
    }

    fn next_value(&mut self) -> Vec<u8> {
        let mut value: Vec<u8> = (0..VALUE_SIZE).map(|place| (37 * place) as u8).collect();
        value[..8].copy_from_slice(&self.number.to_le_bytes());
        self.number += 1;
        value
    }

    fn next_pairs(&mut self, count: usize) -> Vec<Pair> {
        let keys = self.next_keys(count);
        keys.into_iter()
            .map(|key| (key, self.next_value()))
            .collect()
    }

    fn prepare(&mut self, operation: &str, count: usize) -> Result<Work> {
        if operation == "get" {
            let keys = self.next_keys(count);
            get(self.peer(), &keys)?;
            return Ok(Work::Get(keys));
        }
        let pairs = self.next_pairs(count);
        Ok(if operation == "set" {
            Work::Set(pairs)
        } else {
            Work::SetMany(pairs)
        })
    }

    fn batch(&mut self, operation: &str, count: usize) -> Result<String> {
        let work = self.prepare(operation, count)?;
        let peer = self.peer();
        let start = Instant::now();
        match &work {
            Work::Get(keys) => get(peer, keys)?,
            Work::Set(pairs) => peer.set(pairs)?,
            Work::SetMany(pairs) => peer.set_many(pairs)?,
        }
        Ok(start.elapsed().as_nanos().to_string())
    }

    fn calls(&mut self, operation: &str, count: usize) -> Result<String> {
        let work = self.prepare(operation, count)?;
        let peer = self.peer();
        let mut answer = String::new();
        for index in 0..count {
            let start = Instant::now();
            match &work {
                Work::Get(keys) => get(peer, &keys[index..=index])?,
                Work::Set(pairs) | Work::SetMany(pairs) => peer.set(&pairs[index..=index])?,
            }
            write!(answer, "{} ", start.elapsed().as_nanos())?;
        }
        Ok(answer.trim_end().into())
    }

    fn values(&mut self) -> Result<String> {
        let peer = self.peer.as_ref().expect("a store that is open");
        let mut answer = String::new();
        for key in &self.all {
            for byte in peer.read(key)? {
                write!(answer, "{byte:02x}")?;
            }
            answer.push(' ');
        }
        Ok(answer.trim_end().into())
    }
}

fn print(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

fn serve(name: &str) -> Result<()> {
    let kind = *KINDS
        .iter()
        .find(|kind| kind.name == name)
        .ok_or("there is no such peer")?;
    let Kind {
        version,
        full,
        normal,
        ..
    } = kind;
    print(&format!(
        "ready\tRust {}\t{version}\t{full}\t{normal}",
        env!("RUST_VERSION")
    ))?;
    let mut server = Server::new(kind);
    for line in std::io::stdin().lines() {
        print(&server.answer(&line?)?)?;
    }
    Ok(())
}

fn main() -> Result<()> {
    let name = std::env::args().nth(1).unwrap_or_default();
    if let Err(error) = serve(&name) {
        print(&format!("failed: {error}"))?;
        std::process::exit(1);
    }
    Ok(())
}
