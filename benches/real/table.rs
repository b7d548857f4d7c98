//! The table of what was measured, as it stands in docs/performance.md.

use crate::{machine, numbers::percentile};

/// What a figure should be.
#[derive(Debug, Clone, Copy)]
pub enum Limit {
    /// It is told, and nothing more.
    None,
    /// It should not be more; how fast a machine is decides too.
    Target(f64),
    /// It must not be more.
    Gate(f64),
}

struct Line {
    name: String,
    values: Vec<f64>,
    unit: &'static str,
    limit: Limit,
    conditions: String,
}

/// All figures in the order they were taken.
#[derive(Default)]
pub struct Table {
    lines: Vec<Line>,
    conditions: String,
}

impl Table {
    /// From now on figures are taken under these conditions.
    pub fn quiet(&mut self, busy: f64) {
        self.conditions = format!("{busy:.0} %, {}", machine::load());
    }

    pub fn add(
        &mut self,
        name: impl Into<String>,
        values: Vec<f64>,
        unit: &'static str,
        limit: Limit,
    ) {
        let line = Line {
            name: name.into(),
            values,
            unit,
            limit,
            conditions: self.conditions.clone(),
        };
        eprintln!("  {}: {}", line.name, number(line.median(), unit));
        self.lines.push(line);
    }

    /// Prints it; whether every gate holds.
    pub fn print(&self) -> bool {
        println!("\n| | median | worst | limit | | busy before, load |\n|---|---|---|---|---|---|");
        for line in &self.lines {
            let (limit, word) = line.judged();
            println!(
                "| {} | {} | {} | {limit} | {word} | {} |",
                line.name,
                number(line.median(), line.unit),
                number(line.worst(), line.unit),
                line.conditions,
            );
        }
        let broken = |line: &&Line| matches!(line.limit, Limit::Gate(_)) && !line.holds();
        let broken: Vec<&str> = self
            .lines
            .iter()
            .filter(broken)
            .map(|line| line.name.as_str())
            .collect();
        if !broken.is_empty() {
            println!("\nGates that do not hold: {}", broken.join("; "));
        }
        broken.is_empty()
    }
}

impl Line {
    fn median(&self) -> f64 {
        percentile(&mut self.values.clone(), 0.5)
    }

    fn worst(&self) -> f64 {
        percentile(&mut self.values.clone(), 1.0)
    }

    fn holds(&self) -> bool {
        match self.limit {
            Limit::None => true,
            // What could not be measured holds nothing.
            Limit::Target(most) | Limit::Gate(most) => self.median() <= most,
        }
    }

    fn judged(&self) -> (String, &'static str) {
        match self.limit {
            Limit::None => (String::new(), ""),
            Limit::Target(most) if self.holds() => (format!("≤ {most} {}", self.unit), "held"),
            Limit::Target(most) => (format!("≤ {most} {}", self.unit), "missed"),
            Limit::Gate(most) if self.holds() => (format!("≤ {most} {}", self.unit), "**held**"),
            Limit::Gate(most) => (format!("≤ {most} {}", self.unit), "**broken**"),
        }
    }
}

fn number(value: f64, unit: &str) -> String {
    let digits = if value.abs() < 10.0 { 2 } else { 1 };
    format!("{value:.digits$} {unit}").trim_end().to_owned()
}
