//! Who is believed about where a request came from.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use axum::http::HeaderMap;

/// The header by which proxies say for whom they ask.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Addresses with the same beginning: `10.0.0.0/8`, `::1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    /// The beginning, the rest zeros, as IPv6.
    prefix: u128,
    /// How many bits of it count, 0 to 128.
    bits: u32,
}

/// The text is no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it must be an address, or a network such as 10.0.0.0/8")]
pub struct NotANetwork;

impl Network {
    /// Whether `address` is in it.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        number(address) & mask(self.bits) == self.prefix
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u32>().map_err(|_| NotANetwork)?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NotANetwork)?;
        let (length, before) = if address.is_ipv4() { (32, 96) } else { (128, 0) };
        let bits = bits.unwrap_or(length);
        if bits > length {
            return Err(NotANetwork);
        }
        let bits = bits.saturating_add(before);
        Ok(Self { prefix: number(address) & mask(bits), bits })
    }
}

impl<'de> serde::Deserialize<'de> for Network {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    }
    .to_bits()
}

const fn mask(bits: u32) -> u128 {
    match 128_u32.checked_sub(bits) {
        Some(zeros) => match u128::MAX.checked_shl(zeros) {
            Some(mask) => mask,
            None => 0,
        },
        None => u128::MAX,
    }
}

/// The last one in the chain of proxies that is not trusted: everything before it is only its word.
pub(super) fn client_address(trusted: &[Network], peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut client = plain(peer);
    if !is_trusted(client) {
        return client;
    }
    let values = headers.get_all(FORWARDED_FOR).iter().collect::<Vec<_>>();
    let said = values
        .into_iter()
        .rev()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.rsplit(','));
    for said in said {
        let Ok(address) = said.trim().parse::<IpAddr>() else { break };
        client = plain(address);
        if !is_trusted(client) {
            break;
        }
    }
    client
}

/// An IPv4 address that an IPv6 socket shows as `::ffff:…` is the IPv4 address.
fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(IpAddr::V6(v6), IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// What all addresses of this machine itself are.
pub(super) fn is_loopback(address: IpAddr) -> bool {
    match plain(address) {
        IpAddr::V4(address) => address.is_loopback() || address == Ipv4Addr::LOCALHOST,
        IpAddr::V6(address) => address == Ipv6Addr::LOCALHOST,
    }
}
