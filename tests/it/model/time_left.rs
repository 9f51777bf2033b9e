//! How much time is left, and what holds on.

use inflight::event::Offset;

use crate::scenario::notation::scenario;

#[test]
fn the_time_left_is_told_without_what_holds_on_far_longer_than_usual() {
    let mut told = String::from("0ms start a#999");
    for n in 0..50 {
        use std::fmt::Write;
        let at = n * 100;
        write!(told, " | {at}ms start a#{n} | {}ms answer a#{n} 200 | {}ms done a#{n}", at + 50, at + 50).unwrap();
    }
    let model = scenario(&told).fold();
    let held = model.stragglers(Offset(5_000_000));
    assert_eq!((held.n, held.until), (1, None));
    assert_eq!(model.stragglers(Offset(900_000)).n, 0, "a second is not long");
}
