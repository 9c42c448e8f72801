//! The join code: where the class is, what its certificate must be, and the secret that lets one in.
//!
//! Digits and letters without I, L, O and U, so that it can be read aloud; capitals, blanks and dashes don't matter, and
//! a wrong letter is noticed before anything is asked of the network.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters between two dashes.
const GROUP: usize = 5;
/// The first byte: the form of the code, and whether the address has 4 or 16 bytes.
const FORM_V4: u8 = 0x14;
const FORM_V6: u8 = 0x16;
/// Bytes of the certificate's SHA-256. 2^80 certificates would have to be made to meet one.
pub(super) const PIN: usize = 10;
/// Guessed against a host that lets few tries through.
pub(super) const SECRET: usize = 6;
const CHECK: usize = 2;

#[derive(Clone, Copy, PartialEq, Eq)]
pub struct JoinCode {
    pub address: SocketAddr,
    pub(super) pin: [u8; PIN],
    pub(super) secret: [u8; SECRET],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    #[error("the join code has a sign in it that no code has: {0}")]
    Sign(char),
    #[error("the join code is too short or too long")]
    Length,
    #[error("the join code has a mistake in it")]
    Check,
    #[error("the join code is of a newer pilotwhale")]
    Newer,
}

impl CodeError {
    pub fn remedy(self) -> String {
        match self {
            Self::Newer => "Install the pilotwhale that the class uses.".into(),
            _ => {
                "Compare it letter by letter with the instructor's screen; dashes and capitals don't matter."
                    .into()
            }
        }
    }
}

impl JoinCode {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        match self.address.ip() {
            IpAddr::V4(ip) => {
                bytes.push(FORM_V4);
                bytes.extend(ip.octets());
            }
            IpAddr::V6(ip) => {
                bytes.push(FORM_V6);
                bytes.extend(ip.octets());
            }
        }
        bytes.extend(self.address.port().to_be_bytes());
        bytes.extend(self.pin);
        bytes.extend(self.secret);
        bytes.extend(check(&bytes));
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, CodeError> {
        let (form, _) = bytes.split_first().ok_or(CodeError::Length)?;
        let ip = match *form {
            FORM_V4 => 4,
            FORM_V6 => 16,
            // Of a later form, or mistyped in its first letters: only its sum could tell.
            _ if bytes.len() > CHECK && sum_holds(bytes) => return Err(CodeError::Newer),
            _ => return Err(CodeError::Check),
        };
        let bytes = bytes.get(..1 + ip + 2 + PIN + SECRET + CHECK).ok_or(CodeError::Length)?;
        if !sum_holds(bytes) {
            return Err(CodeError::Check);
        }
        let mut rest = &bytes[1..];
        let ip = if ip == 4 {
            IpAddr::V4(Ipv4Addr::from(take::<4>(&mut rest)?))
        } else {
            IpAddr::V6(Ipv6Addr::from(take::<16>(&mut rest)?))
        };
        let port = u16::from_be_bytes(take::<2>(&mut rest)?);
        Ok(Self { address: SocketAddr::new(ip, port), pin: take(&mut rest)?, secret: take(&mut rest)? })
    }

    /// The groups between the dashes, to be shown large.
    pub fn groups(&self) -> Vec<String> {
        let letters = spell(&self.bytes());
        letters.as_bytes().chunks(GROUP).map(|g| String::from_utf8_lossy(g).into_owned()).collect()
    }
}

impl fmt::Display for JoinCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.groups().join("-"))
    }
}

/// The secret is for those who may join, and not for a log.
impl fmt::Debug for JoinCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoinCode({})", self.address)
    }
}

impl FromStr for JoinCode {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        let mut values = Vec::new();
        for c in text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_' | '.')) {
            let letter = match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let value = ALPHABET.iter().position(|a| char::from(*a) == letter).ok_or(CodeError::Sign(c))?;
            values.push(value as u8);
        }
        let bytes = unspell(&values);
        let code = Self::from_bytes(&bytes)?;
        // What is left over must be nothing but the filling of the last letter.
        let whole = code.bytes();
        if spell(&whole).len() != values.len() {
            return Err(CodeError::Length);
        }
        Ok(code)
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], CodeError> {
    let (first, tail) = rest.split_first_chunk::<N>().ok_or(CodeError::Length)?;
    *rest = tail;
    Ok(*first)
}

/// CRC-16: sees every wrong letter and every two that were swapped, for certain.
fn check(bytes: &[u8]) -> [u8; CHECK] {
    let step = |sum: u16, _| if sum & 0x8000 == 0 { sum << 1 } else { sum << 1 ^ 0x1021 };
    let sum = bytes.iter().fold(0xffff, |sum, byte| (0..8).fold(sum ^ u16::from(*byte) << 8, step));
    sum.to_be_bytes()
}

fn sum_holds(bytes: &[u8]) -> bool {
    let (said, sum) = bytes.split_at(bytes.len() - CHECK);
    check(said) == sum
}

/// Five bits a letter, the last one filled up with zeros.
fn spell(bytes: &[u8]) -> String {
    let bit = |n: usize| bytes.get(n / 8).map_or(0, |byte| byte >> (7 - n % 8) & 1);
    let letters = (bytes.len() * 8).div_ceil(5);
    let value = |letter: usize| (0..5).fold(0, |value, n| value << 1 | bit(letter * 5 + n));
    (0..letters).map(|letter| char::from(ALPHABET[usize::from(value(letter))])).collect()
}

fn unspell(values: &[u8]) -> Vec<u8> {
    let bit = |n: usize| values[n / 5] >> (4 - n % 5) & 1;
    (0..values.len() * 5 / 8).map(|byte| (0..8).fold(0, |value, n| value << 1 | bit(byte * 8 + n))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_code() -> impl Strategy<Value = JoinCode> {
        (any::<IpAddr>(), any::<u16>(), any::<[u8; PIN]>(), any::<[u8; SECRET]>())
            .prop_map(|(ip, port, pin, secret)| JoinCode { address: SocketAddr::new(ip, port), pin, secret })
    }

    proptest! {
        #[test]
        fn a_code_comes_back_however_it_is_typed(code in any_code()) {
            let text = code.to_string();
            prop_assert_eq!(text.parse(), Ok(code));
            let sloppy = text.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
            prop_assert_eq!(sloppy.parse(), Ok(code));
        }

        #[test]
        fn one_wrong_letter_is_noticed(code in any_code(), at in any::<prop::sample::Index>(), by in 1..32usize) {
            let mut letters: Vec<u8> = code.to_string().replace('-', "").into_bytes();
            let at = at.index(letters.len());
            let old = ALPHABET.iter().position(|a| *a == letters[at]).unwrap();
            letters[at] = ALPHABET[(old + by) % 32];
            let outcome = String::from_utf8(letters).unwrap().parse::<JoinCode>();
            // The last letter of a long code has bits that mean nothing.
            prop_assert!(outcome.is_err() || outcome == Ok(code));
        }

        #[test]
        fn two_swapped_letters_and_lost_ones_are_noticed(code in any_code(), at in any::<prop::sample::Index>()) {
            let letters: Vec<u8> = code.to_string().replace('-', "").into_bytes();
            let at = at.index(letters.len() - 1);
            let mut swapped = letters.clone();
            swapped.swap(at, at + 1);
            let read = |letters: Vec<u8>| String::from_utf8(letters).unwrap().parse::<JoinCode>();
            prop_assert!(swapped == letters || read(swapped).is_err());
            let mut lost = letters.clone();
            lost.remove(at);
            prop_assert!(read(lost).is_err());
            let mut more = letters.clone();
            more.insert(at, letters[at]);
            prop_assert!(read(more).is_err());
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC{0,80}") {
            let _ = text.parse::<JoinCode>();
        }
    }

    #[test]
    fn a_code_of_today_has_eight_groups() {
        let code =
            JoinCode { address: "192.168.1.20:4800".parse().unwrap(), pin: [7; PIN], secret: [9; SECRET] };
        assert_eq!(code.groups().len(), 8);
        assert!(code.groups().iter().all(|g| g.len() == GROUP));
        assert!(!format!("{code:?}").contains(&code.groups()[6]), "a log must not hold the secret");
        assert_eq!("hello world?".parse::<JoinCode>(), Err(CodeError::Sign('?')));
    }

    #[test]
    fn a_code_of_a_later_form_says_so() {
        let mut bytes = vec![0x24, 1, 2, 3, 4, 5, 6, 7];
        bytes.extend(check(&bytes));
        assert_eq!(spell(&bytes).parse::<JoinCode>(), Err(CodeError::Newer));
    }
}
