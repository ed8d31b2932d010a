use std::fmt;

/// A station.
#[derive(Debug)]
pub struct Station {
    name: String,
}

impl fmt::Display for Station {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}", self.name)
    }
}

pub fn open(name: &str) -> Station {
    Station { name: name.into() }
}
