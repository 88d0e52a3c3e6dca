//! What Linux tells about a running process, from /proc (see proc(5)).

use std::fs;

use anyhow::{Context, Result};

/// /proc counts processor time in these on every architecture that we build for.
const TICKS_A_SECOND: f64 = 100.0;

/// Processor time that a process has used so far, in seconds, all threads together.
pub(crate) fn cpu_seconds(pid: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("reading /proc")?;
    cpu_seconds_in(&stat, 2).with_context(|| format!("unexpected /proc/{pid}/stat"))
}

/// The same of a process and all that it started, also those that ended.
pub(crate) fn cpu_seconds_of_all(pid: u32) -> Result<f64> {
    let mut all = 0.0;
    for entry in fs::read_dir("/proc").context("reading /proc")? {
        let name = entry?.file_name();
        let Some(child) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // It may have ended meanwhile.
        let Ok(stat) = fs::read_to_string(format!("/proc/{child}/stat")) else { continue };
        if child == pid {
            all += cpu_seconds_in(&stat, 4).context("unexpected /proc")?;
        } else if parent_in(&stat) == Some(pid) {
            all += cpu_seconds_in(&stat, 2).context("unexpected /proc")?;
        }
    }
    Ok(all)
}

fn parent_in(stat: &str) -> Option<u32> {
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// User and system time are fields 14 and 15, those of children that ended 16 and 17; the command's name before them
/// may hold spaces and parentheses.
fn cpu_seconds_in(stat: &str, fields: usize) -> Option<f64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let ticks = after_name.split_whitespace().skip(11).take(fields);
    let ticks = ticks.map(|field| field.parse().ok()).collect::<Option<Vec<f64>>>()?;
    (ticks.len() == fields).then(|| ticks.iter().sum::<f64>() / TICKS_A_SECOND)
}

/// Resident memory of a process, in KiB.
pub(crate) fn rss_kib(pid: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("reading /proc")?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.trim().strip_suffix("kB")?.trim().parse().ok())
        .with_context(|| format!("no VmRSS in /proc/{pid}/status"))
}

/// How the IPv4 socket with this port of its own stands, as the system sees it.
pub(crate) fn socket(port: u16) -> Option<String> {
    socket_in(&fs::read_to_string("/proc/net/tcp").ok()?, port)
}

/// Addresses, state and queues are in hexadecimal; the queues are what nobody took yet.
fn socket_in(table: &str, port: u16) -> Option<String> {
    let own = format!(":{port:04X}");
    let lines = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    let found = lines.filter(|fields| fields.len() > 4).find(|fields| fields[1].ends_with(&own))?;
    let (unsent, unread) = found[4].split_once(':')?;
    let bytes = |hex| u64::from_str_radix(hex, 16).ok();
    let state = match found[3] {
        "01" => "established",
        "06" => "time wait",
        "08" => "closed by the other side",
        other => other,
    };
    Some(format!("{state}, {} bytes unsent, {} unread", bytes(unsent)?, bytes(unread)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_found_behind_a_name_with_parentheses() {
        let stat = "42 (a (b) c) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 3 0 100 0 0";
        assert_eq!(cpu_seconds_in(stat, 2), Some(3.0));
        assert_eq!(parent_in(stat), Some(1));
        assert_eq!(cpu_seconds_in("42 nothing", 2), None);
    }

    #[test]
    fn a_socket_is_found_by_its_own_port() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when\n\
               0: 0100007F:1F90 0100007F:A1B2 08 00000000:0000002A 00:00000000 00000000\n";
        let closed = "closed by the other side, 0 bytes unsent, 42 unread";
        assert_eq!(socket_in(table, 8080).as_deref(), Some(closed));
        assert_eq!(socket_in(table, 8081), None);
    }

    #[test]
    fn this_process_has_memory() {
        assert!(rss_kib(std::process::id()).unwrap() > 100);
        assert!(cpu_seconds(std::process::id()).unwrap() >= 0.0);
    }
}
