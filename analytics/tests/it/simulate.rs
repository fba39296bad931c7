//! A reduced form of the simulations: the bars hold, give or take what so few runs can tell.

#[path = "../../examples/simulate/worlds.rs"]
mod worlds;

#[test]
fn the_measured_error_rates_keep_their_bars() {
    let rows = worlds::all(0.04);
    let missed: Vec<_> = rows.iter().filter(|row| !row.holds(4.0)).map(ToString::to_string).collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    assert!((1..=27).all(|bar| rows.iter().any(|row| row.number == bar)), "every bar is measured");
}
