//! A TCP proxy that a test opens and shuts: a network that fails when it is told to.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

/// The port may be held for a moment by what was just ended.
const RETRY: Duration = Duration::from_millis(5);

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
    is_listening: bool,
    /// Both ends of what is open.
    open: Vec<TcpStream>,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Weather {
    #[default]
    Fair,
    /// What comes is let in and never answered, as by a cable that was pulled.
    Silent,
    /// What comes is refused.
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
            let mut listening = Some(listener);
            loop {
                let Some(listener) = listening.take().or_else(|| TcpListener::bind(address).ok())
                else {
                    thread::sleep(RETRY);
                    continue;
                };
                own.change(|state| state.is_listening = true);
                own.listen(&listener);
                drop(listener);
                own.change(|state| state.is_listening = false);
                drop(own.wait_until(|state| state.weather != Weather::Shut));
            }
        });
        Ok(Self { address, passage })
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends what is open, and refuses what comes, as a machine does whose server is gone.
    pub fn shut(&self) {
        self.passage.end_all(Weather::Shut);
        // Wakes who listens, so that they see it.
        let _ = TcpStream::connect(self.address);
        drop(self.passage.wait_until(|state| !state.is_listening));
    }

    /// Nothing passes any more and nobody is told.
    pub fn fall_silent(&self) {
        self.passage.change(|state| state.weather = Weather::Silent);
    }

    /// Everything passes. What had fallen silent meanwhile goes on where it stood.
    pub fn open(&self) {
        self.passage.change(|state| state.weather = Weather::Fair);
        drop(self.passage.wait_until(|state| state.is_listening));
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

    fn wait_until(&self, is_so: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = self.changed.wait_while(state, |state| !is_so(state));
        changed.unwrap_or_else(PoisonError::into_inner)
    }

    /// Where to, once it is not silent; `None` where it is shut.
    fn way(&self) -> Option<SocketAddr> {
        let state = self.wait_until(|state| state.weather != Weather::Silent);
        state.target.filter(|_| state.weather == Weather::Fair)
    }

    /// Lets in what comes, until it is shut.
    fn listen(self: &Arc<Self>, listener: &TcpListener) {
        for stream in listener.incoming().flatten() {
            if self.change(|state| state.weather == Weather::Shut) {
                return;
            }
            let passage = self.clone();
            thread::spawn(move || passage.serve(stream));
        }
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
