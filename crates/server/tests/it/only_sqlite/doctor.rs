//! What `sotto doctor` says of the addresses to listen on, and of the clock.

use std::fs;

use clap::Parser;
use server::cli::doctor::{self, Doctor};
use server::cli::transcript::Answer;
use tokio::net::TcpListener;

use crate::served::Served;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    doctor: Doctor,
}

/// What it answers and prints about an install that is to listen there.
async fn says(world: &Served, listen: &str, metrics: &str) -> (Answer, String) {
    let file = world.data().with_file_name("doctor.toml");
    let text = format!(
        "data_dir = {:?}\nkey_dir = {:?}\ntranscripts_dir = {:?}\nlisten = {listen:?}\nmetrics_listen = {metrics:?}\n",
        world.data(),
        world.keys(),
        world.archive()
    );
    fs::write(&file, text).unwrap();
    let line = ["sotto", "--all", "--config", file.to_str().unwrap()];
    let mut printed = Vec::new();
    let answer = doctor::run(&Line::parse_from(line).doctor, &mut printed).await.unwrap();
    (answer, String::from_utf8(printed).unwrap())
}

#[tokio::test]
async fn an_address_is_free_ours_or_another_programs() {
    let world = Served::new().await;
    let theirs = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let taken = theirs.local_addr().unwrap().to_string();
    // It takes connections and says nothing of ours.
    let other = tokio::spawn(async move { while theirs.accept().await.is_ok() {} });
    let ours = world.address.to_string();

    let (_, said) = says(&world, &ours, "127.0.0.1:0").await;
    assert!(said.contains(&format!("good  port listen: a Sotto listens on {ours}.")), "{said}");
    assert!(said.contains("good  port metrics_listen: 127.0.0.1:0 is free"), "{said}");
    let (answer, said) = says(&world, &taken, &ours).await;
    assert_eq!(answer, Answer::No);
    let found = format!("wrong  port listen: another program listens on {taken}. Stop it");
    assert!(said.contains(&found), "{said}");
    let found = format!("wrong  port metrics_listen: another program listens on {ours}");
    assert!(said.contains(&found), "the server is not its metrics: {said}");
    let (_, said) = says(&world, "192.0.2.1:80", "nowhere").await;
    assert!(said.contains("192.0.2.1:80 is no address of this machine"), "{said}");
    assert!(said.contains("nowhere cannot be listened on"), "{said}");
    assert!(said.contains("note  clock: whether this machine's clock is right"), "{said}");
    other.abort();
    world.ends().await;
}
