//! Matching a number.

/// A plain number means 'equals'.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    Equals(i64),
    Rule(NumberRule),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberRule {
    Gt(i64),
    Ge(i64),
    Lt(i64),
    Le(i64),
    Not(i64),
}

impl Number {
    pub fn matches(self, found: i64) -> bool {
        match self {
            Self::Equals(n) => found == n,
            Self::Rule(NumberRule::Gt(n)) => found > n,
            Self::Rule(NumberRule::Ge(n)) => found >= n,
            Self::Rule(NumberRule::Lt(n)) => found < n,
            Self::Rule(NumberRule::Le(n)) => found <= n,
            Self::Rule(NumberRule::Not(n)) => found != n,
        }
    }

    /// Goes after a noun: 'exit code 0', 'exit code other than 0'.
    pub(in crate::check) fn describe(self) -> String {
        match self {
            Self::Equals(n) => n.to_string(),
            Self::Rule(NumberRule::Gt(n)) => format!("more than {n}"),
            Self::Rule(NumberRule::Ge(n)) => format!("{n} or more"),
            Self::Rule(NumberRule::Lt(n)) => format!("less than {n}"),
            Self::Rule(NumberRule::Le(n)) => format!("{n} or less"),
            Self::Rule(NumberRule::Not(n)) => format!("other than {n}"),
        }
    }
}
