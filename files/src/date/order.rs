//! The order of day, month and year in dates of numbers.

use super::forms::numbers;

/// The order of day and month in a date such as 04/05/2023.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    /// Day, month, year: most of the world.
    DayFirst,
    /// Month, day, year: the United States.
    MonthFirst,
}

impl DateOrder {
    /// The name that a person writes.
    pub fn name(self) -> &'static str {
        match self {
            DateOrder::DayFirst => "dmy",
            DateOrder::MonthFirst => "mdy",
        }
    }
}

impl std::str::FromStr for DateOrder {
    type Err = String;

    fn from_str(name: &str) -> Result<DateOrder, String> {
        match name.to_lowercase().as_str() {
            "dmy" => Ok(DateOrder::DayFirst),
            "mdy" => Ok(DateOrder::MonthFirst),
            _ => Err(format!("unknown order `{name}`; use dmy (24/04/2023) or mdy (04/24/2023)")),
        }
    }
}

/// Finds the order of the dates of a column by those that can be meant in one way only.
#[derive(Clone, Debug, Default)]
pub struct OrderFinder {
    day_first: u64,
    month_first: u64,
    open: u64,
    /// A date that shows the order.
    shown_by: Option<String>,
}

impl OrderFinder {
    /// Takes a text into account.
    pub fn see(&mut self, text: &str) {
        let Some((first, second)) = numbers(text) else { return };
        match (first > 12, second > 12) {
            (true, false) => {
                self.day_first += 1;
                self.shown_by.get_or_insert_with(|| text.to_owned());
            }
            (false, true) => {
                self.month_first += 1;
                self.shown_by.get_or_insert_with(|| text.to_owned());
            }
            (false, false) if first != second => self.open += 1,
            _ => (),
        }
    }

    /// The order, if dates show one and none shows the other.
    pub fn found(&self) -> Option<DateOrder> {
        match (self.day_first, self.month_first) {
            (1.., 0) => Some(DateOrder::DayFirst),
            (0, 1..) => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }

    /// A date that shows the order.
    pub fn shown_by(&self) -> Option<&str> {
        self.shown_by.as_deref()
    }

    /// Whether there are dates whose order must be known.
    pub fn matters(&self) -> bool {
        self.open + self.day_first + self.month_first > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_shown_by_dates_that_can_be_meant_in_one_way_only() {
        let found = |dates: &[&str]| {
            let mut finder = OrderFinder::default();
            dates.iter().for_each(|date| finder.see(date));
            (finder.found(), finder.matters())
        };
        assert_eq!(found(&["04/05/2023", "24/05/2023 10:00"]), (Some(DateOrder::DayFirst), true));
        assert_eq!(found(&["04/05/2023", "05/24/2023"]), (Some(DateOrder::MonthFirst), true));
        assert_eq!(found(&["04/05/2023", "05/24/2023", "24/05/2023"]), (None, true));
        assert_eq!(found(&["04/05/2023"]), (None, true));
        assert_eq!(found(&["2023-04-24", "x", "5/5/2023"]), (None, false));
    }
}
