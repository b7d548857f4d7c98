//! The table of what was measured, with the targets.

/// One measured value with what it should be.
struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    target: Option<f64>,
}

/// All of them, in the order they were taken.
#[derive(Default)]
pub struct Figures(Vec<Figure>);

impl Figures {
    pub fn add(
        &mut self,
        name: impl Into<String>,
        value: f64,
        unit: &'static str,
        target: Option<f64>,
    ) {
        let name = name.into();
        eprintln!("  {name}: {value:.2} {unit}");
        self.0.push(Figure {
            name,
            value,
            unit,
            target,
        });
    }

    pub fn print(&self) {
        println!("\n{:<58} {:>12} {:>12}", "", "measured", "target");
        for figure in &self.0 {
            let target = figure
                .target
                .map_or(String::new(), |most| format!("≤ {most} {}", figure.unit));
            let missed = figure
                .target
                .is_some_and(|most| figure.value > most || figure.value.is_nan());
            let mark = if missed { "  MISSED" } else { "" };
            println!(
                "{:<58} {:>7.2} {:<4} {target:>12}{mark}",
                figure.name, figure.value, figure.unit
            );
        }
    }
}
