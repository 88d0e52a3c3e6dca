//! A TCP proxy that a test opens and shuts: a network that fails when it is told to.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result};

/// Passes connections on to one address, as long as it may.
pub struct Gate {
    address: SocketAddr,
    passage: Arc<Passage>,
}

#[derive(Default)]
struct Passage {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    target: Option<SocketAddr>,
    weather: Weather,
    /// Both ends of what is open.
    open: Vec<TcpStream>,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Weather {
    #[default]
    Fair,
    /// What comes is let in and never answered, as by a cable that was pulled.
    Silent,
    /// What comes is turned away.
    Shut,
}

impl Gate {
    /// A gate before `target`, open.
    ///
    /// # Errors
    /// Where no port is to be had.
    pub fn before(target: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("a gate's port")?;
        let address = listener.local_addr()?;
        let passage = Arc::new(Passage::default());
        passage.change(|state| state.target = Some(target));
        let own = passage.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let passage = own.clone();
                thread::spawn(move || passage.serve(stream));
            }
        });
        Ok(Self { address, passage })
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends what is open, and turns away what comes.
    pub fn shut(&self) {
        self.passage.end_all(Weather::Shut);
    }

    /// Nothing passes any more and nobody is told.
    pub fn fall_silent(&self) {
        self.passage.change(|state| state.weather = Weather::Silent);
    }

    /// Everything passes. What had fallen silent meanwhile goes on where it stood.
    pub fn open(&self) {
        self.passage.change(|state| state.weather = Weather::Fair);
    }

    /// From now on to another address; what leads to the old one ends.
    pub fn lead_to(&self, target: SocketAddr) {
        self.passage.change(|state| state.target = Some(target));
        self.passage.end_all(Weather::Fair);
    }
}

impl Passage {
    fn change<T>(&self, how: impl FnOnce(&mut State) -> T) -> T {
        let changed = how(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_all();
        changed
    }

    fn end_all(&self, weather: Weather) {
        self.change(|state| {
            state.weather = weather;
            for stream in state.open.drain(..) {
                // It may have ended by itself.
                let _ = stream.shutdown(Shutdown::Both);
            }
        });
    }

    /// Where to, once it is not silent; `None` where it is shut.
    fn way(&self) -> Option<SocketAddr> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let heard = self.changed.wait_while(state, |state| state.weather == Weather::Silent);
        let state = heard.unwrap_or_else(PoisonError::into_inner);
        state.target.filter(|_| state.weather == Weather::Fair)
    }

    fn serve(self: Arc<Self>, near: TcpStream) {
        let Some(far) = self.way().and_then(|target| TcpStream::connect(target).ok()) else {
            return;
        };
        let ends = || Some([near.try_clone().ok()?, far.try_clone().ok()?]);
        let (Some([near_in, far_in]), Some(known)) = (ends(), ends()) else { return };
        // Small messages must not wait for the next.
        let _ = (near.set_nodelay(true), far.set_nodelay(true));
        self.change(|state| state.open.extend(known));
        let back = self.clone();
        let there = thread::spawn(move || back.pass(far_in, near));
        self.pass(near_in, far);
        // It ends with either side.
        let _ = there.join();
    }

    fn pass(&self, mut from: TcpStream, mut to: TcpStream) {
        let mut bytes = [0; 16 * 1024];
        while let Ok(read @ 1..) = from.read(&mut bytes) {
            if self.way().is_none() || to.write_all(&bytes[..read]).is_err() {
                break;
            }
        }
        let _ = (to.shutdown(Shutdown::Both), from.shutdown(Shutdown::Both));
    }
}
